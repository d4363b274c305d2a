/**
 * What an agent that asks before it acts is told: by the permission of its step, or by a person. Pure.
 * The question to a person travels as a file of `.run/permissions/`, which the program that talks to the agent writes and the launch reads;
 * the answer is a file beside it. An agent is never told "always": that would be kept somewhere, by the agent, for later runs.
 */
import type { Permission } from './agent-descriptor.ts';
import { oneLine } from './visible.ts';

/** What a step may do: `ask` stands for reading, and everything else when a person says so. */
export type StepPermission = Permission | 'ask';

/** One thing an agent asks to do. */
export interface Asked {
  /** As the agent calls it, for people. */
  readonly title: string;
  /** A kind of tool of the Agent Client Protocol; `other` when it says none. */
  readonly kind: string;
  readonly command?: string;
  /** The files it is about, as the agent names them. */
  readonly paths: readonly string[];
}

export type Ruling = 'allow' | 'deny' | 'ask';

const LOOKS: ReadonlySet<string> = new Set(['read', 'search', 'think']);
const CHANGES: ReadonlySet<string> = new Set(['edit', 'delete', 'move']);

/** What the step says to it; `worktree` is an absolute path. */
export function ruling(permission: StepPermission, { kind, paths }: Asked, worktree: string): Ruling {
  if (permission === 'full') return 'allow';
  // what it may do is said from outside
  if (kind === 'switch_mode') return 'deny';
  if (LOOKS.has(kind)) return 'allow';
  const changes = CHANGES.has(kind);
  // results, reports and messages of any step are written there
  if (changes && paths.length > 0 && paths.every((path) => isBelow(`${worktree}/.iter`, path, worktree))) return 'allow';
  if (permission === 'ask') return 'ask';
  if (permission === 'read') return 'deny';
  if (changes) return paths.every((path) => isBelow(worktree, path, worktree)) ? 'allow' : 'deny';
  return kind === 'fetch' ? 'deny' : 'allow';
}

/** By the names alone; what links make of them is not looked at. */
function isBelow(folder: string, path: string, worktree: string): boolean {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${worktree}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`.startsWith(`${folder}/`);
}

/** Where the questions of an attempt lie, in the folder of the iteration. */
export const PERMISSIONS = '.run/permissions';

/** The file of the question `number` of the program `pid`; nothing in its name comes from an agent. */
export function requestFile({ task, attempt, pid, number }: Asker): string {
  return `${task}-${attempt}-${pid}-${number}.json`;
}

interface Asker {
  readonly task: string;
  readonly attempt: string | number;
  readonly pid: number;
  readonly number: number;
}

/** Where the answer to it is put. */
export const answerFile = (request: string): string => request.replace(/\.json$/, '.answer');

/** True for the name of a question of that attempt. */
export function isRequestOf(name: string, { task, attempt }: Pick<Asker, 'task' | 'attempt'>): boolean {
  const start = `${task}-${attempt}-`;
  return name.startsWith(start) && /^\d+-\d+\.json$/.test(name.slice(start.length));
}

const LONGEST = 400;
const MOST_PATHS = 10;

/** One line of text of what is asked, safe for a terminal and of limited length. */
export function requestText({ title, kind, command, paths }: Asked): string {
  const about = paths.length > MOST_PATHS ? [...paths.slice(0, MOST_PATHS), `and ${paths.length - MOST_PATHS} more`] : paths;
  return JSON.stringify({
    title: cut(title),
    kind: cut(kind),
    ...(command === undefined ? {} : { command: cut(command) }),
    paths: about.map(cut),
  });
}

function cut(text: string): string {
  const line = oneLine(text);
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

/** What such a text says; undefined when it is none. */
export function readRequest(text: string): Asked | undefined {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { title, kind, command, paths } = value as Readonly<Record<string, unknown>>;
  if (typeof title !== 'string' || typeof kind !== 'string' || !Array.isArray(paths)) return undefined;
  return {
    title: cut(title),
    kind: cut(kind),
    ...(typeof command === 'string' ? { command: cut(command) } : {}),
    paths: paths
      .filter((path): path is string => typeof path === 'string')
      .slice(0, MOST_PATHS + 1)
      .map(cut),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a person is asked. */
export function permissionQuestion(task: string, { title, kind, command, paths }: Asked): string {
  const what = command === undefined || title.includes(command) ? `"${title}"` : `"${title}": ${command}`;
  return `${task} asks whether it may ${VERBS[kind] ?? 'use a tool'}: ${what}${paths.length === 0 ? '' : `; about ${paths.join(', ')}`}`;
}

const VERBS: Readonly<Record<string, string>> = {
  edit: 'edit files',
  delete: 'delete files',
  move: 'move files',
  execute: 'run a command',
  fetch: 'fetch something from outside',
};
