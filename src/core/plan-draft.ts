/** What an agent that was asked for a plan answers: a workflow with its inputs, and for a whole plan a name and targets. Says how that is typed as a command. */
import { slugOf } from './slug.ts';
import type { Inputs, InputValue, Workflow } from './workflow.ts';

/** Which workflow to take for a request, and why. */
export interface Choice {
  readonly workflow: string;
  readonly inputs: Inputs;
  readonly reason: string;
}

export interface PlanDraft extends Choice {
  readonly slug: string;
  /** Patterns of files to work on; none leaves it to the workflow. */
  readonly targets: readonly string[];
}

/** The words of the `iter new` that makes the iteration of a draft; `more` are flags a person gave. */
export function newCommand({ slug, workflow, inputs, targets }: PlanDraft, more: readonly string[]): string[] {
  return ['iter', 'new', slug, '-w', workflow, ...inputWords(inputs), ...targets.map((glob) => `--targets=${glob}`), ...more];
}

/** The flags of `iter new` for these inputs. */
export function inputWords(inputs: Inputs): string[] {
  return inputPairs(inputs).flatMap((pair) => ['--input', pair]);
}

/** `name=value` as a person types it; items of a list with commas between. */
export function inputPairs(inputs: Inputs): string[] {
  return Object.entries(inputs).map(([name, value]) => `${name}=${typeof value === 'object' ? value.join(',') : String(value)}`);
}

/** Inputs that carry what a request says, by how the shipped workflows call it. */
const TOPICS = ['goal', 'issue', 'feature', 'change', 'request'];

/** Values anybody could give who knows the request alone: what it is about, and an example for whatever else is required. */
export function plainInputs({ inputs }: Workflow, request: string): Inputs {
  const topic = TOPICS.find((name) => inputs[name]?.type === 'string') ?? Object.keys(inputs).find((name) => isOpen(inputs[name]));
  const examples: Record<string, InputValue> = { string: request, number: 1, boolean: true, list: [slugOf(request) || 'all'] };
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]): [string, InputValue][] => {
      if (name === topic) return [[name, request]];
      return isOpen(input) ? [[name, examples[input.type] ?? request]] : [];
    }),
  );
}

function isOpen(input: Workflow['inputs'][string] | undefined): boolean {
  return input !== undefined && input.required && input.default === undefined;
}
