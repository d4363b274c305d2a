/** What a person gave for the inputs of a workflow: read by type, completed by defaults, refused with a reason. */
import { unreachable } from './unreachable.ts';
import { didYouMean } from './nearest.ts';
import type { Problem } from './problem.ts';
import { substitute, type Values } from './substitute.ts';
import type { Input, Inputs, InputValue, Workflow } from './workflow.ts';

export interface InputRequest {
  readonly workflow: Pick<Workflow, 'name' | 'inputs'>;
  /** As typed (`k=v`, always text) or as read from a configuration. */
  readonly given: Inputs;
  readonly slug: string;
  /** `NNN-slug`. */
  readonly iteration: string;
}

/** Gives every declared input a value; a text for a list is split at commas. Defaults may use `{{ iteration.slug }}`. */
export function resolveInputs({ workflow, given, slug, iteration }: InputRequest): {
  readonly inputs: Inputs;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const names = Object.keys(workflow.inputs);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    problems.push({ what: `workflow "${workflow.name}" has no input "${name}"`, fix: didYouMean(name, names) });
  }
  const resolved = Object.entries(workflow.inputs).map(([name, input]): [string, InputValue] => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || (input.required && isEmpty(value))) {
      if (input.required && input.default === undefined) {
        const meaning = input.description === undefined ? '' : ` (${input.description})`;
        problems.push({ what: `input "${name}"${meaning} is missing`, fix: `give it with --input ${name}=…` });
      }
      return [name, defaultOf(input, { 'iteration.slug': slug, 'iteration.name': iteration })];
    }
    const read = readValue(value, input.type);
    if (read !== undefined) return [name, read];
    problems.push({ what: `input "${name}" is "${String(value)}"`, fix: `give a ${input.type}` });
    return [name, value];
  });
  return { inputs: Object.fromEntries(resolved), problems };
}

/** What texts may name when every input has its value. */
export function namedValues(inputs: Inputs, { iteration, slug }: Pick<InputRequest, 'iteration' | 'slug'>): Values {
  return {
    'iteration.name': iteration,
    'iteration.slug': slug,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value])),
  };
}

/** The value as the type asks for it, or undefined when it cannot be read so. */
export function readValue(value: InputValue, type: Input['type']): InputValue | undefined {
  switch (type) {
    case 'list':
      return typeof value === 'object' ? value : itemsOf(String(value));
    case 'string':
      return typeof value === 'object' ? value.join(', ') : String(value);
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      if (value === 'true' || value === true) return true;
      return value === 'false' || value === false ? false : undefined;
    default:
      return unreachable(type);
  }
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function defaultOf(input: Input, values: Readonly<Record<string, string>>): InputValue {
  if (typeof input.default === 'string') return substitute(input.default, values).text;
  if (input.default !== undefined) return input.default;
  if (input.type === 'list') return [];
  return input.type === 'boolean' ? false : '';
}

function isEmpty(value: InputValue): boolean {
  return typeof value === 'object' ? value.length === 0 : String(value).trim() === '';
}
