/** Runs the built CLI as a person would: a process of its own, an empty home, nothing inherited that could steer it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const CLI = path.resolve(import.meta.dirname, '..', '..', 'dist', 'cli.js');

export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  readonly said: () => string;
}

type Variables = Readonly<Record<string, string>>;

export interface Manner {
  /** In a process group of its own, so that it can be ended with all it has started. */
  readonly group?: boolean;
  /** Another program than the built one. */
  readonly cli?: string;
}

/** Starts `iter` in a folder and comes back at once. */
export function startIter(cwd: string, argv: readonly string[], env: Variables = {}, { group = false, cli = CLI }: Manner = {}): Started {
  const child = spawn(process.execPath, [cli, ...argv], {
    cwd,
    env: { ...clean(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve({ exit: exit ?? signal ?? 'unknown', stdout, stderr }));
  });
  if (child.pid === undefined) throw new Error('iter could not be started');
  return { pid: child.pid, ended, said: () => stdout };
}

/** Runs `iter` in a folder to its end. */
export function iter(cwd: string, argv: readonly string[], env: Variables = {}, manner: Manner = {}): Promise<Ended> {
  return startIter(cwd, argv, env, manner).ended;
}

/** Runs `iter` and expects it to end well; what it said is in the error when it does not. */
export async function done(cwd: string, argv: readonly string[], env: Variables = {}, manner: Manner = {}): Promise<Ended> {
  const ended = await iter(cwd, argv, env, manner);
  if (ended.exit !== 0) throw new Error(`iter ${argv.join(' ')} ended with ${ended.exit}:\n${ended.stdout}${ended.stderr}`);
  return ended;
}

/** The one JSON object of a command; throws when stdout is anything else. */
export function jsonOf(ended: Ended): Record<string, unknown> {
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}

export interface LoggedEvent {
  readonly type: string;
  readonly task?: string;
  readonly [field: string]: unknown;
}

/** The whole lines of the event log of an iteration folder, without the header. */
export function eventsOf(directory: string): LoggedEvent[] {
  const text = readFileSync(path.join(directory, '.run', 'events.jsonl'), 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.slice(1, -1).map((line) => JSON.parse(line) as LoggedEvent);
}

function clean(): Record<string, string> {
  const home = process.env['HOME'] ?? '/nonexistent';
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
    USER: 'ada',
  };
}
