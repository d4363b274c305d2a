/**
 * Looks at everything around a worktree that work in it should leave alone: refs, settings, hooks, the main checkout, idle worktrees.
 * Git lists what differs from HEAD and only that is looked at, by size and time; no tree is hashed. What a difference means is core/foreign.ts.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Surroundings } from '../core/foreign.ts';
import { lookedAt, placeName } from '../core/foreign.ts';
import { git } from './git.ts';
import { readRef, readRefs } from './ref-files.ts';
import type { Repository } from './repository.ts';
import { checkoutDirectory } from './repository.ts';

export interface Watched {
  /** Folder of the main checkout in which iter itself writes; its rule files are named apart. */
  readonly own: string;
  /** Files of the iteration that decide about work, relative to the main checkout. */
  readonly rules: readonly string[];
  /** Ignored files and folders of the main checkout that worktrees have links to; of a folder what is directly in it counts. */
  readonly linked?: readonly string[];
  /** Worktrees in which nothing should happen now. */
  readonly idle: readonly { readonly task: string; readonly path: string; readonly branch: string; readonly since: string }[];
}

/** The surroundings as they are now. Throws GitError when the repository cannot be read. */
export async function lookAround(repository: Repository, watched: Watched): Promise<Surroundings> {
  const { root, gitDirectory } = repository;
  const [refs, settings, main, ...others] = await Promise.all([
    refsOf(repository, watched),
    settingsOf(repository),
    filesOf(repository, root, watched.own),
    ...watched.idle.map(async ({ task, path: place, since }) => {
      const files = await filesOf(repository, place);
      return { [lookedAt(task)]: since, ...named(files, (name) => placeName('worktree', `${task} ${name}`)) };
    }),
  ]);
  return {
    ...refs,
    ...settings,
    ...hooksOf(gitDirectory),
    [placeName('head', 'HEAD')]: headOf(gitDirectory),
    ...named(main, (name) => placeName('file', name)),
    ...Object.fromEntries(
      (watched.linked ?? []).map((name) => [placeName('file', name.replace(/\/$/, '')), linkedStamp(path.join(root, name))]),
    ),
    ...Object.fromEntries(watched.rules.map((file) => [placeName('rule', file), contentOf(path.join(root, file))])),
    ...Object.assign({}, ...others),
  };
}

function named(values: Readonly<Record<string, string>>, name: (old: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([old, value]) => [name(old), value]));
}

/** Branches that tasks work on, of this iteration and of others: only those of idle tasks are to stay. */
const WORKED_ON = 'refs/heads/iter/';
const EXPECTED = ['refs/iter/', 'refs/remotes/', WORKED_ON];

async function refsOf({ root, gitDirectory }: Repository, { idle }: Watched): Promise<Record<string, string>> {
  const refs: Record<string, string> = {};
  // what was fetched says nothing about anybody's work
  for (const [ref, value] of readRefs(gitDirectory, EXPECTED) ?? (await listRefs(root)))
    if (!EXPECTED.some((start) => ref.startsWith(start))) refs[placeName(ref.startsWith('refs/heads/') ? 'branch' : 'ref', ref)] = value;
  await Promise.all(
    idle.map(async ({ task, branch }) => {
      const found = readRef(gitDirectory, branch) ?? (await listRefs(root, branch)).get(branch);
      if (found !== undefined && found !== 'none') refs[placeName('worktree', `${task} ${branch}`)] = found;
    }),
  );
  return refs;
}

async function listRefs(root: string, ...patterns: string[]): Promise<ReadonlyMap<string, string>> {
  const listing = await git(root, [
    'for-each-ref',
    '--format=%(refname) %(if)%(symref)%(then)ref: %(symref)%(else)%(objectname)%(end)',
    ...patterns,
  ]);
  return new Map(
    listing.split('\n').flatMap((line) => (line === '' ? [] : [[line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]])),
  );
}

/** Branches get settings by being made or pushed, and a name and address are written by many a script: neither makes git run anything. */
const HARMLESS = /^(?:branch|user|gui|maintenance|gc)\./;

/** The settings of a file of settings as it was when they were last read: git is asked again when the file is another one. */
const read = new Map<string, { readonly stamp: string; readonly settings: Readonly<Record<string, string>> }>();

async function settingsOf({ root, gitDirectory }: Repository): Promise<Readonly<Record<string, string>>> {
  const file = path.join(gitDirectory, 'config');
  const stamp = stampOf(file) ?? '';
  const before = read.get(file);
  if (before?.stamp === stamp) return before.settings;
  const settings = await listSettings(root);
  read.set(file, { stamp, settings });
  return settings;
}

async function listSettings(root: string): Promise<Record<string, string>> {
  const listing = await git(root, ['config', '--local', '--no-includes', '--list', '-z']);
  const settings: Record<string, string> = {};
  for (const entry of listing.split('\0')) {
    const at = entry.indexOf('\n');
    const name = at === -1 ? entry : entry.slice(0, at);
    if (name === '' || HARMLESS.test(name)) continue;
    const place = placeName('setting', name);
    settings[place] = `${settings[place] ?? ''}\n${at === -1 ? 'true' : entry.slice(at + 1)}`;
  }
  return settings;
}

/** Files of the git directory that make git run or see something else. */
const CONTROL = ['config.worktree', 'info/attributes', 'info/exclude', 'info/grafts', 'info/sparse-checkout', 'objects/info/alternates'];

function hooksOf(gitDirectory: string): Record<string, string> {
  const hooks = namesIn(path.join(gitDirectory, 'hooks')).map((name) => `hooks/${name}`);
  // an empty one says nothing: iter makes it where the agent is to find none to write
  const worktrees = namesIn(path.join(gitDirectory, 'worktrees'))
    .map((name) => `worktrees/${name}/config.worktree`)
    .filter((name) => (lstatSync(path.join(gitDirectory, name), { throwIfNoEntry: false })?.size ?? 0) > 0);
  return Object.fromEntries(
    [...hooks, ...worktrees, ...CONTROL].flatMap((name) => {
      const stamp = stampOf(path.join(gitDirectory, name));
      return stamp === undefined ? [] : [[placeName('hook', name), stamp]];
    }),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function headOf(gitDirectory: string): string {
  const head = readFileSync(path.join(gitDirectory, 'HEAD'), 'utf8').trim();
  // a detached HEAD moves with every commit somebody makes on it
  return head.startsWith('ref: ') ? head : 'detached';
}

/** What differs from HEAD in a checkout, each path with what git says of it and the file's size, time and number. */
async function filesOf(repository: Repository, place: string, except?: string): Promise<Record<string, string>> {
  // a worktree that was taken away meanwhile has no files
  if (checkoutDirectory(repository, place) === undefined || lstatSync(place, { throwIfNoEntry: false }) === undefined) return {};
  const argv = ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=dirty'];
  const listing = await git(repository.root, argv, { worktree: place });
  const files: Record<string, string> = {};
  for (const entry of listing.split('\0')) {
    const name = entry.slice(3);
    if (name === '' || (except !== undefined && name.startsWith(except))) continue;
    files[name] = `${entry.slice(0, 2)} ${stampOf(path.join(place, name)) ?? 'gone'}`;
  }
  return files;
}

function stampOf(file: string): string | undefined {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.mode} ${found.size} ${found.mtimeMs} ${found.ino}`;
}

/** Of a folder its own time counts for nothing: programs keep caches in hidden folders of it, and those are not linked to for their content. */
function linkedStamp(place: string): string {
  const names = lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === true ? namesIn(place) : undefined;
  if (names === undefined) return `!! ${stampOf(place) ?? 'gone'}`;
  const shown = names.filter((name) => !name.startsWith('.')).toSorted();
  const stamps = shown.map((name) => `${name} ${stampOf(path.join(place, name)) ?? ''}`);
  return `!! ${createHash('sha256').update(stamps.join('\n')).digest('hex')}`;
}

function contentOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'none';
  }
}
