/**
 * Which commands of a repository a person has looked at: a digest of the commands and of the tracked files they name, kept in the person's own folder.
 * Nothing in the repository can make a command trusted, and whatever changes in it takes the trust away.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readText } from '../effects/disk.ts';
import { removeFolder } from '../effects/folder.ts';
import { gitResult } from '../effects/git.ts';
import { writePrivate } from '../effects/replace-file.ts';
import type { Repository } from '../effects/repository.ts';
import { sha256 } from '../effects/sha256.ts';
import type { WorktreeRules } from '../files/config.ts';
import type { Context } from './context.ts';
import { worktreeRules } from './settings.ts';

type Variables = Context['environment'];

/** What would run, exactly. */
export interface Runnable {
  readonly setup: readonly string[];
  readonly teardown: readonly string[];
  /** Tracked files the commands name, with the hash of what is in them now. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly digest: string;
}

/** What the rules of the repository would run in a checkout of it; undefined when that is nothing, or when the rules are the person's own. */
export async function runnable(repository: Repository, checkout: string, variables: Variables): Promise<Runnable | undefined> {
  const { rules, own } = worktreeRules(repository, variables);
  if (rules === undefined || (rules.setup.length === 0 && rules.teardown.length === 0)) return undefined;
  if (own && !isInside(repository, dataFolder(variables))) return undefined;
  const { setup, teardown } = rules;
  const files = await filesNamedBy(rules, repository, checkout);
  return { setup, teardown, files, digest: sha256(JSON.stringify({ setup, teardown, files })) };
}

/** True when exactly this was looked at by this person, or the caller of iter says so with ITER_TRUST. */
export function isTrusted(what: Runnable, repository: Repository, variables: Variables): boolean {
  if (variables['ITER_TRUST'] === what.digest) return true;
  if (isInside(repository, dataFolder(variables))) return false;
  return trustedIn(storeOf(repository, variables)).some(({ digest }) => digest === what.digest);
}

/** Keeps that this was looked at; gives the file, or why it cannot be kept. */
export function trust(
  what: Runnable,
  repository: Repository,
  { environment, now }: Pick<Context, 'environment' | 'now'>,
): { readonly file: string } | { readonly problem: string } {
  if (isInside(repository, dataFolder(environment)))
    return { problem: `the folder for it, "${dataFolder(environment)}", lies in the repository` };
  const file = storeOf(repository, environment);
  const others = trustedIn(file).filter(({ digest }) => digest !== what.digest);
  const trusted = [...others, { digest: what.digest, at: now().toISOString() }].slice(-MOST);
  writePrivate(file, `${JSON.stringify({ version: 1, repository: repository.root, trusted }, undefined, 2)}\n`);
  return { file };
}

/** Forgets everything that was looked at in this repository. */
export function distrust(repository: Repository, variables: Variables): void {
  removeFolder(storeOf(repository, variables));
}

/** Digests that are kept of one repository; older ones have to be looked at again. */
const MOST = 100;

interface Trusted {
  readonly digest: string;
  readonly at: string;
}

function trustedIn(file: string): readonly Trusted[] {
  const text = readText(file);
  if (text === undefined) return [];
  try {
    return (JSON.parse(text) as { readonly trusted?: readonly Trusted[] }).trusted ?? [];
  } catch {
    // a file nobody can read trusts nothing
    return [];
  }
}

/** By the XDG base directory specification. */
function dataFolder(variables: Variables): string {
  return join(variables['XDG_DATA_HOME'] ?? join(variables['HOME'] ?? '/', '.local', 'share'), 'iter');
}

function storeOf({ root }: Repository, variables: Variables): string {
  return join(dataFolder(variables), 'trust', `${sha256(root).slice(0, 32)}.json`);
}

/** True for a place agents work in: of the repository, its git directory and the folder of its worktrees. */
function isInside({ root, gitDirectory }: Repository, place: string): boolean {
  let there = resolve(place);
  while (!existsSync(there)) there = dirname(there);
  const real = realpathSync(there);
  return [root, gitDirectory, `${root}-worktrees`].some((folder) => real === folder || real.startsWith(`${folder}/`));
}

/** What stands between the words of a command, in a shell's eyes, too. */
const BETWEEN = /[\s;&|()<>"'`$={},]+/;

/** Programs find more than is named (package.json, a Makefile): that is theirs, and not part of this. */
async function filesNamedBy({ setup, teardown }: WorktreeRules, { root }: Repository, checkout: string): Promise<Runnable['files']> {
  const words = [...setup, ...teardown].flatMap((command) => command.split(BETWEEN)).filter((word) => word !== '' && !word.startsWith('-'));
  const paths = [...new Set(words.map((word) => resolve(checkout, word)))].filter((path) => path.startsWith(`${checkout}/`));
  if (paths.length === 0) return [];
  const names = paths.map((path) => `:(top,literal)${path.slice(checkout.length + 1)}`);
  const listing = await gitResult(root, ['ls-files', '-z', '--', ...names], checkout === root ? {} : { worktree: checkout });
  const tracked = listing.stdout.split('\0').filter((name) => name !== '');
  return tracked.toSorted().map((path) => ({ path, sha256: sha256(readText(join(checkout, path)) ?? '') }));
}
