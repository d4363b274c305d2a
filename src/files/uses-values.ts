/** What the inputs of a workflow that is used stand for in the workflow that uses it: in texts, in lists and in conditions. */
import { readValue } from '../core/inputs.ts';
import { didYouMean } from '../core/nearest.ts';
import { placeholdersIn, wholePlaceholder } from '../core/substitute.ts';
import type { InputValue } from '../core/workflow.ts';
import type { Fault } from './workflow-fault.ts';
import type { InputSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

/** Inputs of the used workflow by name; texts may hold placeholders of the one that uses it. */
export type UsedValues = ReadonlyMap<string, UsedValue>;

export interface UsedValue {
  readonly type: InputSource['type'];
  readonly value: InputValue;
}

type InputSources = NonNullable<WorkflowSource['inputs']>;

/** The value of each input of `inner`: what `given` says, else its default. */
export function usedValues(
  given: Readonly<Record<string, InputValue>>,
  {
    inner,
    outer,
    path,
    name,
  }: { readonly inner: InputSources; readonly outer: InputSources; readonly path: YamlPath; readonly name: string },
): { readonly values: UsedValues; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const values = Object.entries(inner).map(([input, { type, required, default: unsaid }]): [string, UsedValue] => {
    const value = Object.hasOwn(given, input) ? given[input] : undefined;
    if (value !== undefined) {
      const what = misfit(value, type, outer);
      if (what !== undefined)
        faults.push({ path: [...path, 'with', input], what: `input "${input}" of workflow "${name}" ${what.what}`, fix: what.fix });
      return [input, { type, value }];
    }
    if (required === true && unsaid === undefined) {
      faults.push({ path, what: `input "${input}" of workflow "${name}" is missing`, fix: `give it with with: {${input}: …}` });
    }
    return [input, { type, value: unsaid ?? EMPTY[type] }];
  });
  return { values: new Map(values), faults };
}

/** Values for inputs that none of the workflows has. */
export function unknownInputs(given: Readonly<Record<string, InputValue>>, known: readonly string[], path: YamlPath): Fault[] {
  return Object.keys(given).flatMap((name): Fault[] =>
    known.includes(name)
      ? []
      : [{ path: [...path, 'with', name], key: 'key', what: `unknown input "${name}"`, fix: didYouMean(name, known) }],
  );
}

const EMPTY: Readonly<Record<InputSource['type'], InputValue>> = { string: '', number: '', boolean: false, list: [] };
const INPUTS = 'inputs.';

function misfit(
  value: InputValue,
  type: InputSource['type'],
  outer: InputSources,
): { readonly what: string; readonly fix: string } | undefined {
  const passed = passedOn(value);
  if (passed !== undefined) {
    const from = Object.hasOwn(outer, passed) ? outer[passed] : undefined;
    // a name that is not there is told where it ends up; a text takes anything
    if (from === undefined || type === 'string' || from.type === type) return undefined;
    return { what: `is a ${type}, and "${passed}" a ${from.type}`, fix: `pass on a ${type}` };
  }
  if (type === 'string') return undefined;
  const fits = type === 'list' ? typeof value === 'object' : typeof value !== 'object' && readValue(value, type) !== undefined;
  return fits ? undefined : { what: `is a ${type}`, fix: `write a ${type}` };
}

/** The input of the outer workflow that a value passes on as it is. */
export function passedOn(value: InputValue): string | undefined {
  const name = typeof value === 'string' ? wholePlaceholder(value) : undefined;
  return name?.startsWith(INPUTS) === true ? name.slice(INPUTS.length) : undefined;
}

/** Why a condition cannot speak of a value. */
interface Unspeakable {
  readonly problem: string;
}

/** A value as CEL, or why a condition cannot speak of it. */
export function valueInCondition({ type, value }: UsedValue, name: string): string | Unspeakable {
  if (typeof value === 'object') {
    return joined(
      value.map((item) => textInCondition(item, name)),
      (items) => `[${items.join(', ')}]`,
    );
  }
  if (typeof value === 'boolean') return String(value);
  const passed = passedOn(value);
  if (passed !== undefined) return type === 'string' ? `string(${INPUTS}${passed})` : `${INPUTS}${passed}`;
  if (type === 'boolean') return String(value === 'true');
  // as an input would be: a number that may be compared with whole and broken ones
  if (type === 'number' && value !== '') return `dyn(${String(Number(value))})`;
  return textInCondition(String(value), name);
}

/** A text that may hold placeholders of inputs, as CEL. */
function textInCondition(text: string, name: string): string | Unspeakable {
  const parts = text.split(/(\{\{[^}]*\}\})/).filter((part) => part !== '');
  const said = parts.map((part): string | Unspeakable => {
    if (!part.startsWith('{{')) return JSON.stringify(part);
    const [used] = placeholdersIn(part).names;
    if (used?.startsWith(INPUTS) === true) return `string(${used})`;
    return { problem: `a condition there speaks of input "${name}", and a condition cannot speak of "${part}"` };
  });
  return joined(said, ([first = '""', ...more]) => (more.length === 0 ? first : `(${[first, ...more].join(' + ')})`));
}

function joined(parts: readonly (string | Unspeakable)[], whole: (texts: readonly string[]) => string): string | Unspeakable {
  const texts = parts.filter((part) => typeof part === 'string');
  return parts.find((part) => typeof part === 'object') ?? whole(texts);
}
