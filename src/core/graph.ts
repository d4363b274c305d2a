/** What a workflow or a run looks like as a chart: its steps or tasks, what waits for what, and where work is sent back to. */
import type { ChartArrow, ChartGroup, ChartNode } from './mermaid.ts';
import { mermaid } from './mermaid.ts';
import type { Plan, PlannedTask } from './plan.ts';
import { needsOf, stagesOf } from './stages.ts';
import type { Snapshot, StateName, TaskView } from './view.ts';
import type { Step, Workflow } from './workflow.ts';

/** A workflow as Mermaid: stages in boxes, people with round corners, commands with double edges, gates as dashed arrows back. */
export function workflowGraph({ steps }: Pick<Workflow, 'steps'>): string {
  const needs = needsOf(steps);
  const groups = stagesOf(steps).map((stage): ChartGroup => {
    const name = stage[0]?.stage;
    const nodes = stage.map((step) => stepNode(step, needs.get(step.id) ?? []));
    return name === undefined ? { nodes } : { label: `stage ${name}`, nodes };
  });
  const forward = steps.flatMap((step) =>
    (needs.get(step.id) ?? []).map((need): ChartArrow => ({
      from: need,
      to: step.id,
      ...(step.when === undefined ? {} : { label: `when ${step.when}` }),
    })),
  );
  const back = steps.flatMap((step): ChartArrow[] =>
    step.gate === undefined ? [] : [{ from: step.id, to: step.gate.goto, label: `rejected, at most ${step.gate.max} times`, dashed: true }],
  );
  return mermaid({ groups, arrows: [...forward, ...back] });
}

function stepNode(step: Step, needs: readonly string[]): ChartNode {
  const targets = step.targets === undefined ? [] : ['for each target'];
  // with nothing before it there is no arrow to write the condition on
  const condition = step.when !== undefined && needs.length === 0 ? [`when ${step.when}`] : [];
  const lines = [plainTitle(step.title), actorText(step), ...targets, ...condition];
  return { id: step.id, lines, shape: shapeOf(step) };
}

/** `Build {{ target }}` is "Build target": a chart has no values yet. */
function plainTitle(title: string): string {
  return title.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, '$1');
}

function actorText(step: Step): string {
  if (step.human !== undefined) return step.human.who === undefined ? 'a person' : `a person: ${step.human.who}`;
  if (step.pick !== undefined) return `picks one of ${step.pick.from}`;
  return step.run === undefined ? step.role : `runs ${plainTitle(step.run)}`;
}

function shapeOf({ human, run }: Pick<Step, 'human' | 'run'>): ChartNode['shape'] {
  if (human !== undefined) return 'rounded';
  return run === undefined ? 'box' : 'double';
}

/** A run as Mermaid: tasks with the state they are in, groups that may run together in boxes. */
export function runGraph(plan: Plan, view: Snapshot): string {
  const views = new Map(view.tasks.map((task) => [task.id, task]));
  const letters = [...new Set(plan.tasks.map((task) => task.group))];
  const groups = letters.map((letter): ChartGroup => {
    const members = plan.tasks.filter((task) => task.group === letter);
    return { label: `group ${letter}`, nodes: members.map((task) => taskNode(task, views.get(task.id))) };
  });
  const forward = plan.tasks.flatMap((task) =>
    task.needs.map((need): ChartArrow => ({ from: need, to: task.id, ...(task.when === undefined ? {} : { label: `when ${task.when}` }) })),
  );
  return mermaid({ groups, arrows: [...forward, ...sentBack(plan)], styles: STYLES });
}

function taskNode(task: PlannedTask, view: TaskView | undefined): ChartNode {
  const state = view?.state ?? 'waiting';
  const attempt = view === undefined || view.attempt < 2 ? '' : ` (attempt ${view.attempt})`;
  const lines = [`${task.id} ${task.title}`, task.human === undefined ? task.role : 'a person', `${state}${attempt}`];
  return { id: task.id, lines, shape: task.human === undefined ? 'box' : 'rounded', style: STYLE_OF[state] };
}

function sentBack(plan: Plan): ChartArrow[] {
  return plan.tasks.flatMap((task) => {
    const goto = task.gate?.goto ?? task.human?.goto;
    const label = task.gate === undefined ? 'rejected' : `rejected, at most ${task.gate.max} times`;
    return plan.tasks
      .filter((other) => other.step === goto)
      .map((other): ChartArrow => ({ from: task.id, to: other.id, label, dashed: true }));
  });
}

const STYLE_OF: Readonly<Record<StateName, string>> = {
  waiting: 'open',
  ready: 'open',
  starting: 'active',
  running: 'active',
  checking: 'active',
  'awaiting-human': 'person',
  limited: 'open',
  stalled: 'person',
  blocked: 'person',
  rejected: 'again',
  accepted: 'done',
  merged: 'done',
  skipped: 'skipped',
  superseded: 'skipped',
  failed: 'failed',
};

/** Colour says the same as the word in the node. */
const STYLES: Readonly<Record<string, string>> = {
  open: 'fill:#ffffff,stroke:#8c959f,color:#1f2328',
  active: 'fill:#ddf4ff,stroke:#0969da,color:#1f2328',
  person: 'fill:#fff8c5,stroke:#9a6700,color:#1f2328',
  again: 'fill:#fff1e5,stroke:#bc4c00,color:#1f2328',
  done: 'fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
  skipped: 'fill:#f6f8fa,stroke:#8c959f,color:#6e7781',
  failed: 'fill:#ffebe9,stroke:#cf222e,color:#1f2328',
};
