/**
 * Runs the hooks of the repository that a person expects of a landing. Hooks that lie in the work itself run as the target has them, and not at all
 * once the landing has changed them: nothing an agent wrote decides about its own landing. What they say of it is for seal.ts.
 */
import { join } from 'node:path';
import { durationText } from '../core/duration.ts';
import type { CommitId, TreeId } from '../core/ids.ts';
import type { HookPlace } from '../effects/commit-settings.ts';
import { isProgram, writeText } from '../effects/folder.ts';
import { lastLines } from '../effects/follow.ts';
import { changedPaths, pathsIn } from '../effects/git-facts.ts';
import { runCommand } from '../effects/process.ts';
import type { Context } from './context.ts';
import { iterationCookie } from './places.ts';
import type { Run } from './run.ts';

/** Before anything moves; each of them can refuse. The last one is about the branch that moves, here or on a remote. */
export type Guard = 'pre-merge-commit' | 'pre-commit' | 'commit-msg' | 'reference-transaction' | 'pre-push';

/** Milliseconds a hook may take. */
const LIMIT = 600_000;
/** Lines of its output that are shown. */
const TAIL = 20;

/** The hooks that have a say in a landing on `tip`. */
export async function guardsAt(
  run: Run,
  place: HookPlace,
  { tip, last }: { readonly tip: CommitId; readonly last: 'reference-transaction' | 'pre-push' },
): Promise<readonly Guard[]> {
  const guards = ['pre-merge-commit', 'pre-commit', 'commit-msg', last] as const;
  const lying = guards.filter((name) => isProgram(join(place.folder, name)));
  const { inside } = place;
  if (inside === undefined) return lying;
  const { root } = run.iteration.repository;
  // those of the target decide; beside them, those of the main checkout that were never committed
  const committed = await pathsIn(
    root,
    tip,
    guards.map((name) => join(inside, name)),
  );
  return guards.filter((name) => committed.includes(join(inside, name)) || lying.includes(name));
}

export interface HookCall {
  /** The folder of hooks, absolute. */
  readonly folder: string;
  readonly name: string;
  readonly argv: readonly string[];
  /** Where it runs: the root of a checkout. */
  readonly cwd: string;
  readonly input?: string;
  /** Names the file its output goes to. */
  readonly evidence: { readonly tree: TreeId; readonly number?: number };
}

/** Runs one hook; gives what it said when it did not end well, undefined when it did or is no program. */
export async function runHook(run: Run, call: HookCall, context: Context): Promise<string | undefined> {
  const { folder, name, argv, cwd, input, evidence } = call;
  const program = join(folder, name);
  if (!isProgram(program)) return undefined;
  const { directory } = run.iteration;
  const number = evidence.number === undefined ? '' : `-${evidence.number}`;
  const output = join('.run', 'evidence', `${evidence.tree.slice(0, 12)}-hook-${name}${number}`);
  const logFile = join(directory, `${output}.log`);
  writeText(logFile, '');
  const inputFile = join(directory, `${output}.input`);
  if (input !== undefined) writeText(inputFile, input);
  const ended = await runCommand({
    argv: [program, ...argv],
    cwd,
    env: { ...withoutGit(context.environment), GIT_EDITOR: ':', ITER_DIR: directory },
    timeout: LIMIT,
    logFile,
    ...(input === undefined ? {} : { inputFile }),
    cookie: `${iterationCookie(run.iteration)}hook:${name}:`,
    signal: context.signal,
  });
  if (ended.problem !== undefined) return ended.problem;
  if (ended.exit === 0) return undefined;
  const how = ended.timedOut
    ? `no end within ${durationText(LIMIT)}`
    : ended.signal === undefined
      ? `exit ${ended.exit ?? 'unknown'}`
      : `ended by ${ended.signal}`;
  return [`${how}; its output is in ${output}.log`, ...lastLines(logFile, TAIL).map((line) => `  ${line}`)].join('\n');
}

/** Everything a person's programs expect, without variables that would lead git elsewhere. */
function withoutGit(environment: Context['environment']): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(
    entries.filter(([name]) => !/^GIT_(?!(?:AUTHOR|COMMITTER)_|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)$|SSH|ASKPASS)/.test(name)),
  );
}

export interface Moved {
  readonly target: string;
  readonly before: CommitId;
  readonly after: CommitId;
  readonly tree: TreeId;
  /** The checkout that has the target; undefined when there is none. */
  readonly checkout: string | undefined;
}

/** What a hook is told of the move of one ref (githooks, reference-transaction). */
export const moveLine = ({ before, after, target }: Pick<Moved, 'before' | 'after' | 'target'>): string => `${before} ${after} ${target}\n`;

/** Tells the hooks that are told afterwards; how they end is said and changes nothing. */
export async function tellHooks(
  run: Run,
  place: HookPlace,
  moved: Moved & { readonly how: 'committed' | 'aborted' },
  context: Context,
): Promise<void> {
  const { root } = run.iteration.repository;
  const { checkout = root, how, tree } = moved;
  const folder = place.inside === undefined ? place.folder : join(checkout, place.inside);
  const calls = [
    { name: 'reference-transaction', argv: [how], input: moveLine(moved) },
    ...(how === 'committed' && moved.checkout !== undefined ? [{ name: 'post-merge', argv: ['0'] }] : []),
  ].filter(({ name }) => isProgram(join(folder, name)));
  if (calls.length === 0) return;
  if (how === 'committed' && (await isChanged(root, place, moved))) {
    context.say(
      `${calls.map(({ name }) => name).join(' and ')} not run: this landing changes ${place.inside ?? ''}; look at it before it runs`,
    );
    return;
  }
  for (const call of calls) {
    const said = await runHook(run, { ...call, folder, cwd: checkout, evidence: { tree } }, context);
    if (said !== undefined) context.say(`the hook ${call.name} ended badly, after the fact: ${said}`);
  }
}

/** True when what lands changes the folder that hooks are in. */
async function isChanged(root: string, { inside }: HookPlace, { before, after }: Moved): Promise<boolean> {
  if (inside === undefined) return false;
  const [top = ''] = inside.split('/');
  return (await changedPaths(root, before, after)).some((path) => path === top || path.startsWith(`${top}/`));
}
