/** `iter init`: writes `.iter/config.yaml`, and copies of the shipped roles and workflows on request; never overwrites. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { readText } from '../effects/disk.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { exists } from '../effects/folder.ts';
import { promptTemplates, roles, schemas, workflows } from '../generated/library.js';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, repositoryAt, verb } from './verb.ts';

/** Where editors find the schemas; a folder `schemas/` may be the repository's own. */
const SCHEMAS = join('.iter', 'schemas');
const SCHEMA_LINE = 'yaml-language-server: $schema=..';

/** What can be copied out, as files by path. */
const LIBRARY: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  roles: () => named(roles, 'roles', '.md'),
  workflows: () => ({
    ...named(workflowsForEditors(), 'workflows', '.yaml'),
    ...named({ workflow: schemas['workflow'] ?? '' }, SCHEMAS, '.schema.json'),
  }),
  schemas: () => named(schemas, SCHEMAS, '.schema.json'),
  // the others make files that iter reads back
  templates: () => named(promptTemplates, 'templates', ''),
};

function named(texts: Readonly<Record<string, string>>, folder: string, ending: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [join(folder, `${name}${ending}`), text]));
}

/** The line that tells an editor where the schema is, for where it is in the repository. */
function workflowsForEditors(): Readonly<Record<string, string>> {
  const moved = Object.entries(workflows).map(([name, text]) => [
    name,
    text.replace(`${SCHEMA_LINE}/schemas/`, `${SCHEMA_LINE}/.iter/schemas/`),
  ]);
  return Object.fromEntries(moved) as Readonly<Record<string, string>>;
}

export function command(finish: Finish): Command {
  return verb('init', 'Write .iter/config.yaml for this repository; what is there already stays.', 'iter init --eject roles,workflows')
    .option('--eject <names>', `copy what iter ships into the repository, to be changed there: ${Object.keys(LIBRARY).join(', ')}`)
    .action((options: Common & { readonly eject?: string }) => {
      const repository = repositoryAt(options.directory);
      if (repository === undefined) return finish(EXIT.usage);
      const ejected = (options.eject ?? '').split(',').filter((name) => name !== '');
      const unknown = ejected.filter((name) => !Object.hasOwn(LIBRARY, name));
      if (unknown.length > 0) {
        complain(
          unknown.map((name) => ({ what: `--eject: "${name}" cannot be copied out`, fix: `use ${Object.keys(LIBRARY).join(', ')}` })),
        );
        return finish(EXIT.usage);
      }
      const wanted = Object.entries({
        [join('.iter', 'config.yaml')]: configText(testCommand(repository.root)),
        ...Object.assign({}, ...ejected.map((name) => LIBRARY[name]?.() ?? {})),
      } as Readonly<Record<string, string>>);
      const written = wanted.filter(([path]) => !exists(join(repository.root, path)));
      for (const [path, text] of written) writeAtomic(join(repository.root, path), text);
      const kept = wanted.filter((one) => !written.includes(one)).map(([path]) => path);
      if (options.json === true) json({ written: written.map(([path]) => path), kept });
      else
        result(
          [
            ...written.map(([path]) => `wrote ${path}`),
            ...kept.map((path) => `${path} is there already and stays as it is`),
            'next: iter new <slug>',
          ].join('\n'),
        );
      return finish(EXIT.done);
    });
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
