/** What of a run of an agent differs because of its sandbox: what it is started in, and what it is told. */
import { identity } from '../effects/git-facts.ts';
import type { AttemptSpec } from '../executors/local.ts';
import { cellOf, gitDirectoriesOf, type Confined } from './cell.ts';
import { containerOf } from './containers.ts';
import type { Context } from './context.ts';
import type { Venue } from './places.ts';

interface Confinement extends Confined {
  /** Of the attempt. */
  readonly number: number;
}

/** With the home hidden git cannot find out who the person is: it is told who commits, if anybody does. */
export async function confinement(
  venue: Venue,
  { number, ...confined }: Confinement,
  context: Context,
): Promise<Pick<AttemptSpec, 'cell' | 'container' | 'gitDirectories' | 'variables'>> {
  const { task, worktree, sandbox, variables } = confined;
  const commits = task.branch !== undefined;
  if (sandbox.by === 'none') return { variables };
  if (sandbox.by === 'cli') {
    // its flags name folders: who commits nothing may write there what it may anyway
    const gitDirectories = commits ? gitDirectoriesOf(venue, worktree) : { common: worktree, own: worktree };
    return { variables, gitDirectories };
  }
  return {
    variables: { ...(commits ? await committer(venue) : {}), ...variables, ITER_SANDBOX: sandbox.by },
    cell: cellOf(venue, confined, context),
    ...(sandbox.by === 'container'
      ? { container: containerOf(venue, sandbox, { purpose: `${task.id}-${number}`, environment: context.environment }) }
      : {}),
  };
}

async function committer({ repository }: Venue): Promise<Readonly<Record<string, string>>> {
  const { name, email } = await identity(repository.root);
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}
