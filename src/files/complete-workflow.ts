/** A workflow as the program reads it: what its file says, completed with what it leaves unsaid. */
import type { Amounts, Budget } from '../core/budget.ts';
import { checklistItems } from '../core/checklist.ts';
import { parseDuration } from '../core/duration.ts';
import type { HumanStep } from '../core/human.ts';
import type { ContextRules } from '../core/prompt-context.ts';
import { USUAL_CONTEXT } from '../core/prompt-context.ts';
import type { SandboxSource } from '../core/sandbox.ts';
import { sandboxFrom } from '../core/sandbox.ts';
import type { Alternative, DeliverableTemplate, Environment, PickStep, Stage, Step, Targets, Workflow } from '../core/workflow.ts';
import { type CheckSource, checkOf, placeOf, type Reports, reportsOf } from './workflow-checks.ts';
import type {
  DeliverableSource,
  ContextSource,
  RetrySource,
  BudgetSource,
  Defaults,
  HumanSource,
  EnvironmentSource,
  GateSource,
  TargetsSource,
  StepSource,
  AlternativeSource,
  PickSource,
  StageSource,
  WorkflowSource,
} from './workflow-source.ts';
import { lastSteps, outputPath } from './workflow-source.ts';

/** Stand in for a role where a person or a command is the actor. */
const HUMAN = 'human';
const RUN = 'run';
const PICK = 'pick';

const INPUTS = 'inputs.';

/** Values for what a workflow leaves unsaid. */
const UNSAID = {
  timeout: '40m',
  retries: 2,
  delay: '10s',
  longestDelay: '30m',
  estimate: '30m',
  rejections: 3,
  concurrency: 3,
  strategy: 'linear',
} as const;

/** Completes a workflow with what it leaves unsaid. */
export function workflowOf(source: WorkflowSource): Workflow {
  const reports = reportsOf([...source.steps, ...(source.finally ?? [])]);
  const inputs = Object.entries(source.inputs ?? {}).map(([name, input]) => [name, { ...input, required: input.required ?? false }]);
  return {
    version: 1,
    name: source.name,
    description: source.description ?? '',
    triggers: source.triggers ?? [],
    inputs: Object.fromEntries(inputs) as Workflow['inputs'],
    environments: Object.fromEntries(Object.entries(source.environments ?? {}).map(([name, one]) => [name, environmentOf(one)])),
    ...concurrencyOf(source.concurrency),
    ...(source.budget === undefined ? {} : { budget: budgetOf(source.budget) }),
    ...aroundSteps(source, reports),
    steps: [
      ...source.steps.map((step) => stepOf(step, source.defaults ?? {}, reports)),
      ...lastSteps(source).map((step) => ({ ...stepOf(step, source.defaults ?? {}, reports), finally: true })),
    ],
    checks: (source.checks ?? []).flatMap((check) => checkOf(check, reports) ?? []),
    merge: { strategy: source.merge?.strategy ?? UNSAID.strategy },
    ...(source.templates === undefined ? {} : { templates: source.templates }),
    ...(source.skills === undefined ? {} : { skills: source.skills }),
  };
}

function patienceOf({ stall_after: stall, idle_timeout: idle, max_turns: turns }: Defaults): Partial<Step> {
  return {
    ...(stall === undefined ? {} : { stallAfter: milliseconds(stall) }),
    ...(idle === undefined ? {} : { idleTimeout: milliseconds(idle) }),
    ...(turns === undefined ? {} : { maxTurns: turns }),
  };
}

/** What a step may use; people and commands use nothing that is counted. */
function budgetFor(budget: Amounts | undefined): Partial<Step> {
  return budget === undefined ? {} : { budget };
}

function budgetOf({ wall, warn_at: warnAt, on_exceed: onExceed, ...amounts }: BudgetSource): Budget {
  return {
    ...amounts,
    ...(wall === undefined ? {} : { wall: milliseconds(wall) }),
    ...(warnAt === undefined ? {} : { warnAt }),
    ...(onExceed === 'warn' ? { onExceed } : {}),
  };
}

function retryOnOf(retryOn: RetrySource['on']): Pick<Step, 'retryOn'> {
  return retryOn === undefined ? {} : { retryOn };
}

/** A delay alone is the same each time; a backoff without one starts with ten seconds. */
function backoffOf({ backoff, delay, max_delay: longest }: RetrySource): Partial<Step> {
  if (backoff === undefined && delay === undefined) return {};
  return {
    backoff: {
      grows: backoff ?? 'fixed',
      delay: milliseconds(delay ?? UNSAID.delay),
      longest: milliseconds(longest ?? UNSAID.longestDelay),
    },
  };
}

function concurrencyOf(said: WorkflowSource['concurrency']): Pick<Workflow, 'concurrency' | 'perProvider'> {
  if (typeof said !== 'object') return { concurrency: said ?? UNSAID.concurrency };
  const { agents = UNSAID.concurrency, per_provider: perProvider } = said;
  return { concurrency: agents, ...(perProvider === undefined ? {} : { perProvider }) };
}

/** What a workflow says besides its steps, where it says it. */
function aroundSteps({ models, checklists, stages, decision, escalation }: WorkflowSource, reports: Reports): Partial<Workflow> {
  const { caution_margin: cautionMargin, caution_approvers: cautionApprovers } = decision ?? {};
  const within = escalation?.triage_within;
  return {
    ...(models === undefined ? {} : { models }),
    ...(checklists === undefined
      ? {}
      : { checklists: Object.fromEntries(Object.entries(checklists).map(([name, texts]) => [name, checklistItems(texts)])) }),
    ...(stages === undefined
      ? {}
      : { stages: Object.fromEntries(Object.entries(stages).map(([name, stage]) => [name, stageOf(stage, reports)])) }),
    ...(decision === undefined
      ? {}
      : {
          decision: {
            ...(cautionMargin === undefined ? {} : { cautionMargin }),
            ...(cautionApprovers === undefined ? {} : { cautionApprovers }),
          },
        }),
    ...(escalation === undefined
      ? {}
      : { escalation: { to: escalation.to, ...(within === undefined ? {} : { triageWithin: milliseconds(within) }) } }),
  };
}

function stageOf({ title, goal, checks = [] }: StageSource, reports: Reports): Stage {
  return {
    ...(title === undefined ? {} : { title }),
    ...(goal === undefined ? {} : { goal }),
    checks: checks.flatMap((check) => checkOf(check, reports) ?? []),
  };
}

function stepOf(step: StepSource, defaults: Defaults, reports: Reports): Step {
  const agent = step.agent ?? defaults.agent;
  const provider = step.provider ?? defaults.provider;
  return {
    id: step.id,
    title: step.title ?? titleOf(step),
    ...(step.stage === undefined ? {} : { stage: step.stage }),
    ...(step.needs === undefined ? {} : { needs: step.needs }),
    role: step.role ?? (step.human !== undefined ? HUMAN : step.pick !== undefined ? PICK : RUN),
    ...(step.human === undefined ? {} : { human: humanOf(step, step.human) }),
    ...(step.run === undefined ? {} : { run: step.run }),
    ...(step.join === 'each' ? { join: step.join } : {}),
    ...(step.alternatives === undefined ? {} : { alternatives: alternativesOf(step.alternatives) }),
    ...(step.pick === undefined ? {} : { pick: pickOf(step.pick) }),
    ...(step.when === undefined ? {} : { when: step.when }),
    ...(agent === undefined ? {} : { agent }),
    ...(provider === undefined ? {} : { provider }),
    ...(step.prompt === undefined ? {} : { prompt: step.prompt }),
    ...(step.skills === undefined ? {} : { skills: step.skills }),
    ...contextOf({ ...defaults.context, ...step.context }),
    ...(step.targets === undefined ? {} : { targets: targetsOf(step.targets) }),
    deliverables: (step.deliverables ?? []).map((deliverable) => deliverableOf(deliverable, reports)),
    checks: (step.checks ?? []).flatMap((check) => checkOf(check, reports) ?? []),
    ...(step.gate === undefined ? {} : { gate: gateOf(step.gate) }),
    ...checklistOf(step),
    ...(step.model === undefined ? {} : { model: step.model }),
    ...(step.values === undefined ? {} : { values: step.values }),
    retries: step.retry?.max ?? defaults.retry?.max ?? UNSAID.retries,
    ...backoffOf({ ...defaults.retry, ...step.retry }),
    ...retryOnOf(step.retry?.on ?? defaults.retry?.on),
    timeout: milliseconds(step.timeout ?? defaults.timeout ?? UNSAID.timeout),
    ...patienceOf({ ...defaults, ...step }),
    ...budgetFor(step.budget ?? defaults.budget),
    ...permissionOf(step, defaults),
    ...sandboxOf(step.sandbox ?? defaults.sandbox),
    estimate: milliseconds(step.estimate ?? UNSAID.estimate) / 60_000,
    points: step.targets?.points ?? step.points ?? 1,
  };
}

/** A number of alternatives are the same work done that often: 1, 2, 3. */
export function alternativesOf(alternatives: number | readonly AlternativeSource[]): Alternative[] {
  if (typeof alternatives === 'number') return Array.from({ length: alternatives }, (_, index) => ({ id: String(index + 1), values: {} }));
  return alternatives.map(({ id, agent, prompt, with: values = {} }) => ({
    id,
    ...(agent === undefined ? {} : { agent }),
    ...(prompt === undefined ? {} : { prompt }),
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
  }));
}

function pickOf({ from, by, score, tie = 'human', ask }: PickSource): PickStep {
  const parts = score?.map(({ metric, weight = 1, better = 'higher' }) => ({ metric, weight, better }));
  return {
    from,
    tie,
    ...(by === undefined ? {} : { by }),
    ...(parts === undefined ? {} : { score: parts }),
    ...(ask === undefined ? {} : { ask }),
  };
}

function checklistOf({ checklist, gate }: StepSource): Pick<Step, 'checklist'> {
  const name = checklist ?? gate?.checklist;
  return name === undefined ? {} : { checklist: name };
}

/** Said by neither, it is the role's to say. */
function permissionOf(step: StepSource, defaults: Defaults): Pick<Step, 'permission'> {
  const permission = step.permission ?? defaults.permission;
  return permission === undefined ? {} : { permission };
}

function sandboxOf(sandbox: SandboxSource | undefined): Pick<Step, 'sandbox'> {
  return sandbox === undefined ? {} : { sandbox: sandboxFrom(sandbox) };
}

/** Without a word on it a person may approve or abort, and reject where the step says what happens then. */
function humanOf(step: StepSource, { ask, who, mode, show = [], may, timeout, on_timeout: onTimeout }: HumanSource): HumanStep {
  const answers = may ?? (step.gate === undefined ? ['approve', 'abort'] : ['approve', 'reject', 'abort']);
  return {
    ask,
    show,
    may: answers,
    ...(who === undefined ? {} : { who }),
    ...(mode === undefined ? {} : { mode }),
    ...(timeout === undefined ? {} : { timeout: milliseconds(timeout) }),
    ...(onTimeout === undefined ? {} : { onTimeout }),
  };
}

function environmentOf({ human, timeout, on_timeout: onTimeout }: EnvironmentSource): Environment {
  return {
    human,
    ...(timeout === undefined ? {} : { timeout: milliseconds(timeout) }),
    ...(onTimeout === undefined ? {} : { onTimeout }),
  };
}

function gateOf({ on_reject: { goto, max = UNSAID.rejections, then, with: what, fresh } }: GateSource): NonNullable<Step['gate']> {
  return {
    goto,
    max,
    ...(then === 'fail' || then === 'proceed' ? { last: then } : {}),
    ...(what === 'full-review' ? { with: what } : {}),
    ...(fresh === true ? { fresh } : {}),
  };
}

/** Nothing for a step of which nothing is said. */
function contextOf(source: ContextSource): { readonly context?: ContextRules } {
  if (Object.keys(source).length === 0) return {};
  return {
    context: {
      budget: source.budget ?? USUAL_CONTEXT.budget,
      full: source.full ?? USUAL_CONTEXT.full,
      older: source.older ?? USUAL_CONTEXT.older,
      summaryMax: source.summary_max ?? USUAL_CONTEXT.summaryMax,
      onOverflow: source.on_overflow ?? USUAL_CONTEXT.onOverflow,
    },
  };
}

/** Items of an input are a task each unless the step says how they are shared out; files are packed. */
function targetsOf({ from, glob, as, allocate = {} }: TargetsSource): Targets {
  const { strategy, max_targets: maxTargets, max_points: maxPoints, on_high: onHigh = 'split' } = allocate;
  const listed = from?.startsWith(INPUTS) === true || (from !== undefined && outputPath(from) !== undefined);
  const single = listed && maxTargets === undefined && maxPoints === undefined;
  return {
    from: glob !== undefined ? { is: 'glob', globs: [glob].flat() } : sourceOf(from ?? ''),
    ...(as === undefined ? {} : { as }),
    strategy: strategy ?? (single ? 'one-each' : 'balanced'),
    ...(maxTargets === undefined ? {} : { maxTargets }),
    ...(maxPoints === undefined ? {} : { maxPoints }),
    onHigh,
  };
}

function sourceOf(from: string): Targets['from'] {
  const output = outputPath(from);
  if (output !== undefined) return { is: 'output', ...output };
  return from.startsWith(INPUTS) ? { is: 'input', input: from.slice(INPUTS.length) } : { is: 'step', step: from };
}

/** `security-review` is "Security review"; with targets, each task names its own. */
export function titleOf(step: StepSource): string {
  const words = step.id.replaceAll('-', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  if (step.alternatives !== undefined) return `${title}: {{ alternative.id }}`;
  return step.targets === undefined ? title : `${title}: {{ target }}`;
}

function deliverableOf(
  { id, path, in: place, level = 'must', fields, checks = [] }: DeliverableSource,
  reports: Reports,
): DeliverableTemplate {
  const own = checks.map((check): CheckSource => ({ level, ...check, file: path, in: placeOf(place) }));
  const read = fields === undefined ? {} : { fields };
  return { id, path, in: placeOf(place), level, ...read, checks: own.flatMap((check) => checkOf(check, reports) ?? []) };
}

/** The schema has refused what is no duration; such a file never gets further. */
function milliseconds(text: string): number {
  return parseDuration(text) ?? 0;
}
