/**
 * Gives two files each other's names in one step, so that what had the name before is never without one: renameat2(2) with RENAME_EXCHANGE.
 * Node has no call for it; perl, which comes with git on most Linux systems, can make any system call.
 */
import { spawnSync } from 'node:child_process';

/** Numbers of renameat2 in the kernel's tables of system calls, by what Node calls the architecture. */
const CALLS: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 316,
  arm64: 276,
  riscv64: 276,
  arm: 382,
  ia32: 353,
  s390x: 347,
  loong64: 276,
};

/** -100 is AT_FDCWD, 2 is RENAME_EXCHANGE; ends with the number of the error. */
const SCRIPT = 'exit(syscall($ARGV[0], -100, $ARGV[1], -100, $ARGV[2], 2) == 0 ? 0 : $! + 0)';
const ENOENT = 2;

let able = process.platform === 'linux' && CALLS[process.arch] !== undefined;

/** `gone` when one of them is not there; `unable` where it cannot be done: another system, no perl, a file system that has no such thing. */
export function exchange(a: string, b: string): 'done' | 'gone' | 'unable' {
  const call = CALLS[process.arch];
  if (!able || call === undefined) return 'unable';
  const ended = spawnSync('perl', ['-e', SCRIPT, String(call), a, b], { stdio: 'ignore', env: { PATH: process.env['PATH'] } });
  if (ended.status === 0) return 'done';
  if (ended.status === ENOENT) return 'gone';
  // no perl is no perl for the rest of the run
  if (ended.error !== undefined) able = false;
  return 'unable';
}
