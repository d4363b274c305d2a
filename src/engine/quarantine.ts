/** What cannot be read is set aside with the reason, and said once: it stops nobody, and the rest of its file still counts. */
import { join } from 'node:path';
import { problemLine } from '../core/problem.ts';
import { exists, writeText } from '../effects/folder.ts';
import { sha256 } from '../effects/sha256.ts';
import type { MalformedBlock } from '../files/messages.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { redactorOf } from './redaction.ts';

/** Copies each block to `.run/quarantine/` under a name made from its content; one that lies there already is not said again. */
export function quarantine(iteration: Iteration, source: string, blocks: readonly MalformedBlock[], context: Context): void {
  const redactor = redactorOf(context);
  for (const { text: found, problems } of blocks) {
    const text = redactor.text(found);
    const reasons = problems.map(({ what, fix }) => redactor.text(problemLine({ what, ...(fix === undefined ? {} : { fix }) })));
    const name = `${sha256([source, text, ...reasons].join('\n')).slice(0, 16)}.md`;
    const file = join(iteration.directory, '.run', 'quarantine', name);
    if (exists(file)) continue;
    writeText(file, `${reasons.map((reason) => `reason: ${reason}`).join('\n')}\nfrom: ${source}\n\n${text}\n`);
    context.say(
      `${problems.map((problem) => problemLine({ ...problem, file: problem.file ?? source })).join('\n')}\nIt is set aside as .run/quarantine/${name}; the rest counts.`,
    );
  }
}
