/** Plays one row of the table of landings with real git: what is there, what iter is asked, and everything that may differ afterwards. */
import { cpSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { report } from '../../src/commands/merge.ts';
import { exitFor } from '../../src/commands/verb.ts';
import { taskId } from '../../src/core/ids.ts';
import { locate } from '../../src/effects/repository.ts';
import type { MergeOptions } from '../../src/engine/merge.ts';
import { merge } from '../../src/engine/merge.ts';
import { undo } from '../../src/engine/undo.ts';
import { Run } from '../../src/engine/run.ts';
import type { Change, Ground, Made } from './ground.ts';
import { accept, ground, made, put } from './ground.ts';
import type { Picture } from './landing-picture.ts';
import { entryFor, look } from './landing-picture.ts';
import { sh, temporaryFolder } from './repository.ts';

type Files = Readonly<Record<string, Change>>;

/** A repository with an iteration of two tasks that do not need each other. */
export interface Place extends Ground {
  /** The absolute path of a file in the checkout. */
  readonly at: (name: string) => string;
  readonly git: (...argv: readonly string[]) => string;
  /** Changes files of the checkout. */
  readonly edit: (files: Files) => void;
  readonly works: Readonly<Record<string, Made>>;
}

export interface Landing {
  /** What is the case, as the document says it. */
  readonly when: string;
  /** What iter does, as the document says it. */
  readonly iter: string;
  /** The work of T1, made by other means than files. */
  readonly byHand?: (place: Omit<Place, 'works'>) => Made;
  /** The commits of each task, in order; one that changes `a.txt` when left out. */
  readonly work?: Readonly<Record<string, readonly Files[]>>;
  /** What others do after the work was accepted. */
  readonly meanwhile?: (place: Place) => void | Promise<void>;
  readonly ask?: Partial<MergeOptions>;
  /** Lands first, lets this happen, and is then asked to take it back. */
  readonly undoAfter?: (place: Place) => void | Promise<void>;
  readonly exit: number;
  /** Part of what is said. */
  readonly says?: string;
  /** What differs on the target afterwards, in exactly these files; nothing moves when left out. */
  readonly lands?: Files;
  /** The subjects of the new commits, oldest first; those of all work when left out. */
  readonly commits?: readonly string[];
  /** The tip that is kept, where it is not the one before. */
  readonly backsUp?: string;
  /** What lies in the checkout otherwise than on the target: nothing, or these bytes. */
  readonly lies?: Files;
  /** What else is true afterwards. */
  readonly also?: (place: Place) => void;
  /** What is set around the call, and taken back after it. */
  readonly around?: (place: Place) => () => void;
}

/** What every repository of the table has at its first commit. */
export const START: Readonly<Record<string, string>> = {
  'a.txt': 'a1\na2\na3\na4\na5\n',
  'b.txt': 'b\n',
  'dir/in.txt': 'in\n',
  'gone.txt': 'g\n',
  'logo.bin': '\0\u0001\u0002\0',
  '.gitignore': '*.local\n',
};

/** What the work of a row that names none changes. */
export const CHANGED_A: Readonly<Record<'a.txt', string>> = { 'a.txt': 'a1\na2\nchanged\na4\na5\n' };

interface Template extends Ground {
  /** The work of a row that names none: made once, because half of the rows have it. */
  readonly usual: Made;
}

let template: Promise<Template> | undefined;

async function makeTemplate(): Promise<Template> {
  const on = await ground(START, 'T1 build', 'T2 build');
  return { ...on, usual: made(on.root, 'main', { says: 'T1 1', files: CHANGED_A }) };
}

/** A copy of the one repository all rows start from. */
async function startingPlace(): Promise<Template> {
  template ??= makeTemplate();
  const from = await template;
  const parent = temporaryFolder();
  cpSync(path.dirname(from.root), parent, { recursive: true });
  const root = path.join(parent, path.basename(from.root));
  const repository = locate(root);
  if (repository === undefined) throw new Error('no repository');
  const said: string[] = [];
  const context = { ...from.context, say: (line: string) => void said.push(line) };
  const iteration = { ...from.iteration, repository, directory: path.join(root, 'iterations', from.iteration.name) };
  return { ...from, root, iteration, run: new Run(iteration, context), context, said };
}

/** Rows with what they say in front, for the names of tests. */
export const named = (rows: readonly Landing[]): [string, string, Landing][] => rows.map((row) => [row.when, row.iter, row]);

/** Plays a row and expects its end, to the last ref and file. */
export async function play(row: Landing): Promise<void> {
  const on = await startingPlace();
  const hands = {
    ...on,
    at: (name: string) => path.join(on.root, name),
    git: (...argv: readonly string[]) => sh(on.root, ...argv),
    edit: (files: Files) => Object.entries(files).forEach(([name, change]) => put(path.join(on.root, name), change)),
  };
  const works: Record<string, Made> = row.byHand === undefined ? workOf(on, row) : { T1: row.byHand(hands) };
  for (const [task, work] of Object.entries(works)) await accept(on, task, work);
  const place: Place = { ...hands, works };
  await row.meanwhile?.(place);
  const options: MergeOptions = {
    strategy: 'linear',
    target: 'refs/heads/main',
    dryRun: false,
    strict: false,
    tasks: Object.keys(works).map(taskId),
    ...row.ask,
  };
  let start: Picture | undefined;
  if (row.undoAfter !== undefined) {
    start = look(place, options.target);
    const first = await spoken(async () => report(await merge(place.iteration, options, place.context), options, SILENT));
    if (first.exit !== 0) throw new Error(`the landing before the undo ended with ${first.exit}: ${first.text}`);
    await row.undoAfter(place);
  }
  const before = look(place, options.target);
  const leave = row.around?.(place);
  const act =
    row.undoAfter === undefined
      ? async () => report(await merge(place.iteration, options, place.context), options, SILENT)
      : () => takeBack(place);
  const ended = await spoken(act).finally(() => leave?.());
  const after = look(place, options.target);
  expect({ exit: ended.exit, text: ended.text }).toEqual({ exit: row.exit, text: expect.stringContaining(row.says ?? '') as string });
  expect(after).toEqual(expectedAfter({ row, before, start: start ?? before }));
  expect(place.git('fsck', '--strict', '--no-dangling')).toBe('');
  expect(new Run(place.iteration, place.context).state.landing).toBeUndefined();
  if (after.target !== before.target && row.undoAfter === undefined) {
    const subjects = namedCommits(row).flatMap(([, commits]) => commits.map(({ says }) => says));
    const log = place.git('log', '--reverse', '--first-parent', '--format=%s', `${before.target}..${after.target}`);
    expect(log.split('\n')).toEqual(row.commits ?? subjects);
    const kept = row.backsUp === undefined ? before.target : place.git('rev-parse', row.backsUp);
    expect(place.git('rev-parse', `refs/iter/backup/001-story/${kept.slice(0, 12)}`)).toBe(kept);
  }
  row.also?.(place);
}

function namedCommits(row: Landing): [string, { says: string; files: Files }[]][] {
  const all = Object.entries(row.work ?? { T1: [CHANGED_A] });
  return all.map(([task, commits]) => [task, commits.map((files, index) => ({ says: `${task} ${index + 1}`, files }))]);
}

function workOf({ root, usual }: Template, row: Landing): Record<string, Made> {
  if (row.work === undefined) return { T1: usual };
  return Object.fromEntries(namedCommits(row).map(([task, commits]) => [task, made(root, 'main', ...commits)]));
}

const SILENT = { directory: '.' };

async function takeBack(place: Place): Promise<number> {
  const undone = await undo(place.iteration, place.context);
  if ('refused' in undone) process.stderr.write(undone.refused);
  return 'refused' in undone ? 1 : 0;
}

/** Runs this with what it prints in hand; an error becomes the exit code it has on the command line. */
async function spoken(act: () => Promise<number>): Promise<{ exit: number; text: string }> {
  const { stdout, stderr } = process;
  const real = { out: stdout.write.bind(stdout), error: stderr.write.bind(stderr) };
  let text = '';
  const keep = (chunk: string | Uint8Array): boolean => ((text += String(chunk)), true);
  stdout.write = keep;
  stderr.write = keep;
  try {
    return { exit: await act(), text };
  } catch (error) {
    const exit = error instanceof Error ? exitFor(error) : undefined;
    if (exit === undefined) throw error;
    return { exit, text };
  } finally {
    stdout.write = real.out;
    stderr.write = real.error;
  }
}

interface Seen {
  readonly row: Landing;
  /** As it was when nothing had landed. */
  readonly start: Picture;
  readonly before: Picture;
}

/** The picture there has to be: as before but for what lands, in the tree and, where the target is checked out, in the files. */
function expectedAfter({ row, start, before }: Seen): Picture {
  if (row.lands === undefined) return before;
  const changed = (entries: Readonly<Record<string, string>>, changes = row.lands ?? {}): Record<string, string> => {
    const next = { ...entries };
    for (const [name, change] of Object.entries(changes)) {
      if (change === undefined) delete next[name];
      else next[name] = entryFor(change);
    }
    return next;
  };
  const target = row.ask?.target ?? 'refs/heads/main';
  const follows = before.head === `ref: ${target}\n`;
  return {
    ...before,
    // an undo goes back to the very commit, a landing to one that did not exist before
    target: row.undoAfter === undefined ? (expect.not.stringMatching(before.target) as string) : start.target,
    tree: row.undoAfter === undefined ? changed(before.tree) : start.tree,
    files: follows ? withoutSubmodules(changed(changed(before.files), row.lies ?? {})) : before.files,
  };
}

/** The folder of a submodule is there and empty. */
function withoutSubmodules(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([, entry]) => !entry.startsWith('160000')));
}
