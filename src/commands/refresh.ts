/** `iter refresh`: prompts and other generated files made anew. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { Refreshed } from '../engine/refresh.ts';
import { refresh } from '../engine/refresh.ts';
import { personalFolder } from '../engine/personal-folder.ts';
import { complain, json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly dryRun?: boolean;
}

export function command(finish: Finish): Command {
  return verb(
    'refresh',
    'Make prompts and other generated files anew from the locked workflow and the roles, skills and templates of today; what a person edited stays.',
    'iter refresh --dry-run',
  )
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .option('-n, --dry-run', 'say what would change, write nothing')
    .action(async (wanted: string | undefined, options: Flags) => {
      const iteration = iterationAt(options, wanted);
      if (iteration === undefined) return finish(EXIT.usage);
      const dryRun = options.dryRun === true;
      const done = await refresh(iteration, { dryRun, personal: personalFolder(process.env) });
      if ('problems' in done) {
        complain(done.problems);
        return finish(EXIT.usage);
      }
      for (const warning of done.warnings) if (options.quiet !== true) say(`warning: ${warning}`);
      if (options.json === true) json({ iteration: iteration.name, dryRun, ...done });
      else result(linesOf(done, dryRun).join('\n'));
      return finish(EXIT.done);
    });
}

function linesOf({ written, kept, left }: Refreshed, dryRun: boolean): string[] {
  const lines = [
    ...written.map((path) => `${dryRun ? 'would write' : 'wrote'} ${path}`),
    ...kept.map(
      ({ path, fresh }) =>
        `${path} was edited and stays${fresh === undefined ? '' : `; the new text ${dryRun ? 'would be' : 'is'} in ${fresh}`}`,
    ),
    ...left.map(({ path, reason }) => `${path} stays: ${reason}`),
  ];
  return written.length === 0 ? [...lines, 'everything else is as it would be made today'] : lines;
}
