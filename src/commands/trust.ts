/** `iter trust`: shows which commands of the repository would run in worktrees, and keeps that a person has looked at exactly these. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { distrust, isTrusted, runnable, trust } from '../engine/trust.ts';
import type { Runnable } from '../engine/trust.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, repositoryAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly dryRun?: boolean;
  readonly revoke?: boolean;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('trust', 'Say that you have looked at the commands a repository would run in worktrees.', 'iter trust --dry-run')
    .option('-n, --dry-run', 'show them, keep nothing')
    .option('--revoke', 'forget what was trusted here')
    .action(async (options: Flags) => finish(await perform(options, signal)));
}

async function perform(options: Flags, signal: AbortSignal): Promise<number> {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return EXIT.usage;
  const context = contextOf(options, signal);
  if (context.environment['ITER_TASK'] !== undefined) {
    complain([{ what: 'this is for a person to say, not for an agent', fix: 'ask for it: iter block' }]);
    return EXIT.usage;
  }
  if (options.revoke === true) {
    distrust(repository, context.environment);
    if (options.json === true) json({ trusted: false, digest: undefined });
    else result('nothing of this repository is trusted any more');
    return EXIT.done;
  }
  const what = await runnable(repository, repository.worktree, context.environment);
  if (what === undefined) {
    if (options.json === true) json({ trusted: true, setup: [], teardown: [], files: [] });
    else result('there is nothing to trust: .iter/config.yaml has no worktree.setup and no worktree.teardown');
    return EXIT.done;
  }
  if (options.dryRun !== true) {
    const kept = trust(what, repository, context);
    if ('problem' in kept) {
      complain([{ what: kept.problem, fix: 'set XDG_DATA_HOME to a folder outside of it' }]);
      return EXIT.usage;
    }
  }
  const trusted = isTrusted(what, repository, context.environment);
  if (options.json === true) json({ trusted, ...what });
  else result(shown(what, trusted));
  return EXIT.done;
}

function shown({ setup, teardown, files, digest }: Runnable, trusted: boolean): string {
  return [
    ...setup.map((command) => `in each new worktree:      ${command}`),
    ...teardown.map((command) => `before a worktree goes:    ${command}`),
    ...files.map(({ path, sha256 }) => `file, as it is now:        ${path} ${sha256.slice(0, 12)}`),
    `What these start in turn (scripts of package.json, a Makefile) is not looked at.`,
    trusted ? `trusted until any of this changes: ${digest}` : `not trusted: ${digest}`,
  ].join('\n');
}
