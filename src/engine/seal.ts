/**
 * Makes of what was judged what lands: the same trees, after the hooks of the repository have agreed, with the messages they want and, where the person
 * has commits signed, signed. Moves nothing. The verdict holds for it because a verdict is on a tree.
 */
import { join } from 'node:path';
import type { CommitId, TaskId } from '../core/ids.ts';
import { readText } from '../effects/disk.ts';
import { readCommits } from '../effects/commit-batch.ts';
import type { CommitFacts } from '../effects/commit-batch.ts';
import { writeCommit } from '../effects/commit-objects.ts';
import type { CommitSettings, HookPlace } from '../effects/commit-settings.ts';
import { commitSettings, hookPlace } from '../effects/commit-settings.ts';
import { writeText } from '../effects/folder.ts';
import { GitError } from '../effects/git.ts';
import { commitsBetween } from '../effects/git-facts.ts';
import { checkoutDirectory } from '../effects/repository.ts';
import { stage, stagedBesides } from '../effects/staged-checkout.ts';
import { shortList, shown } from '../files/quoted.ts';
import type { Chain } from './chain.ts';
import { withCheckout } from './checkout.ts';
import type { Context } from './context.ts';
import type { Destination } from './pull-request.ts';
import type { Guard, HookCall } from './landing-hooks.ts';
import { guardsAt, moveLine, runHook } from './landing-hooks.ts';
import type { Run } from './run.ts';

export interface SealOptions {
  /** Full name of the branch to land on. */
  readonly target: string;
  /** No hook is asked, and none is told. */
  readonly withoutHooks?: boolean;
  /** Nothing is signed, whatever the settings say. */
  readonly withoutSignature?: boolean;
  /** It goes to a branch of a remote instead of the target: `pre-push` is asked about that. */
  readonly to?: Destination;
  /** What the settings of git ask of a commit, where that was asked already. */
  readonly settings?: Promise<CommitSettings>;
}

export interface Seal {
  readonly chain: Chain;
  readonly signed: boolean;
  /** Absent when no hook is to run. */
  readonly hooks?: HookPlace;
  /** The hooks that agreed. */
  readonly asked: readonly Guard[];
}

type Refused = { readonly refused: string };

/** The chain as it lands, or what a hook or the program that signs says against it. */
export async function seal(run: Run, chain: Chain, options: SealOptions, context: Context): Promise<Seal | Refused> {
  const { repository } = run.iteration;
  const settings = await (options.settings ?? commitSettings(repository.root));
  const signed = settings.signs && options.withoutSignature !== true;
  if (options.withoutHooks === true) {
    const plain = await rewritten(run, chain, { messages: new Map(), signed, context });
    return 'refused' in plain ? plain : { chain: plain, signed, asked: [] };
  }
  const hooks = hookPlace(repository, settings);
  const last = options.to === undefined ? 'reference-transaction' : 'pre-push';
  const asked = await guardsAt(run, hooks, { tip: chain.before, last });
  const made =
    asked.length === 0
      ? await rewritten(run, chain, { messages: new Map(), signed, context })
      : await withCheckout(run.iteration, { purpose: 'hooks', commit: chain.before, context }, (checkout) =>
          agreed(run, chain, { hooks, checkout, signed, options }, context),
        );
  return 'refused' in made ? made : { chain: made, signed, hooks, asked };
}

interface Asking {
  readonly hooks: HookPlace;
  readonly checkout: string;
  readonly signed: boolean;
  readonly options: SealOptions;
}

/** Asks every hook, in the order git would. */
async function agreed(run: Run, chain: Chain, asking: Asking, context: Context): Promise<Chain | Refused> {
  const { hooks, checkout, signed, options } = asking;
  const { root } = run.iteration.repository;
  const folder = hooks.inside === undefined ? hooks.folder : join(checkout, hooks.inside);
  const problem = await stage(root, checkout, { tree: chain.tree, hooks });
  if (problem !== undefined) return { refused: `what would land cannot be checked out for the hooks: ${problem}` };
  const at = { folder, cwd: checkout, evidence: { tree: chain.tree } };
  for (const name of ['pre-merge-commit', 'pre-commit']) {
    const said = await runHook(run, { ...at, name, argv: [] }, context);
    if (said !== undefined) return refusal(name, said);
    const changed = await stagedBesides(root, checkout, chain.tree);
    if (changed.length > 0)
      return refusal(
        name,
        `it staged other content than what was judged, in ${shortList(changed.map(shown), 5)}; have it done in the work`,
      );
  }
  const messages = await messagesOf(run, chain, { ...asking, folder }, context);
  if ('refused' in messages) return messages;
  const made = await rewritten(run, chain, { messages, signed, context });
  if ('refused' in made) return made;
  const last = lastCall(made, options);
  const said = await runHook(run, { ...at, ...last }, context);
  return said === undefined ? made : refusal(last.name, said);
}

/** What the last guard is asked: about the move of the target, or about the push (githooks, pre-push). */
function lastCall({ before, after }: Chain, { target, to }: SealOptions): Pick<HookCall, 'name' | 'argv'> & { readonly input: string } {
  if (to === undefined) return { name: 'reference-transaction', argv: ['prepared'], input: moveLine({ target, before, after }) };
  const { remote, ref, seen = '0'.repeat(after.length) } = to;
  return { name: 'pre-push', argv: [remote.name, remote.url], input: `${ref} ${after} ${ref} ${seen}\n` };
}

const refusal = (hook: string, said: string): Refused => ({
  refused: `the hook ${hook} refuses it: ${said}\nmend what it names in the work (iter retry <task> --feedback "…"), or land without hooks: iter merge --no-verify`,
});

/** What commit-msg makes of the message of each commit; those it leaves as they are, are not in it. */
async function messagesOf(
  run: Run,
  chain: Chain,
  { checkout, folder }: Asking & { readonly folder: string },
  context: Context,
): Promise<ReadonlyMap<CommitId, string> | Refused> {
  const { repository } = run.iteration;
  const file = join(checkoutDirectory(repository, checkout) ?? checkout, 'COMMIT_EDITMSG');
  const messages = new Map<CommitId, string>();
  let number = 0;
  for (const { task, id, message } of await commitsOf(repository.root, chain)) {
    number += 1;
    writeText(file, `${message}\n`);
    const call = { folder, name: 'commit-msg', argv: [file], cwd: checkout, evidence: { tree: chain.tree, number } };
    const said = await runHook(run, call, context);
    if (said !== undefined) return refusal('commit-msg', `${task}, "${shown(message.split('\n')[0] ?? '')}": ${said}`);
    const wanted = (readText(file) ?? '').trimEnd();
    if (wanted === '') return refusal('commit-msg', `it left nothing of the message of ${task}, "${shown(message.split('\n')[0] ?? '')}"`);
    if (wanted !== message) messages.set(id, wanted);
  }
  return messages;
}

/** The commits of a chain in the order in which they lie on each other. */
async function commitsOf(
  root: string,
  chain: Chain,
): Promise<(CommitFacts & { readonly id: CommitId; readonly task: TaskId | undefined })[]> {
  const ids = await commitsBetween(root, chain.before, chain.after);
  const read = await readCommits(root, ids);
  const taskOf = (id: CommitId): TaskId | undefined => chain.landed.find(({ commits }) => commits.includes(id))?.task;
  return ids.map((id) => ({ ...read(id), id, task: taskOf(id) }));
}

interface Rewriting {
  readonly messages: ReadonlyMap<CommitId, string>;
  readonly signed: boolean;
  readonly context: Context;
}

/** The same commits with other messages, or signed; the very same where neither is wanted. */
async function rewritten(run: Run, chain: Chain, { messages, signed, context }: Rewriting): Promise<Chain | Refused> {
  if (messages.size === 0 && !signed) return chain;
  const { root } = run.iteration.repository;
  const now = new Map<CommitId, CommitId>();
  try {
    for (const { id, tree, parents, author, committer, message } of await commitsOf(root, chain)) {
      const commit = {
        tree,
        parents: parents.map((parent) => now.get(parent) ?? parent),
        message: `${messages.get(id) ?? message}\n`,
        author,
        committer,
      };
      now.set(id, await writeCommit(root, commit, signed ? { sign: true, signal: context.signal } : {}));
    }
  } catch (error) {
    if (!signed || !(error instanceof GitError)) throw error;
    const said = error.stderr.trim() || error.message;
    return {
      refused: `commits are signed here (commit.gpgSign), and git could not sign: ${said}\nmend that (git config user.signingKey, gpg.format), or land without a signature: iter merge --no-gpg-sign`,
    };
  }
  const after = now.get(chain.after) ?? chain.after;
  const landed = chain.landed.map(({ task, commits }) => ({ task, commits: commits.map((id) => now.get(id) ?? id) }));
  return { ...chain, after, landed };
}
