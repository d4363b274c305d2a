/** `iter init`: writes `.iter/config.yaml`; never overwrites. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { readText, writeAtomic } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import { json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, repositoryAt, verb } from './verb.ts';

export function command(finish: Finish): Command {
  return verb('init', 'Write .iter/config.yaml for this repository; what is there already stays.', 'iter init').action(
    async (options: Common) => {
      const repository = repositoryAt(options.directory);
      if (repository === undefined) return finish(EXIT.usage);
      const file = join(repository.root, '.iter', 'config.yaml');
      const made = !exists(file);
      if (made) writeAtomic(file, configText(testCommand(repository.root)));
      if (options.json === true) json({ file, written: made });
      else if (made) result(`wrote ${file}\nnext: iter new <slug>`);
      else say(`${file} is there already and stays as it is`);
      return finish(EXIT.done);
    },
  );
}

/** The repository's own test command, if its package.json names one. */
function testCommand(root: string): string | undefined {
  const text = readText(join(root, 'package.json'));
  if (text === undefined) return undefined;
  try {
    const { scripts } = JSON.parse(text) as { scripts?: { test?: unknown } };
    return typeof scripts?.test === 'string' && !scripts.test.includes('no test specified') ? 'npm test' : undefined;
  } catch {
    return undefined;
  }
}

function configText(test: string | undefined): string {
  const inputs = test === undefined ? '# inputs:\n#   test_command: make test\n' : `inputs:\n  test_command: ${test}\n`;
  return `# What iter does in this repository unless a flag or an ITER_* variable says otherwise.
# agent: claude
# workflow: plan-build-review-doc
# environment: dev
# max_parallel: 3
# Values for the inputs of workflows; test_command becomes a MUST criterion of every build task and of the landing.
${inputs}`;
}
