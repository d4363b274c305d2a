/** Runs iter and gives every git command it started, from git's own trace: what was asked, and in which worktree. The gits of agents and those git starts itself are not iter's. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Ended } from './cli.ts';
import { iter } from './cli.ts';
import { temporaryFolder } from './repository.ts';

export interface Asked {
  /** The words behind `git`, without the settings in front. */
  readonly words: readonly string[];
  /** The worktree git worked in; empty where it had none. */
  readonly worktree: string;
}

interface TraceEvent {
  readonly event: string;
  readonly sid: string;
  readonly argv?: readonly string[];
  readonly worktree?: string;
  readonly param?: string;
}

/** Runs `iter` to its end. */
export async function recorded(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly ended: Ended; readonly asked: readonly Asked[] }> {
  const folder = temporaryFolder();
  const traces = path.join(folder, 'traces');
  mkdirSync(traces);
  const config = path.join(folder, 'config');
  // ITER_ENGINE is set for the gits of iter alone
  writeFileSync(config, `[trace2]\n\teventTarget = ${traces}\n\tenvVars = ITER_ENGINE\n`);
  const ended = await iter(cwd, argv, { ...env, GIT_CONFIG_GLOBAL: config });
  return { ended, asked: readdirSync(traces).flatMap((name) => askedIn(readFileSync(path.join(traces, name), 'utf8'))) };
}

function askedIn(trace: string): Asked[] {
  const events = trace
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TraceEvent);
  const own = events.filter((event) => !event.sid.includes('/'));
  const start = own.find((event) => event.event === 'start');
  if (start?.argv === undefined || !own.some((event) => event.event === 'def_param' && event.param === 'ITER_ENGINE')) return [];
  const words = start.argv.slice(1).filter((word, index, all) => word !== '-c' && all[index - 1] !== '-c');
  return [{ words, worktree: own.find((event) => event.event === 'def_repo')?.worktree ?? '' }];
}
