/** Keeps secrets out of what iter writes of others: the values of this environment's secret variables, and whatever has the form of a secret. */
import type { NewEvent } from '../core/event.ts';
import { createRedactor, secretValues, type Redactor } from '../core/redaction.ts';
import type { Context } from './context.ts';

const made = new WeakMap<Context['environment'], Redactor>();

/** The redactor of an environment; made once. */
export function redactorOf({ environment }: Pick<Context, 'environment'>): Redactor {
  const known = made.get(environment) ?? createRedactor(secretValues(environment));
  made.set(environment, known);
  return known;
}

/** The event with its texts redacted; names, ids, paths and commits stay as they are, because other things hang on them. */
export function withoutSecrets(event: NewEvent, redactor: Redactor): NewEvent {
  return redactor.spans(JSON.stringify(event)).length === 0 ? event : (cleaned(event, redactor) as NewEvent);
}

/** The keys of events whose values are somebody's words. */
const WORDS = new Set(['message', 'reason', 'question', 'text', 'what', 'how', 'feedback', 'hint', 'needed', 'description', 'label']);

function cleaned(value: unknown, redactor: Redactor, key = ''): unknown {
  if (typeof value === 'string') return WORDS.has(key) ? redactor.text(value) : value;
  if (Array.isArray(value)) return value.map((one) => cleaned(one, redactor, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cleaned(one, redactor, name)]));
}
