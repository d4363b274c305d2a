/** `iter merge --pr`: what was judged goes to a branch of the remote and into a pull request; nothing moves here, and nothing lands until somebody merges it there. */
import type { CommitId, TaskId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { readText } from '../effects/disk.ts';
import { readLog } from '../effects/event-log.ts';
import { GitError } from '../effects/git.ts';
import { GithubError, hasGithub, openPullRequest } from '../effects/github.ts';
import type { GithubOptions } from '../effects/github.ts';
import type { Remote } from '../effects/remote.ts';
import { push, remoteFor, remoteTips } from '../effects/remote.ts';
import type { Context } from './context.ts';
import { logFile } from './iteration.ts';
import { sealFacts } from './landing.ts';
import type { LandingRequest } from './landing.ts';
import { shortName } from './move-branch.ts';
import type { Run } from './run.ts';

/** The branch of the remote that is iter's own. */
const proposalBranch = (iteration: string): string => `refs/heads/iter/${iteration}/landing`;

export interface Destination {
  readonly remote: Remote;
  /** Full name, on the remote. */
  readonly ref: string;
  /** Where the target is on the remote. */
  readonly base: CommitId;
  /** Where that branch is now; absent when there is none. */
  readonly seen?: CommitId;
}

/** Where a pull request for the target goes, or everything that is missing for one. Asks the remote. */
export async function destination(
  run: Run,
  target: string,
  context: Context,
): Promise<Destination | { readonly problems: readonly Problem[] }> {
  const { root } = run.iteration.repository;
  const problems: Problem[] = [];
  if (!(await hasGithub(githubOptions(run, context))))
    problems.push({
      what: 'the program "gh" was not found, which opens pull requests',
      fix: 'install it (cli.github.com) and sign in with gh auth login',
    });
  const remote = await remoteFor(root, target);
  const name = shortName(target);
  if (remote === undefined)
    problems.push({ what: `there is no remote to which ${name} goes`, fix: 'add one: git remote add origin <address>' });
  if (remote === undefined || problems.length > 0) return { problems };
  const ref = proposalBranch(run.iteration.name);
  const tips = await remoteTips(root, remote.name, [target, ref]);
  const base = tips.get(target);
  if (base === undefined)
    return { problems: [{ what: `${remote.name} has no branch "${name}"`, fix: `push it first: git push ${remote.name} ${name}` }] };
  const seen = tips.get(ref);
  if (seen !== undefined && !earlier(run).has(seen)) {
    const short = shortName(ref);
    return {
      problems: [
        {
          what: `${short} on ${remote.name} is at ${seen.slice(0, 10)}, which iter did not push`,
          fix: `look at it; when it may go: git push ${remote.name} --delete ${short}`,
        },
      ],
    };
  }
  return { remote, ref, base, ...(seen === undefined ? {} : { seen }) };
}

/** The commits that were pushed for this iteration before. */
function earlier(run: Run): ReadonlySet<CommitId> {
  const { events } = readLog(logFile(run.iteration.directory));
  return new Set(events.flatMap((event) => (event.type === 'landing-proposed' ? [event.after] : [])));
}

export interface Proposal {
  readonly remote: string;
  /** Short name. */
  readonly branch: string;
  readonly url: string;
}

/** Pushes what is sealed and opens the pull request with the report as its text; done again, it does what is missing. */
export async function propose(
  run: Run,
  request: Pick<LandingRequest, 'sealed' | 'options' | 'tasks'> & { readonly to: Destination; readonly report: () => Promise<string> },
  context: Context,
): Promise<Proposal | { readonly refused: string }> {
  const { sealed, options, tasks, to, report } = request;
  const { before, after, tree } = sealed.chain;
  const { root } = run.iteration.repository;
  const { target } = options;
  const [remote, branch] = [to.remote.name, shortName(to.ref)];
  const about = { type: 'landing-proposed', target, before, after, tree, tasks, remote, branch } as const;
  // on record first: a push whose iter is killed is known again by it
  await run.record({ ...about, ...sealFacts(sealed, options) });
  try {
    if (to.seen !== after) await push(root, remote, { ref: to.ref, commit: after, seen: to.seen, signal: context.signal });
    context.say(`${branch} on ${remote} is ${after.slice(0, 10)} now`);
    if (to.base !== before)
      context.say(
        `warning: ${shortName(target)} on ${remote} is at ${to.base.slice(0, 10)}, and this was judged on ${before.slice(0, 10)}; push or fetch it, and iter merge --pr judges anew`,
      );
    const body = readText(await report()) ?? '';
    const url = await openPullRequest(
      { base: shortName(target), head: branch, title: titleOf(run, tasks), body },
      githubOptions(run, context),
    );
    await run.record({ ...about, url });
    return { remote, branch, url };
  } catch (error) {
    if (error instanceof GitError) return { refused: `git did not push to ${remote}: ${error.stderr.trim()}` };
    if (error instanceof GithubError) return { refused: `${branch} is on ${remote}, and there is no pull request: ${error.message}` };
    throw error;
  }
}

function titleOf(run: Run, tasks: readonly TaskId[]): string {
  const [first] = tasks;
  const only = tasks.length === 1 ? run.plan.tasks.find(({ id }) => id === first)?.title : undefined;
  return `${run.iteration.name}: ${only ?? `${tasks.length} tasks`}`;
}

const githubOptions = (run: Run, { environment, signal }: Context): GithubOptions => ({
  cwd: run.iteration.repository.root,
  environment,
  signal,
});
