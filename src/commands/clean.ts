/** `iter clean`: removes worktrees and branches after saving what is in them. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { Cleaned } from '../engine/clean.ts';
import { clean } from '../engine/clean.ts';
import { json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly ignored?: boolean;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('clean', 'Remove worktrees and branches whose work has landed; everything in them is saved first.', 'iter clean --dry-run')
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .option('-n, --dry-run', 'say what would go, remove nothing')
    .option('--force', 'also what is not in the target; it is saved like everything else')
    .option('--ignored', 'save ignored files, too; without it they are gone')
    .action(async (wanted: string | undefined, options: Flags) => finish(await perform(wanted, options, signal)));
}

async function perform(wanted: string | undefined, options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationAt(options, wanted);
  if (iteration === undefined) return EXIT.usage;
  const asked = { dryRun: options.dryRun === true, force: options.force === true, ignored: options.ignored === true };
  const cleaned = await clean(iteration, asked, contextOf(options, signal));
  const bytes = cleaned.filter((one) => one.action !== 'kept').reduce((sum, one) => sum + one.size, 0);
  if (options.json === true) json({ iteration: iteration.name, dryRun: asked.dryRun, bytes, tasks: cleaned });
  else {
    const total = `${megabytes(bytes)} ${asked.dryRun ? 'would be free' : 'free'}; iter restore ${iteration.name} brings removed worktrees back`;
    result(cleaned.length === 0 ? 'there is nothing to remove' : [...cleaned.map(lineOf), total].join('\n'));
  }
  return cleaned.some((one) => one.action === 'kept') ? EXIT.failed : EXIT.done;
}

const ACTION = { removed: 'removed', 'would-remove': 'would be removed', kept: 'kept' } as const;
const STANDING = { nothing: 'no work yet', merged: 'merged', unmerged: 'not merged' } as const;

function lineOf({ task, standing, size, action, reason, backup, ignored }: Cleaned): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  const saved = backup === undefined ? '' : `; saved at ${backup}`;
  const lost =
    ignored.length === 0 || action === 'kept'
      ? ''
      : `; ignored, not saved: ${ignored.slice(0, 3).join(', ')}${ignored.length > 3 ? ` and ${ignored.length - 3} more` : ''}`;
  return `${task}  ${STANDING[standing]}, ${megabytes(size)}, ${ACTION[action]}${why}${saved}${lost}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
