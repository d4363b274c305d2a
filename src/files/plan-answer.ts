/** Reads the answer of an agent that was asked for a workflow or a plan: front matter with `workflow`, `inputs`, `reason`, and `slug` and `targets` for a plan. */
import { didYouMean } from '../core/nearest.ts';
import type { PlanDraft } from '../core/plan-draft.ts';
import type { Problem } from '../core/problem.ts';
import { slugOf } from '../core/slug.ts';
import { patternFault } from '../core/targets.ts';
import { resolveInputs } from '../core/inputs.ts';
import type { InputValue, Workflow } from '../core/workflow.ts';
import { splitFrontMatter } from './front-matter.ts';
import { plainValue, readYaml } from './yaml-text.ts';

export interface AnswerRequest {
  /** Those it may choose from, by name. */
  readonly workflows: Readonly<Record<string, Workflow>>;
  /** `choice` asks for neither slug nor targets; they come back empty. */
  readonly wanted: 'choice' | 'plan';
}

/** The answer, or everything that is wrong with it. */
export function readPlanAnswer(
  text: string,
  file: string,
  { workflows, wanted }: AnswerRequest,
): { readonly value: PlanDraft } | { readonly problems: readonly Problem[] } {
  const { yaml } = splitFrontMatter(text);
  if (yaml === undefined)
    return { problems: [{ file, line: 1, what: 'there is no front matter', fix: 'start with "---", the keys, and "---"' }] };
  const { documents, faults } = readYaml(yaml);
  if (faults.length > 0) return { problems: faults.map(({ line, column, what }) => ({ file, line: line + 1, column, what })) };
  const top = plainValue(documents[0]);
  if (!isMap(top)) return { problems: [{ file, line: 2, what: 'the front matter has no keys', fix: 'write workflow, inputs and reason' }] };
  const problems: Problem[] = [];
  const say = (what: string, fix: string): void => void problems.push({ file, what, fix });
  const textOf = (key: string): string => {
    const value = top[key];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    say(`"${key}" is missing or no text`, `write ${key}: and a text`);
    return '';
  };
  const names = Object.keys(workflows);
  const workflow = textOf('workflow');
  const chosen = Object.hasOwn(workflows, workflow) ? workflows[workflow] : undefined;
  if (chosen === undefined && workflow !== '') say(`unknown workflow "${workflow}"`, didYouMean(workflow, names));
  const reason = textOf('reason');
  const inputs = inputsOf(top['inputs'], say);
  const slug = wanted === 'plan' ? textOf('slug') : '';
  if (slug !== '' && slugOf(slug) !== slug)
    say(`"${slug}" is no slug`, `write lower case letters, digits and single dashes, such as ${slugOf(slug) || 'small-fix'}`);
  const targets = wanted === 'plan' ? targetsOf(top['targets'], say) : [];
  if (chosen !== undefined) {
    const checked = resolveInputs({ workflow: chosen, given: inputs, slug: slug || 'x', iteration: '001-x' });
    problems.push(...checked.problems.map(({ what, fix }) => ({ file, what, ...(fix === undefined ? {} : { fix: typedFix(fix) }) })));
  }
  return problems.length > 0 ? { problems } : { value: { slug, workflow, inputs, targets, reason } };
}

/** Who answers in a file types no flags. */
function typedFix(fix: string): string {
  return fix.replace(/^give it with --input (\w+)=…$/, 'write $1: and a value below inputs:');
}

type Say = (what: string, fix: string) => void;

function inputsOf(value: unknown, say: Say): Record<string, InputValue> {
  if (value === undefined || value === null) return {};
  if (!isMap(value)) {
    say('"inputs" is no map', 'write inputs: { name: value }, or leave it out');
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]): [string, InputValue][] => {
      const items = Array.isArray(one) ? one : [one];
      if (!items.every(isPlain)) say(`input "${name}" is no text, number, boolean or list of texts`, 'write a plain value');
      else if (items.some((item) => typeof item === 'string' && hasControl(item)))
        say(`input "${name}" holds a control character`, 'leave it out');
      else if (!Array.isArray(one)) return [[name, one as InputValue]];
      else if (items.some((item) => String(item).includes(',')))
        say(`an item of the list "${name}" has a comma in it`, 'write the item without one');
      else return [[name, items.map(String)]];
      return [];
    }),
  );
}

function targetsOf(value: unknown, say: Say): string[] {
  if (value === undefined || value === null) return [];
  const items: unknown[] = [value].flat();
  return items.flatMap((item): string[] => {
    const fault = typeof item === 'string' ? patternFault(item) : 'is no text';
    if (fault === undefined && typeof item === 'string') return [item];
    say(`the target ${JSON.stringify(item)} ${fault ?? ''}`, 'write a path or pattern from the top of the repository');
    return [];
  });
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

/** What a terminal or a shell would not show as it is; line breaks and tabs are text. */
function hasControl(text: string): boolean {
  return /[^\P{Cc}\n\t]/u.test(text);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
