/** `iter workflow`: the workflows there are, what they say, and what is wrong with them. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { problemLine } from '../core/problem.ts';
import { needsOf } from '../core/stages.ts';
import type { Workflow } from '../core/workflow.ts';
import type { Named } from '../engine/workflow-library.ts';
import { findWorkflow, libraryWorkflows } from '../engine/workflow-library.ts';
import type { LoadedWorkflow } from '../files/workflow.ts';
import { loadWorkflow } from '../files/workflow.ts';
import type { LineOfFile } from '../files/step-origins.ts';
import type { Lint } from '../files/workflow-lint.ts';
import { lintWorkflow } from '../files/workflow-lint.ts';
import { resolvedText } from '../files/workflow-resolve.ts';
import { libraryPlaces } from './library-places.ts';
import { lintSurroundings } from './lint-surroundings.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, verb } from './verb.ts';
import { type ImportFlags, importFile } from './workflow-import.ts';
import { lintLines, listText } from './workflow-text.ts';

interface ListFlags extends Common {
  readonly triggers?: boolean;
}

interface LintFlags extends Common {
  readonly all?: boolean;
}

export function command(finish: Finish): Command {
  const workflow = verb(
    'workflow',
    'The workflows there are, what they say, and what is wrong with them.',
    'iter workflow lint --all',
  ).configureHelp({
    showGlobalOptions: true,
  });
  workflow
    .command('list')
    .description('every workflow you can name, and where it comes from')
    .option('--triggers', 'say when each is the one to take')
    .action((_: ListFlags, own: Command) => finish(list(own.optsWithGlobals<ListFlags>())));
  workflow
    .command('show')
    .description('a workflow as it is written')
    .argument('<name>', 'name or path of a workflow')
    .action((name: string, _: Common, own: Command) => finish(show(name, own.optsWithGlobals<Common>())));
  workflow
    .command('resolve')
    .description('a workflow with everything it leaves unsaid, and where each step comes from')
    .argument('<name>', 'name or path of a workflow')
    .action((name: string, _: Common, own: Command) => finish(showResolved(name, own.optsWithGlobals<Common>())));
  workflow
    .command('lint')
    .description('everything that is wrong with workflows; without names, with each one you can name')
    .argument('[names...]', 'names or paths of workflows')
    .option('--all', 'also those that another of the same name hides')
    .action((names: readonly string[], _: LintFlags, own: Command) => finish(lint(names, own.optsWithGlobals<LintFlags>())));
  workflow
    .command('import')
    .description(
      'a workflow of iterations with agents (workflow: {iterations: …}), in the form of iter; printed, or written with its roles',
    )
    .argument('<file>', 'path of the file')
    .option('--name <name>', 'name in place of the one in the file')
    .option('--write', 'write workflows/<name>.yaml and roles/; what is there already stays')
    .action((file: string, _: ImportFlags, own: Command) => finish(importFile(file, own.optsWithGlobals<ImportFlags>())));
  return workflow;
}

function list(options: ListFlags): number {
  const entries = libraryWorkflows(libraryPlaces(options)).map((entry) => ({
    ...entry,
    ...loadWorkflow(entry.text, entry.file, entry.related),
  }));
  if (options.json !== true) result(listText(entries, options.triggers === true));
  else {
    const workflows = entries.map(({ name, layer, file, hiddenBy, workflow, problems }) => ({
      name,
      layer,
      file,
      hiddenBy: hiddenBy ?? null,
      description: workflow?.description ?? null,
      triggers: workflow?.triggers ?? [],
      steps: workflow?.steps.map((step) => step.id) ?? [],
      problems,
    }));
    json({ workflows });
  }
  return EXIT.done;
}

function show(name: string, options: Common): number {
  const found = named(name, options);
  if (found === undefined) return EXIT.usage;
  if (options.json === true) json({ name: found.name, layer: found.layer ?? null, file: found.file, text: found.text });
  else result(found.text.replace(/\n$/, ''));
  return EXIT.done;
}

function showResolved(name: string, options: Common): number {
  const found = named(name, options);
  if (found === undefined) return EXIT.usage;
  const loaded = loadWorkflow(found.text, found.file, found.related);
  const { workflow, problems } = loaded;
  if (workflow === undefined) {
    complain(problems);
    return EXIT.usage;
  }
  if (options.json !== true) result(resolvedText(found.text, found.file, loaded).replace(/\n$/, ''));
  else {
    const files = [found, ...(loaded.others ?? [])].map(({ file }) => file);
    json({ file: found.file, layer: found.layer ?? null, files, workflow: withOrigins(workflow, loaded), removed: loaded.removals ?? [] });
  }
  return EXIT.done;
}

function withOrigins(workflow: Workflow, { origins = [] }: LoadedWorkflow): Record<string, unknown> {
  const needs = needsOf(workflow.steps);
  const place = ({ file, line }: LineOfFile): Record<string, unknown> => ({ file, line: line ?? null });
  const steps = workflow.steps.map((step, index) => {
    const origin = origins[index];
    return {
      ...step,
      needs: needs.get(step.id) ?? [],
      from: origin === undefined ? null : place(origin.from),
      changed: (origin?.changed ?? []).map(place),
      used: (origin?.used ?? []).map(place),
    };
  });
  return { ...workflow, steps };
}

function lint(names: readonly string[], options: LintFlags): number {
  const places = libraryPlaces(options);
  const chosen =
    names.length === 0
      ? libraryWorkflows(places).filter((entry) => options.all === true || entry.hiddenBy === undefined)
      : names.map((name) => named(name, options));
  const { names: roles, skills, ...around } = lintSurroundings(places);
  const linted = toldOnce(
    chosen.flatMap((entry) => (entry === undefined ? [] : [{ ...entry, ...lintWorkflow(entry, roles, { skills, around }) }])),
  );
  if (options.json !== true) {
    const lines = lintLines(linted, options.quiet === true);
    if (lines.length > 0) result(lines.join('\n'));
  } else {
    json({
      workflows: linted.map(({ name, layer, file, problems, warnings }) => ({ name, layer: layer ?? null, file, problems, warnings })),
      problems: linted.reduce((sum, entry) => sum + entry.problems.length, 0),
      warnings: linted.reduce((sum, entry) => sum + entry.warnings.length, 0),
    });
  }
  return chosen.includes(undefined) || linted.some((entry) => entry.problems.length > 0) ? EXIT.usage : EXIT.done;
}

/** What is wrong with a workflow others build on is said once: where it is looked at itself, else where it comes first. */
function toldOnce<T extends Lint & Named>(linted: readonly T[]): T[] {
  const looked = new Set(linted.map(({ file }) => file));
  const told = new Set<string>();
  return linted.map((one) => {
    const problems = one.problems.filter((problem) => {
      const line = problemLine(problem);
      const elsewhere = problem.file !== undefined && problem.file !== one.file && looked.has(problem.file);
      const known = linted.some((other) => other.file === problem.file && other.problems.some((same) => problemLine(same) === line));
      return !(elsewhere && known) && told.size !== told.add(line).size;
    });
    return { ...one, problems };
  });
}

/** The workflow a person named, or undefined after saying what is wrong. */
function named(name: string, options: Common): Named | undefined {
  const chosen = findWorkflow(name, resolve(options.directory), libraryPlaces(options));
  if ('found' in chosen) return chosen.found;
  complain([chosen.problem]);
  return undefined;
}
