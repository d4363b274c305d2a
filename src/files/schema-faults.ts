/** What a JSON Schema validator found, in words for people: the pointer first. */
import type { ErrorObject } from 'ajv';
import { shown } from './quoted.ts';

export interface SchemaFault {
  readonly path: readonly string[];
  readonly what: string;
}

/** One sentence for each error that says something; those that only repeat that a part failed come last. */
export function schemaFaults(errors: readonly ErrorObject[]): SchemaFault[] {
  const sayings = errors.map((error) => ({ vague: VAGUE.has(error.keyword), fault: faultOf(error) }));
  return [...sayings.filter((one) => !one.vague), ...sayings.filter((one) => one.vague)].map((one) => one.fault);
}

const VAGUE = new Set(['if', 'anyOf', 'oneOf', 'allOf', 'propertyNames']);

function faultOf(error: ErrorObject): SchemaFault {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const where = error.instancePath === '' ? 'the whole' : shown(error.instancePath);
  const key: unknown = error.params['additionalProperty'] ?? error.params['unevaluatedProperty'];
  if (typeof key === 'string') return { path: [...path, key], what: `${where} has the unknown key "${shown(key)}"` };
  if (typeof error.propertyName === 'string') {
    return {
      path: [...path, error.propertyName],
      what: `${where} has the key "${shown(error.propertyName)}", which ${error.message ?? 'is wrong'}`,
    };
  }
  const allowed: unknown = error.params['allowedValues'];
  const of = Array.isArray(allowed) ? `: ${allowed.map(String).join(', ')}` : '';
  return { path, what: `${where} ${shown(error.message ?? 'is wrong')}${of}` };
}
