/**
 * Workflows written as iterations with agents (`workflow: {iterations: [{agents}]}, agent_roles, templates`), as the workflow they stand for:
 * an iteration is a stage, an agent a step, a completion criterion in prose a line for the reviewer. Roles are read by `role-lists.ts`.
 */
import { didYouMean } from '../core/nearest.ts';
import { slugOf } from '../core/slug.ts';
import { filesMatching } from './target-files.ts';
import type { Fault } from './workflow-fault.ts';
import type { CheckSource } from './workflow-checks.ts';
import type { DeliverableSource, StepSource, TargetsSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

export interface SeedSource {
  readonly workflow: { readonly name: string; readonly description?: string; readonly iterations: readonly SeedIteration[] };
  readonly agent_roles?: Readonly<Record<string, unknown>>;
  readonly templates?: Readonly<Record<string, string>>;
}

interface SeedIteration {
  readonly name: string;
  readonly goal?: string;
  readonly dependencies?: readonly string[];
  readonly agents: readonly SeedAgent[];
  readonly completion_criteria?: readonly string[];
}

interface SeedAgent {
  readonly role: string;
  readonly targets?: readonly string[];
  readonly deliverables?: readonly string[];
  readonly complexity_per_target?: number;
}

export interface SeedWorkflow {
  readonly source: WorkflowSource;
  /** Where each step of `source` stands in the file. */
  readonly origins: readonly YamlPath[];
  readonly faults: readonly Fault[];
  /** What the person should know about the reading. */
  readonly notes: readonly string[];
}

/** Whether a text is of this form: a key `workflow:` at the left edge, and no `steps:`. */
export function isSeedForm(text: string): boolean {
  return /^workflow:[ \t]*(?:#.*)?\r?$/m.test(text) && !/^steps:/m.test(text);
}

/** The workflow a file of this form stands for; its shape has been checked. */
export function seedWorkflow(seed: SeedSource): SeedWorkflow {
  const { name, description, iterations } = seed.workflow;
  const faults: Fault[] = [];
  const made: Made[] = [];
  iterations.forEach((iteration, index) => {
    const path: YamlPath = ['workflow', 'iterations', index];
    const needs = needsOf(iteration, { iterations, made, path, faults });
    iteration.agents.forEach((agent, place) => {
      const origin: YamlPath = [...path, 'agents', place];
      const targets = targetsOf(agent, { made, origin, faults });
      const given = made.flatMap((one) => (one.step.id === targets?.from ? deliveredTo(agent, one) : []));
      made.push({
        iteration: iteration.name,
        origin,
        agent,
        step: stepOf(iteration, agent, { id: idOf(iteration, place), targets, needs, given }),
      });
    });
  });
  const source: WorkflowSource = {
    version: 1,
    name: slugOf(name),
    ...(description === undefined ? {} : { description }),
    steps: made.map(({ step }) => step),
    checks: iterations.flatMap(criteriaOf),
  };
  return { source, origins: made.map(({ origin }) => origin), faults, notes: notesOf(seed) };
}

/** A step, and the agent it was made from. */
interface Made {
  readonly iteration: string;
  readonly origin: YamlPath;
  readonly agent: SeedAgent;
  readonly step: StepSource;
}

/** Steps of the named iterations; without a word on it, the iteration before. */
function needsOf(
  { dependencies }: SeedIteration,
  { iterations, made, path, faults }: { iterations: readonly SeedIteration[]; made: readonly Made[]; path: YamlPath; faults: Fault[] },
): readonly string[] | undefined {
  if (dependencies === undefined) return undefined;
  const earlier = [...new Set(made.map((one) => one.iteration))];
  dependencies.forEach((name, place) => {
    if (earlier.includes(name)) return;
    const what = iterations.some((other) => other.name === name)
      ? `the iteration "${name}" does not come before`
      : `unknown iteration "${name}"`;
    faults.push({ path: [...path, 'dependencies', place], what, fix: didYouMean(name, earlier) });
  });
  return made.filter((one) => dependencies.includes(one.iteration)).map((one) => one.step.id);
}

/** The name of the iteration, and of the agent where there are several. */
function idOf({ name, agents }: SeedIteration, place: number): string {
  if (agents.length === 1) return slugOf(name);
  const role = agents[place]?.role ?? '';
  const again = agents.slice(0, place).filter((agent) => agent.role === role).length;
  return slugOf(`${name} ${role}${again === 0 ? '' : ` ${again + 1}`}`);
}

/** Patterns of files; when they mean what an earlier agent delivers for each of its targets, those targets. */
function targetsOf(
  agent: SeedAgent,
  { made, origin, faults }: { made: readonly Made[]; origin: YamlPath; faults: Fault[] },
): TargetsSource | undefined {
  const { targets = [], complexity_per_target: points } = agent;
  if (targets.length === 0) return undefined;
  const more = points === undefined ? {} : { points };
  const makers = targets.map((pattern) => made.find((one) => one.step.targets !== undefined && delivers(one.agent, pattern))?.step.id);
  const [first, ...others] = [...new Set(makers)];
  if (others.length > 0) {
    const what = `targets of "${agent.role}" come from several places: ${targets.map((pattern) => `"${pattern}"`).join(', ')}`;
    faults.push({ path: [...origin, 'targets'], what, fix: 'name files, or what one earlier agent delivers' });
  }
  return first === undefined ? { glob: targets, ...more } : { from: first, ...more };
}

/** `{story_id}` and its like. */
const PLACE = /\{\s*[A-Za-z_]\w*\s*\}/g;
const TARGET = '{{ target.id }}';

function delivers({ deliverables = [] }: SeedAgent, pattern: string): boolean {
  const paths = deliverables.filter((path) => path.search(PLACE) !== -1).map((path) => path.replaceAll(PLACE, 'x'));
  return filesMatching([pattern], paths).length > 0;
}

/** The paths the targets of an agent really mean, with the placeholder of the target. */
function deliveredTo({ targets = [] }: SeedAgent, { agent }: Made): string[] {
  const paths = (agent.deliverables ?? []).filter((path) =>
    targets.some((pattern) => delivers({ ...agent, deliverables: [path] }, pattern)),
  );
  return paths.map((path) => path.replaceAll(PLACE, TARGET));
}

function stepOf(
  iteration: SeedIteration,
  agent: SeedAgent,
  {
    id,
    targets,
    needs,
    given,
  }: { id: string; targets: TargetsSource | undefined; needs: readonly string[] | undefined; given: readonly string[] },
): StepSource {
  const prompt = promptOf(iteration, given);
  return {
    id,
    role: slugOf(agent.role),
    stage: slugOf(iteration.name),
    ...(needs === undefined ? {} : { needs }),
    ...(targets === undefined ? {} : { targets }),
    ...(prompt === '' ? {} : { prompt }),
    deliverables: deliverablesOf(agent),
  };
}

function promptOf({ goal = '', completion_criteria: criteria = [] }: SeedIteration, given: readonly string[]): string {
  const asked =
    criteria.length === 0 ? [] : ['A reviewer will ask whether all of this holds:', ...criteria.map((one) => `- ${oneLine(one)}`)];
  const lines = given.map((path) => `Start from what was delivered before: ${path}`);
  return [...(goal.trim() === '' ? [] : [goal.trim()]), ...lines, ...asked].join('\n');
}

/** `{story_id}` and its like stand for the name of the target's file without its extension. */
function deliverablesOf({ deliverables = [] }: SeedAgent): DeliverableSource[] {
  const ids: string[] = [];
  return deliverables.map((written): DeliverableSource => {
    const name = written.split('/').at(-1) ?? '';
    const wanted = slugOf(name.replaceAll(PLACE, ' ').replace(/\.[^.]*$/, '')) || 'deliverable';
    const again = ids.filter((id) => id === wanted).length;
    ids.push(wanted);
    return { id: again === 0 ? wanted : `${wanted}-${again + 1}`, path: written.replaceAll(PLACE, TARGET), in: 'repository' };
  });
}

function criteriaOf({ name, completion_criteria: criteria = [] }: SeedIteration): CheckSource[] {
  return criteria.map((text, index) => ({ id: `${slugOf(name)}-${index + 1}`, level: 'should', human: oneLine(text) }));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function notesOf({ workflow, templates = {} }: SeedSource): string[] {
  const criteria = workflow.iterations.flatMap((iteration) => iteration.completion_criteria ?? []).length;
  const files = Object.values(templates);
  return [
    ...(criteria === 0
      ? []
      : [
          `${criteria === 1 ? '1 completion criterion is' : `${criteria} completion criteria are`} prose: listed in COMPLETION_CRITERIA.md for a reviewer, not judged by iter`,
        ]),
    ...(files.length === 0 ? [] : [`templates are not read (${files.join(', ')}): prompts are made from the role and the goal`]),
  ];
}
