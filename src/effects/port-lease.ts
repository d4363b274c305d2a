/**
 * Ports a task may listen on, given to one task at a time on this machine, over all repositories and iterations of a person.
 * A lease is a file named by its first port; one whose holder is gone is free again. What other programs listen on is passed over.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { acquire } from './lock.ts';
import { isAlive, ownIdentity } from './process-table.ts';

/** Ports of one lease. */
export const PORTS = 10;

export interface PortLease {
  /** The first of ten ports in a row. */
  readonly first: number;
  readonly release: () => void;
}

/** Below the ports systems hand out by themselves (32768 on Linux, RFC 6335's 49152 elsewhere), above those programs are known by. */
const RANGE = { from: 20_000, blocks: 1200 } as const;

/** Where leases are: shared by everything this person runs. */
function leasesFolder(): string {
  // not TMPDIR: agents have one each, and what they start is to see the leases of all
  return path.join(process.env['XDG_RUNTIME_DIR'] ?? (process.platform === 'win32' ? tmpdir() : '/tmp'), `iter-ports-${userInfo().uid}`);
}

/** Leases ten free ports; the same `name` gets the same ones as long as they are free. Undefined when none are left, or leases cannot be written. */
export async function leasePorts(name: string, folder = leasesFolder()): Promise<PortLease | undefined> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return await leaseIn(folder, name);
  } catch (error) {
    // work does not stop for want of a port
    if (UNWRITABLE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST']);

async function leaseIn(folder: string, name: string): Promise<PortLease | undefined> {
  const start = createHash('sha256').update(name).digest().readUInt32BE(0) % RANGE.blocks;
  for (let step = 0; step < RANGE.blocks; step += 1) {
    const first = RANGE.from + ((start + step) % RANGE.blocks) * PORTS;
    const file = path.join(folder, String(first));
    if (!make(file) && !(await takeOver(file))) continue;
    if (await isFree(first)) return { first, release: () => rmSync(file, { force: true }) };
    rmSync(file, { force: true });
  }
  return undefined;
}

/** Makes the lease file where there is none. */
function make(file: string): boolean {
  try {
    writeFileSync(file, own(), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a lease whose holder is gone; one at a time, because two could find it so. */
async function takeOver(file: string): Promise<boolean> {
  if (isHeld(file)) return false;
  const lock = await acquire(path.join(path.dirname(file), 'lock'), { wait: PATIENCE, what: 'take over leases of ports' });
  try {
    if (isHeld(file)) return false;
    writeFileSync(file, own(), { mode: 0o600 });
    return true;
  } finally {
    lock.release();
  }
}

/** Milliseconds to wait for others who take over leases. */
const PATIENCE = 60_000;

const own = (): string => `${process.pid} ${ownIdentity().startTime ?? ''}`;

function isHeld(file: string): boolean {
  const [pid = '', start = ''] = read(file).split(' ');
  // one that is just being made says nothing yet
  return pid === '' || isAlive(Number(pid), start === '' ? undefined : Number(start));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function isFree(first: number): Promise<boolean> {
  for (let port = first; port < first + PORTS; port += 1) if (!(await canListen(port))) return false;
  return true;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
