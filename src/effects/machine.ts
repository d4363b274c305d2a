/** Facts about this process and its machine. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, processIdentity } from './process-table.ts';

/** The name of this machine, as it is shown when something is locked or running. */
export const hostName = (): string => hostname();

/** Who this iter runs as; undefined where persons have no numbers. */
export function personNumbers(): { readonly uid: number; readonly gid: number } | undefined {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** The process number of this iter. */
export const processNumber = (): number => process.pid;

/** Asks a process to end and waits until it has; an abort stops the waiting. */
export async function terminate(pid: number, signal: AbortSignal): Promise<void> {
  const identity = processIdentity(pid);
  if (identity === undefined) return;
  process.kill(pid, 'SIGTERM');
  while (isAlive(pid, identity.startTime) && !signal.aborted) await pause(20);
}

/** Bytes free for this person on the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Starts a program that outlives this one, its output appended to a file; gives its process number. */
export function startDetached(argv: readonly string[], logFile: string): number {
  const [program = '', ...rest] = argv;
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(program, rest, { detached: true, stdio: ['ignore', log, log] });
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(log);
  }
}
