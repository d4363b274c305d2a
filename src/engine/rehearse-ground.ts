/** The throw-away repository a workflow is played in: small, with something for every glob, input and check. */
import { join } from 'node:path';
import { filledGlobs } from '../core/targets.ts';
import type { Input, Workflow } from '../core/workflow.ts';
import { copyTree } from '../effects/disk.ts';
import { ensureFolder, exists, writeText } from '../effects/folder.ts';
import { git } from '../effects/git.ts';
import { parseMetricPath } from '../files/metric-path.ts';
import type { Pass } from './rehearse-passes.ts';

/** What is played. */
export interface Part {
  readonly workflow: Workflow;
  /** The workflow in one file. */
  readonly text: string;
  readonly pass: Pass;
  /** Steps whose review or person says no once, if it comes to that. */
  readonly rejecting: ReadonlySet<string>;
}

/** Makes the repository in a folder, and the file of the workflow beside it; gives the root of the repository. `roles` is copied into it. */
export async function stage(folder: string, roles: string | undefined, part: Part): Promise<string> {
  const workflow = filledFor(part);
  const root = join(folder, 'repository');
  ensureFolder(root);
  await git(root, ['init', '-q', '-b', 'main']);
  for (const [key, value] of [
    ['user.name', 'Rehearsal'],
    ['user.email', 'rehearsal@localhost'],
  ] as const)
    await git(root, ['config', key, value]);
  writeText(join(root, 'README.md'), '# A repository to rehearse in\n');
  for (const pattern of globsOf(workflow))
    for (const name of ['first', 'second', 'third'])
      writeText(join(root, pattern.replaceAll('**/', '').replaceAll('*', name)), `# ${name}\n`);
  for (const [file, text] of Object.entries(filesAtBase(workflow))) if (!exists(join(root, file))) writeText(join(root, file), text);
  if (roles !== undefined) copyTree(roles, join(root, 'roles'));
  writeText(join(folder, 'workflow.yaml'), part.text);
  await git(root, ['add', '--all'], { writes: true });
  await git(root, ['commit', '-q', '-m', 'Start'], { writes: true });
  return root;
}

/** With the patterns of the pass in place of inputs. */
function filledFor({ workflow, pass }: Part): Workflow {
  const given = Object.fromEntries(
    inputsFor(workflow, pass).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  return filledGlobs(workflow, { given, slug: 'rehearsal', iteration: '001-rehearsal' }).workflow;
}

/** What checks compare with: schemas that ask for nothing, and reports with a figure that can get better. */
function filesAtBase(workflow: Workflow): Record<string, string> {
  const templates = [
    ...workflow.steps.flatMap((step) => [...step.checks, ...step.deliverables.flatMap((one) => one.checks)]),
    ...workflow.checks,
  ];
  return Object.fromEntries(
    templates.flatMap(({ criterion }) => {
      if (criterion.check === 'schema' || criterion.check === 'frontmatter') {
        return criterion.schema.in === 'iteration' ? [] : [[criterion.schema.file, '{}\n']];
      }
      if (criterion.check !== 'metric' || criterion.op !== 'improves' || criterion.baseline.in === 'iteration') return [];
      const { file, path } = criterion.baseline;
      const keys = (parseMetricPath(path) ?? []).flatMap((part) => ('key' in part ? [part.key] : []));
      return [[file, `${JSON.stringify(keys.reduceRight<unknown>((inside, key) => ({ [key]: inside }), 100))}\n`]];
    }),
  ) as Record<string, string>;
}

/** The files the steps are done on; what a pattern leaves out is not made, and what tasks deliver is not there yet. */
function globsOf(workflow: Workflow): string[] {
  const globs = workflow.steps.flatMap(({ targets }) => (targets?.from.is === 'glob' ? targets.from.globs : []));
  return [...new Set(globs)].filter((glob) => !glob.startsWith('!'));
}

/** A value for each input that needs one, as typed: `name=value`. */
export function inputsFor(workflow: Workflow, pass: Pass): string[] {
  const example = (input: Input): string => ({ string: 'rehearsal', number: '1', boolean: 'true', list: 'first,second' })[input.type];
  return Object.entries(workflow.inputs).flatMap(([name, input]) => {
    const chosen = pass.inputs[name];
    if (chosen !== undefined) return [`${name}=${String(chosen)}`];
    return input.required && input.default === undefined ? [`${name}=${example(input)}`] : [];
  });
}
