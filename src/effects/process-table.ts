/**
 * Who is running on this machine: tells a process from a later one with the same number, and finds processes by a mark in their environment.
 * Reads /proc; where there is none, only existence is known. It ends nothing: process.ts does.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessIdentity {
  /** Clock ticks between boot and the start of the process (field 22 of /proc/<pid>/stat); absent where there is no /proc. */
  readonly startTime?: number;
}

/** True where processes can be looked into. */
export const CAN_LOOK = process.platform === 'linux';

/** Says who has this process number now; undefined when nobody has, or only the remains of an ended process. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  if (!CAN_LOOK) return exists(pid) ? {} : undefined;
  const row = rowOf(pid);
  return row === undefined ? undefined : { startTime: row.startTime };
}

/** Who this process is; it is looked up once. */
export function ownIdentity(): ProcessIdentity {
  self ??= processIdentity(process.pid) ?? {};
  return self;
}

let self: ProcessIdentity | undefined;

/** True while the process runs; with `startTime` only if it is that very process and not a later one of the same number. */
export function isAlive(pid: number, startTime?: number): boolean {
  const found = processIdentity(pid);
  if (found === undefined) return false;
  return startTime === undefined || found.startTime === undefined || found.startTime === startTime;
}

/** True while a process group has a running member. */
export function isGroupAlive(group: number): boolean {
  if (!exists(-group)) return false;
  // an ended member that nobody has collected yet still answers to signal 0
  return !CAN_LOOK || everyPid().some((pid) => rowOf(pid)?.group === group);
}

/**
 * Finds the running processes, this one excepted, with an environment entry that begins with `start`; none where there is no /proc.
 * Entries are `NAME=value` and end in a NUL byte: with it at the end of `start` the whole value has to agree.
 */
export function findByEnvironment(start: string): number[] {
  return having(start, everyEnvironment());
}

/**
 * As `findByEnvironment`, by a look that is taken after it was asked for. What is asked for in the same turn of the event loop, or so soon after a look
 * that most of the time would go into looking, shares one.
 */
export async function findByEnvironmentSoon(start: string): Promise<number[]> {
  soon ??= new Promise((resolve) => {
    setTimeout(
      () => {
        soon = undefined;
        const begun = performance.now();
        resolve(everyEnvironment());
        rests = performance.now() + REST * (performance.now() - begun);
      },
      Math.max(0, rests - performance.now()),
    );
  });
  return having(start, await soon);
}

/** How long no look begins after one, as a multiple of what it took. */
const REST = 4;
/** When the next look may begin, in milliseconds of the process. */
let rests = 0;

type Environments = readonly (readonly [pid: number, environment: string])[];

let soon: Promise<Environments> | undefined;

function everyEnvironment(): Environments {
  return everyPid().flatMap((pid) => (pid === process.pid ? [] : [[pid, environmentOf(pid)] as const]));
}

/**
 * A process that is just replacing its program has neither arguments nor environment for a moment: it is looked at again.
 * Only an environment read after the arguments were there is known to be empty.
 */
function environmentOf(pid: number): string {
  let replaced = false;
  for (let look = 0; look < LOOKS; look += 1) {
    const text = read(`/proc/${pid}/environ`);
    if (text !== '' || replaced || linkOf(`/proc/${pid}/exe`) === undefined) return text ?? '';
    replaced = read(`/proc/${pid}/cmdline`) !== '';
    if (!replaced) Atomics.wait(NEVER, 0, 0, 1);
  }
  return '';
}

/** Looks, a millisecond apart, at a process that is replacing its program. */
const LOOKS = 50;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

function having(start: string, environments: Environments): number[] {
  const later = `\0${start}`;
  return environments.filter(([, text]) => text.startsWith(start) || text.includes(later)).map(([pid]) => pid);
}

/** Finds running git commands whose current folder is `folder` or lies in it; none where there is no /proc. */
export function gitProcessesIn(folder: string): number[] {
  return everyPid().filter((pid) => {
    if (rowOf(pid)?.command.startsWith('git') !== true) return false;
    const place = linkOf(`/proc/${pid}/cwd`);
    return place === folder || place?.startsWith(`${folder}/`) === true;
  });
}

/** Seconds of processor time the running members of a process group and all they have started have used, and what they have waited for; undefined where it cannot be told. */
export function groupSeconds(group: number): number | undefined {
  if (!CAN_LOOK) return undefined;
  const rows = everyPid().flatMap((pid) => {
    const row = rowOf(pid);
    return row === undefined ? [] : [{ pid, ...row }];
  });
  const family = new Set(rows.filter((row) => row.group === group).map((row) => row.pid));
  // children have groups of their own where an agent wants to end them by themselves
  for (let before = -1; before < family.size;) {
    before = family.size;
    for (const row of rows) if (family.has(row.parent)) family.add(row.pid);
  }
  return rows.filter((row) => family.has(row.pid)).reduce((sum, row) => sum + row.ticks, 0) / TICKS;
}

/** The same of all processes whose environment has an entry that begins with `start`, without this group; undefined when there are none to be seen. */
export function markedSeconds(start: string, without: number): number | undefined {
  const rows = findByEnvironment(start).flatMap((pid) => rowOf(pid) ?? []);
  const others = rows.filter((row) => row.group !== without);
  return others.length === 0 ? undefined : others.reduce((sum, row) => sum + row.ticks, 0) / TICKS;
}

/** Of the clock in /proc: a hundred in a second on every Linux that Node runs on. */
const TICKS = 100;

interface Row {
  /** Processor time of the process and of its ended children, in clock ticks. */
  readonly ticks: number;
  readonly command: string;
  readonly group: number;
  readonly parent: number;
  readonly startTime: number;
}

/** Reads /proc/<pid>/stat as described in proc(5); the command stands in brackets and may itself contain brackets and spaces. */
function rowOf(pid: number): Row | undefined {
  const line = read(`/proc/${pid}/stat`);
  if (line === undefined) return undefined;
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  const fields = line.slice(close + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return {
    command: line.slice(open + 1, close),
    parent: Number(fields[1]),
    group: Number(fields[2]),
    startTime: Number(fields[19]),
    ticks: [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0),
  };
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function everyPid(): number[] {
  if (!CAN_LOOK) return [];
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
