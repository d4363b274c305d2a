/** Writes `rehearsal.yaml`: what the rehearsal agent is to do wrong, task by task. */
import { join } from 'node:path';
import { BEHAVIOURS, parseBehaviour } from '../core/rehearsal.ts';
import type { Problem } from '../core/problem.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { removeFolder } from '../effects/folder.ts';
import type { Created } from './create.ts';

/** Writes the file from `T3=red` words; with problems the iteration just made is taken away again, so that nothing is half-made. */
export async function writeRehearsal(created: Created, words: readonly string[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const lines: string[] = [];
  for (const word of words.flatMap((one) => one.split(','))) {
    const at = word.indexOf('=');
    const task = word.slice(0, Math.max(0, at)).trim();
    const behaviour = word.slice(at + 1).trim();
    if (!created.plan.tasks.some((one) => one.id === task))
      problems.push({
        what: `--rehearse "${word}": there is no task "${task}"`,
        fix: `use ${created.plan.tasks.map((one) => one.id).join(', ')}`,
      });
    else if (parseBehaviour(behaviour) === undefined)
      problems.push({
        what: `--rehearse "${word}": unknown behaviour "${behaviour}"`,
        fix: `use one of ${BEHAVIOURS.join(', ')}, with a number of attempts or milliseconds after a colon if you like: fail:2, slow:500`,
      });
    else lines.push(`${task}: ${behaviour}`);
  }
  if (problems.length > 0) removeFolder(created.directory);
  else
    writeAtomic(
      join(created.directory, 'rehearsal.yaml'),
      `# What the rehearsal agent does wrong, by task. Edit it at any time; each attempt reads it anew.\n${lines.join('\n')}\n`,
    );
  return problems;
}
