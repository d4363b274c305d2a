/** Conditions of steps (`when`): CEL over inputs, environment and what upstream steps gave. Parsed and checked when a workflow is loaded, evaluated when a step could start. */
import { Environment, evaluate, parse } from '@marcbachmann/cel-js';
import type { ConditionFacts } from '../core/condition.ts';

/** What a condition may speak of. */
export interface ConditionScope {
  readonly inputs: readonly string[];
  /** Upstream steps, each with the fields its deliverables declare. */
  readonly steps: Readonly<Record<string, readonly string[]>>;
  /** For rules that compare alternatives: the fields they declare. */
  readonly alternative?: readonly string[];
}

const ABOUT_A_STEP = ['status', 'verdict', 'rejections', 'outputs'] as const;

/** Everything wrong with a condition, in sentences; none when it may be evaluated. One that may give `anything` does not have to be true or false. */
export function conditionFaults(text: string, scope: ConditionScope, gives: 'condition' | 'anything' = 'condition'): string[] {
  let ast: unknown;
  try {
    ast = parse(text).ast;
  } catch (error) {
    return [`"${text}" is no CEL expression: ${firstLine(error)}`];
  }
  const faults = [...new Set(pathsIn(ast).flatMap((path) => pathFaults(path, scope)))];
  return faults.length > 0 ? faults : typeFaults(text, gives);
}

/** What is wrong with an expression whatever the steps are called; undefined when it could be evaluated. */
export function expressionFault(text: string): string | undefined {
  try {
    parse(text);
  } catch (error) {
    return `"${text}" is no CEL expression: ${firstLine(error)}`;
  }
  return typeFaults(text, 'condition')[0];
}

/** What a condition may use; the values inside are of any type here. Made when the first condition is checked. */
function names(): Environment {
  known ??= new Environment()
    .registerVariable('inputs', 'map')
    .registerVariable('env', 'string')
    .registerVariable('steps', 'map')
    .registerVariable('alternative', 'map');
  return known;
}

let known: Environment | undefined;

/** Functions there are not, operators that do not fit, and what is neither true nor false. */
function typeFaults(text: string, gives: 'condition' | 'anything'): string[] {
  const { valid, type, error } = names().check(text);
  if (!valid) return [`"${text}": ${firstLine(error)}`];
  return gives === 'anything' || type === 'bool' || type === 'dyn' ? [] : [`"${text}" gives ${type ?? 'nothing'}, not true or false`];
}

/** The value of an expression that has passed `conditionFaults`, with further names it may use, or why it has none. */
export function evaluateExpression(
  text: string,
  facts: ConditionFacts,
  more: Readonly<Record<string, unknown>> = {},
): { readonly value: unknown } | { readonly problem: string } {
  try {
    const value: unknown = evaluate(text, { inputs: { ...facts.inputs }, env: facts.environment, steps: facts.steps, ...more });
    return { value };
  } catch (error) {
    return { problem: `"${text}": ${firstLine(error)}` };
  }
}

/** The value of a condition that has passed `conditionFaults`, or why it has none. */
export function evaluateCondition(text: string, facts: ConditionFacts): { readonly value: boolean } | { readonly problem: string } {
  const found = evaluateExpression(text, facts);
  if ('problem' in found) return found;
  const { value } = found;
  return typeof value === 'boolean' ? { value } : { problem: `"${text}" gives ${typeof value}, not true or false` };
}

const firstLine = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));

const ABOUT_AN_ALTERNATIVE = ['id', 'task', 'agent', 'attempts', 'warnings', 'files', 'lines', 'minutes', 'outputs'] as const;

function alternativeFaults([, about, field]: readonly string[], fields: readonly string[]): string[] {
  if (about === undefined) return [];
  if (!ABOUT_AN_ALTERNATIVE.some((one) => one === about)) {
    return [`unknown "alternative.${about}"; use ${ABOUT_AN_ALTERNATIVE.join(', ')}`];
  }
  return about !== 'outputs' || field === undefined || fields.includes(field) ? [] : [`the alternatives declare no field "${field}"`];
}

function pathFaults(path: readonly string[], { inputs, steps, alternative }: ConditionScope): string[] {
  const [root = '', name, about, field] = path;
  if (root === 'env') return [];
  if (root === 'inputs') return name === undefined || inputs.includes(name) ? [] : [`unknown input "${name}"`];
  if (root === 'alternative' && alternative !== undefined) return alternativeFaults(path, alternative);
  if (root !== 'steps') return [`unknown name "${root}"; a condition may use inputs, env and steps`];
  if (name === undefined) return [];
  if (!Object.hasOwn(steps, name)) return [`"${name}" is no step before this one`];
  if (about === undefined) return [];
  if (!ABOUT_A_STEP.some((one) => one === about)) return [`unknown "steps.${name}.${about}"; use ${ABOUT_A_STEP.join(', ')}`];
  if (about !== 'outputs' || field === undefined || steps[name]?.includes(field) === true) return [];
  return [`step "${name}" declares no field "${field}"`];
}

/** The paths a condition speaks of, each as its words: `steps.triage.verdict` is steps, triage, verdict. None when it is no expression. */
export function conditionPaths(text: string): string[][] {
  try {
    return pathsIn(parse(text).ast);
  } catch {
    return [];
  }
}

/** The longest member paths in an expression: `steps.triage.outputs.kind` as its words; what follows an index that is computed is left out. */
function pathsIn(node: unknown): string[][] {
  if (Array.isArray(node)) return node.flatMap(pathsIn);
  if (typeof node !== 'object' || node === null) return [];
  const path = pathOf(node);
  if (path !== undefined) return [path];
  const { args } = node as { readonly args?: unknown };
  return pathsIn(args);
}

/** The words of a member path; undefined for anything else. */
export function pathOf(node: object): string[] | undefined {
  const { op, args } = node as { readonly op?: string; readonly args?: unknown };
  if (op === 'id') return [String(args)];
  if ((op !== '.' && op !== '[]') || !Array.isArray(args)) return undefined;
  const [inner, member] = args as readonly unknown[];
  const before = typeof inner === 'object' && inner !== null ? pathOf(inner) : undefined;
  if (before === undefined) return undefined;
  if (op === '.') return [...before, String(member)];
  const { op: kind, args: value } = member as { readonly op?: string; readonly args?: unknown };
  return kind === 'value' && typeof value === 'string' ? [...before, value] : before;
}
