/** What the loader lets pass and a careful author would not: problems that only show in a run, and warnings. Judges one workflow at a time. */
import { hasAgent } from '../core/actor.ts';
import type { CheckTemplate, Role, Step, Workflow } from '../core/workflow.ts';
import { didYouMean } from '../core/nearest.ts';
import { patternsOverlap } from '../core/pattern-overlap.ts';
import type { Problem } from '../core/problem.ts';
import { needsOf, upstreamOf } from '../core/stages.ts';
import { wholePlaceholder } from '../core/substitute.ts';
import { constantCondition } from './condition-range.ts';
import { loadedFrom } from './workflow.ts';
import type { StepOrigin } from './step-origins.ts';
import { assembleWorkflow } from './workflow-assembly.ts';
import type { RelatedFile } from './workflow-document.ts';
import type { Fault } from './workflow-fault.ts';
import { roleWarnings, type Surroundings } from './workflow-lint-roles.ts';

export interface Lint {
  /** There when it loads. */
  readonly workflow?: Workflow;
  readonly problems: readonly Problem[];
  /** Never stop anything. */
  readonly warnings: readonly Problem[];
}

/** The skills of each role, by its name. */
export type RoleSkills = Readonly<Record<string, readonly string[]>>;

/** What is known of the world around a workflow, as far as the caller knows it. */
export interface Known {
  readonly skills?: RoleSkills;
  readonly around?: Surroundings;
}

/** Loads a workflow and looks further; `roles` are the names of the roles there are. In the order of the text. */
export function lintWorkflow(file: RelatedFile, roles: readonly string[], { skills = {}, around }: Known = {}): Lint {
  const assembly = assembleWorkflow(file);
  const loaded = loadedFrom(assembly);
  const { workflow } = loaded;
  if (workflow === undefined) return { problems: loaded.problems, warnings: [] };
  const place = (faults: readonly Fault[]): Problem[] =>
    faults
      .map(({ path, key, ...problem }) => assembly.problemAt(atSource(path, assembly.source?.steps.length ?? 0), problem, key))
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const { problems, warnings } = conditions(workflow, assembly.origins);
  return {
    workflow,
    problems: place([...unknownRoles(workflow, [...roles, ...Object.keys(loaded.roles ?? {})]), ...problems, ...sharedFiles(workflow)]),
    // what another file says is told where that file is looked at
    warnings: place([
      ...(workflow.description.trim() === '' ? [NO_DESCRIPTION] : []),
      ...unusedInputs(workflow, [assembly.source, assembly.written]),
      ...warnings,
      ...ownReviews(workflow.steps),
      ...sharedScopes(workflow.steps),
      ...idle(workflow.steps),
      ...quietCommands(workflow),
      ...loosePins(workflow, skills),
      ...(around === undefined ? [] : roleWarnings(workflow, withInline(around, loaded.roles ?? {}))),
    ]).filter((warning) => warning.file === file.file),
  };
}

/** Roles that stand in the workflow file come before all others. */
function withInline(around: Surroundings, inline: Readonly<Record<string, Role>>): Surroundings {
  return { ...around, roles: { ...around.roles, ...inline }, own: (name) => (Object.hasOwn(inline, name) ? name : around.own(name)) };
}

/** The steps that are done at the end stand in a list of their own. */
function atSource(path: Fault['path'], steps: number): Fault['path'] {
  const [list, index, ...rest] = path;
  return list === 'steps' && typeof index === 'number' && index >= steps ? ['finally', index - steps, ...rest] : path;
}

const NO_DESCRIPTION: Fault = { path: ['name'], what: 'the workflow has no description', fix: 'say in a sentence what it is for' };

function unknownRoles({ steps }: Workflow, roles: readonly string[]): Fault[] {
  return steps.flatMap((step, index) =>
    hasAgent(step) && !roles.includes(step.role)
      ? [{ path: ['steps', index, 'role'], what: `unknown role "${step.role}"`, fix: didYouMean(step.role, roles) }]
      : [],
  );
}

/** Steps that can never be reached, and conditions that decide nothing. */
function conditions(workflow: Workflow, origins: readonly StepOrigin[]): { readonly problems: Fault[]; readonly warnings: Fault[] } {
  const needs = needsOf(workflow.steps);
  const problems: Fault[] = [];
  const warnings: Fault[] = [];
  workflow.steps.forEach((step, index) => {
    const constant = constantCondition(workflow, step, needs);
    const what = `step "${step.id}" ${constant === 'never' ? 'can never be reached: its condition is false whatever happens' : 'has a condition that is true whatever happens'}`;
    // the using step decides there; the workflow that is used has been judged by itself
    const used = (origins[index]?.used ?? []).length > 0;
    if (constant === 'never' && !used)
      problems.push({ path: ['steps', index, 'when'], what, fix: 'compare with a value that can be, or take the step out' });
    if (constant === 'always' && !used) warnings.push({ path: ['steps', index, 'when'], what, fix: 'leave it out' });
    if (step.human?.mode === 'off') {
      problems.push({
        path: ['steps', index, 'human', 'mode'],
        what: `step "${step.id}" can never be reached: nobody is ever asked`,
        fix: 'take it out',
      });
    }
  });
  return { problems, warnings };
}

/** Two steps that write one file of the iteration folder: `iter new` would refuse their tasks. */
function sharedFiles({ steps }: Workflow): Fault[] {
  const owners = new Map<string, string>();
  const faults: Fault[] = [];
  steps.forEach((step, index) => {
    step.deliverables.forEach((deliverable, place) => {
      if (deliverable.in !== 'iteration') return;
      const path = deliverable.path.toLowerCase().replaceAll(/\s/g, '');
      const owner = owners.get(path);
      if (owner === undefined) owners.set(path, step.id);
      else {
        const what = `steps "${owner}" and "${step.id}" both deliver "${deliverable.path}"`;
        faults.push({ path: ['steps', index, 'deliverables', place, 'path'], what, fix: 'give each its own file' });
      }
    });
  });
  return faults;
}

function unusedInputs({ inputs }: Workflow, sources: readonly (object | undefined)[]): Fault[] {
  const text = sources.map((source) => JSON.stringify({ ...source, inputs: undefined })).join('\n');
  return Object.keys(inputs).flatMap((name): Fault[] =>
    new RegExp(`\\binputs\\.${name}\\b`).test(text)
      ? []
      : [{ path: ['inputs', name], key: 'key', what: `input "${name}" is never used`, fix: 'use it or take it out' }],
  );
}

function ownReviews(steps: readonly Step[]): Fault[] {
  return steps.flatMap((step, index): Fault[] => {
    const reviewed = steps.find((other) => other.id === step.gate?.goto);
    if (reviewed === undefined || !hasAgent(step) || !hasAgent(reviewed) || reviewed.role !== step.role) return [];
    const what = `step "${step.id}" reviews the work of its own role: "${reviewed.id}" is done by "${step.role}", too`;
    return [{ path: ['steps', index, 'role'], what, fix: 'give the review to another role' }];
  });
}

/** Steps that may run at the same time and are allowed the same paths. */
function sharedScopes(steps: readonly Step[]): Fault[] {
  const needs = needsOf(steps);
  const ordered = (one: Step, other: Step): boolean => upstreamOf(one.id, needs).has(other.id) || upstreamOf(other.id, needs).has(one.id);
  return steps.flatMap((step, index) => {
    const others = steps.slice(0, index).filter((other) => !ordered(step, other));
    return allowed(step).flatMap(({ pattern, at }): Fault[] => {
      for (const other of others) {
        const same = allowed(other).find((one) => mayMeet(pattern, one.pattern));
        if (same === undefined) continue;
        const what = `steps "${other.id}" and "${step.id}" may run at the same time and may both change "${pattern}"`;
        return [
          {
            path: ['steps', index, ...at],
            what: same.pattern === pattern ? what : `${what} ("${same.pattern}")`,
            fix: 'part the paths, or let one need the other',
          },
        ];
      }
      return [];
    });
  });
}

/** What a placeholder stands for is not known here: it meets only itself. */
function mayMeet(one: string, other: string): boolean {
  return one.includes('{{') || other.includes('{{') ? one === other : patternsOverlap(one, other);
}

function allowed(step: Step): { readonly pattern: string; readonly at: readonly (string | number)[] }[] {
  return step.checks.flatMap(({ criterion }, check) =>
    criterion.check === 'scope'
      ? criterion.allow.map((pattern, place) => ({ pattern, at: ['checks', check, 'scope', 'allow', place] }))
      : [],
  );
}

/** An agent whose work nothing looks at. */
function idle(steps: readonly Step[]): Fault[] {
  return steps.flatMap((step, index) =>
    hasAgent(step) && step.deliverables.length === 0 && step.checks.length === 0
      ? [
          {
            path: ['steps', index, 'id'],
            what: `nothing checks step "${step.id}": it has no deliverables and no checks`,
            fix: 'add what it has to deliver, or a check',
          },
        ]
      : [],
  );
}

/** A MUST that silently goes missing when nobody gives the input its command comes from. */
function quietCommands({ inputs, steps, checks }: Workflow): Fault[] {
  const look = (list: readonly CheckTemplate[], path: readonly (string | number)[]): Fault[] =>
    list.flatMap(({ level, criterion }, index): Fault[] => {
      if (level !== 'must' || criterion.check !== 'command') return [];
      const name = wholePlaceholder(criterion.run)?.replace(/^inputs\./, '');
      const input = name === undefined ? undefined : inputs[name];
      if (input === undefined || input.required || input.default !== undefined) return [];
      const what = `a MUST check is left out when input "${name ?? ''}" is not given`;
      return [
        {
          path: [...path, index, 'command'],
          what,
          fix: 'make the input required or give it a default; an empty one says that it may be left out',
        },
      ];
    });
  return [...steps.flatMap((step, index) => look(step.checks, ['steps', index, 'checks'])), ...look(checks, ['checks'])];
}

/** Who pins one skill pins them all: the others may change without notice, and nobody uses a pin too many. */
function loosePins({ steps, skills: pins }: Workflow, skills: RoleSkills): Fault[] {
  if (pins === undefined) return [];
  const own = (step: Step): readonly string[] => step.skills ?? (Object.hasOwn(skills, step.role) ? (skills[step.role] ?? []) : []);
  const used = new Set(steps.flatMap(own));
  const loose = steps.flatMap((step, index): Fault[] => {
    const names = own(step).filter((name) => !Object.hasOwn(pins, name));
    const what = `step "${step.id}" uses ${names.map((name) => `"${name}"`).join(', ')}, which skills does not pin`;
    return names.length === 0
      ? []
      : [{ path: ['steps', index, step.skills === undefined ? 'role' : 'skills'], what, fix: 'add it to skills with its version' }];
  });
  const idle = Object.keys(pins).filter((name) => !used.has(name));
  const fix = 'take it out, or name it in a step';
  return [...loose, ...idle.map((name): Fault => ({ path: ['skills', name], key: 'key', what: `no step uses the skill "${name}"`, fix }))];
}
