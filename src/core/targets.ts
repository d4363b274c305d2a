/** Which targets the steps of a workflow have, and by which names their texts call one. How targets are shared out is `allocate.ts`. */
import { pathFault } from './deliverable-path.ts';
import { type InputRequest, namedValues, resolveInputs } from './inputs.ts';
import type { ListField } from './plan.ts';
import type { Problem } from './problem.ts';
import { slugOf, stemOf } from './slug.ts';
import { placeholdersIn, substitute, substituteEach, type Values } from './substitute.ts';
import type { Inputs, Step, Targets, Workflow } from './workflow.ts';

/** The paths that match each list of patterns, by its `globKey`. */
export type Globs = Readonly<Record<string, readonly string[]>>;

/** One pattern is its own key. */
export function globKey(patterns: readonly string[]): string {
  return patterns.join('\n');
}

const PARTS = ['id', 'slug', 'stem'] as const;

/** Longer patterns are no names of files anybody has. */
const LONGEST_PATTERN = 1000;

/**
 * Steps with the values of inputs in the patterns of their targets; a pattern that is a list input and nothing else stands for its items.
 * A value is a pattern like any other: one that leads out of the repository is a problem, as it would be in the workflow.
 */
export function filledGlobs(
  workflow: Workflow,
  { given, slug, iteration }: Omit<InputRequest, 'workflow'>,
): { readonly workflow: Workflow; readonly problems: readonly Problem[] } {
  // what is wrong with the inputs themselves, expand says
  const values = namedValues(resolveInputs({ workflow, given, slug, iteration }).inputs, { iteration, slug });
  const problems: Problem[] = [];
  const steps = workflow.steps.map((step): Step => {
    const from = step.targets?.from;
    if (step.targets === undefined || from?.is !== 'glob' || !from.globs.some((glob) => glob.includes('{{'))) return step;
    const globs = from.globs.flatMap((glob) => {
      const own = substituteEach([glob], values);
      if (own.length === 0)
        problems.push({
          what: `step "${step.id}": the pattern "${glob}" of its targets is empty`,
          fix: 'give the input a pattern such as docs/**/*.md',
        });
      for (const one of own) {
        const fault = one.length > LONGEST_PATTERN ? `is longer than ${LONGEST_PATTERN} characters` : patternFault(one);
        if (fault !== undefined)
          problems.push({
            what: `step "${step.id}": the pattern ${JSON.stringify(one.slice(0, 100))} of its targets ${fault}`,
            fix: 'write it from the top of the repository',
          });
      }
      return own;
    });
    return { ...step, targets: { ...step.targets, from: { is: 'glob', globs } } };
  });
  return { workflow: { ...workflow, steps }, problems };
}

/** What is wrong with a pattern of files, or undefined. */
export function patternFault(pattern: string): string | undefined {
  return pathFault(pattern.replace(/^!/, '').replace(/\/$/, ''));
}

/** What texts of a step with these targets may say in place of one: `target`, `target.id`, … and the same with its own word. */
export function targetNames(as: string | undefined): string[] {
  return ['target', ...(as === undefined ? [] : [as])].flatMap((word) => [word, ...PARTS.map((part) => `${word}.${part}`)]);
}

/** Where the targets of a step come from in the end; undefined when they are known from the start. */
export function outputOf(step: Step, steps: readonly Step[]): ListField | undefined {
  const from = step.targets?.from;
  if (from?.is === 'output') return { step: from.step, field: from.field };
  const earlier = from?.is === 'step' ? steps.slice(0, steps.indexOf(step)).find((other) => other.id === from.step) : undefined;
  return earlier === undefined ? undefined : outputOf(earlier, steps);
}

/** The targets of every step that takes any and whose targets are known; a list input without items stands for the iteration as a whole. */
export function targetLists(
  steps: readonly Step[],
  { inputs, globs, slug }: { readonly inputs: Inputs; readonly globs: Globs; readonly slug: string },
): { readonly lists: ReadonlyMap<string, readonly string[]>; readonly problems: readonly Problem[] } {
  const lists = new Map<string, readonly string[]>();
  const problems: Problem[] = [];
  for (const step of steps) {
    if (step.targets === undefined || outputOf(step, steps) !== undefined) continue;
    const list = listOf(step.targets, { inputs, globs, lists });
    const found = list.length === 0 && step.targets.from.is !== 'glob' ? [slug] : list;
    lists.set(step.id, found);
    problems.push(...listProblems(step, step.targets, found));
  }
  return { lists, problems };
}

function listOf(
  { from }: Targets,
  { inputs, globs, lists }: { inputs: Inputs; globs: Globs; lists: ReadonlyMap<string, readonly string[]> },
): readonly string[] {
  if (from.is === 'step') return lists.get(from.step) ?? [];
  if (from.is === 'output') return [];
  if (from.is === 'glob') return [...new Set(globs[globKey(from.globs)] ?? [])].toSorted();
  const list = inputs[from.input];
  return typeof list === 'object' ? list : [];
}

function listProblems(step: Step, { from }: Targets, list: readonly string[]): Problem[] {
  switch (from.is) {
    case 'input': {
      // the same target twice would be the same work twice
      const seen = new Set<string>();
      const again = list.filter((target) => seen.size === seen.add(target).size);
      return again.map((target) => ({
        what: `step "${step.id}" has the target "${target}" twice`,
        fix: `name it once in the input "${from.input}"`,
      }));
    }
    case 'glob':
      if (list.length > 0) return [];
      return [
        {
          what: `step "${step.id}": no file of the repository matches ${from.globs.map((glob) => `"${glob}"`).join(', ')}`,
          fix: 'add the files, or name others with --targets',
        },
      ];
    default:
      return [];
  }
}

/** Names of one target with their values; `place` is its 0-based place in the list. */
export function valuesOfTarget(target: string, place: number, as: string | undefined): Values {
  const fallback = `item-${place + 1}`;
  const parts = { slug: slugOf(target) || fallback, stem: stemOf(target) || fallback };
  const words = { ...parts, id: idOf(target) ?? parts.stem };
  return Object.fromEntries(
    ['target', ...(as === undefined ? [] : [as])].flatMap((word): [string, string][] => [
      [word, target],
      ...PARTS.map((part): [string, string] => [`${word}.${part}`, words[part]]),
    ]),
  );
}

/** The file name without its extension, as it is written, when that is a safe part of a path. */
function idOf(target: string): string | undefined {
  const name = (target.split('/').findLast((part) => part !== '') ?? '').replace(/(?<=.)\.[^.]*$/, '');
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(name) ? name : undefined;
}

/** The values a task fills its texts with: those of all its targets together, and of each. */
export interface TaskTexts {
  readonly all: Values;
  /** One for each target; `all` alone for a task without targets. */
  readonly each: readonly Values[];
  /** Second name for `target`. */
  readonly as?: string;
}

/** Whether a text names a target of the task. */
export function namesTarget(text: string, as: string | undefined): boolean {
  return (
    text.includes('{{') &&
    placeholdersIn(text).names.some((name) => name.split('.')[0] === 'target' || (as !== undefined && name.split('.')[0] === as))
  );
}

/** Fills a text line by line: a line that names a target stands once for each. */
export function fillLines(text: string, { all, each, as }: TaskTexts): string {
  if (each.length === 1) return substitute(text, each[0] ?? all).text;
  return text
    .split('\n')
    .flatMap((line) => (namesTarget(line, as) ? each.map((values) => substitute(line, values).text) : [substitute(line, all).text]))
    .join('\n');
}

/** Fills patterns: one that names a target stands once for each, one that is a list of the inputs for its items. */
export function fillPatterns(patterns: readonly string[], { all, each, as }: TaskTexts): string[] {
  if (each.length === 1) return substituteEach(patterns, each[0] ?? all);
  return patterns.flatMap((pattern) =>
    namesTarget(pattern, as) ? each.flatMap((values) => substituteEach([pattern], values)) : substituteEach([pattern], all),
  );
}
