/** One step of a workflow as the program reads it: what its file says, completed with the defaults of the workflow and of iter. */
import { parseDuration } from '../core/duration.ts';
import type { HumanStep } from '../core/human.ts';
import { USUAL_CONTEXT } from '../core/prompt-context.ts';
import { said } from '../core/said.ts';
import { sandboxFrom } from '../core/sandbox.ts';
import type { Alternative, DeliverableTemplate, PickStep, Step, Targets } from '../core/workflow.ts';
import { type CheckSource, checkOf, placeOf, type Reports } from './workflow-checks.ts';
import type {
  AlternativeSource,
  ContextSource,
  Defaults,
  DeliverableSource,
  GateSource,
  HumanSource,
  PickSource,
  RetrySource,
  StepSource,
  TargetsSource,
} from './workflow-source.ts';
import { outputPath } from './workflow-source.ts';

/** Stand in for a role where a person or a command is the actor. */
const HUMAN = 'human';
const RUN = 'run';
const PICK = 'pick';

const INPUTS = 'inputs.';

/** Values for what neither a step nor the defaults of its workflow say. */
const UNSAID = {
  timeout: '40m',
  retries: 2,
  delay: '10s',
  longestDelay: '30m',
  estimate: '30m',
  rejections: 3,
} as const;

/** Completes a step; `reports` says which file a check of another step means. */
export function stepOf(step: StepSource, defaults: Defaults, reports: Reports): Step {
  const { sandbox = defaults.sandbox } = step;
  const retry = { ...defaults.retry, ...step.retry };
  const waits = { ...defaults, ...step };
  return said({
    id: step.id,
    title: step.title ?? titleOf(step),
    stage: step.stage,
    needs: step.needs,
    role: step.role ?? (step.human !== undefined ? HUMAN : step.pick !== undefined ? PICK : RUN),
    human: step.human === undefined ? undefined : humanOf(step, step.human),
    run: step.run,
    join: step.join === 'each' ? step.join : undefined,
    alternatives: step.alternatives === undefined ? undefined : alternativesOf(step.alternatives),
    pick: step.pick === undefined ? undefined : pickOf(step.pick),
    when: step.when,
    agent: step.agent ?? defaults.agent,
    provider: step.provider ?? defaults.provider,
    prompt: step.prompt,
    skills: step.skills,
    context: contextOf({ ...defaults.context, ...step.context }),
    targets: step.targets === undefined ? undefined : targetsOf(step.targets),
    deliverables: (step.deliverables ?? []).map((deliverable) => deliverableOf(deliverable, reports)),
    checks: (step.checks ?? []).flatMap((check) => checkOf(check, reports) ?? []),
    gate: step.gate === undefined ? undefined : gateOf(step.gate),
    checklist: step.checklist ?? step.gate?.checklist,
    model: step.model,
    values: step.values,
    retries: retry.max ?? UNSAID.retries,
    backoff: backoffOf(retry),
    retryOn: retry.on,
    timeout: milliseconds(waits.timeout ?? UNSAID.timeout),
    stallAfter: duration(waits.stall_after),
    idleTimeout: duration(waits.idle_timeout),
    maxTurns: waits.max_turns,
    // people and commands use nothing that is counted
    budget: step.budget ?? defaults.budget,
    // said by neither, it is the role's to say
    permission: step.permission ?? defaults.permission,
    sandbox: sandbox === undefined ? undefined : sandboxFrom(sandbox),
    estimate: milliseconds(step.estimate ?? UNSAID.estimate) / 60_000,
    points: step.targets?.points ?? step.points ?? 1,
  });
}

/** `security-review` is "Security review"; with targets, each task names its own. */
export function titleOf(step: StepSource): string {
  const words = step.id.replaceAll('-', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  if (step.alternatives !== undefined) return `${title}: {{ alternative.id }}`;
  return step.targets === undefined ? title : `${title}: {{ target }}`;
}

/** Without a word on it a person may approve or abort, and reject where the step says what happens then. */
function humanOf(step: StepSource, { ask, who, mode, show = [], may, timeout, on_timeout: onTimeout }: HumanSource): HumanStep {
  const answers = may ?? (step.gate === undefined ? ['approve', 'abort'] : ['approve', 'reject', 'abort']);
  return said({ ask, show, may: answers, who, mode, timeout: duration(timeout), onTimeout });
}

/** A number of alternatives are the same work done that often: 1, 2, 3. */
export function alternativesOf(alternatives: number | readonly AlternativeSource[]): Alternative[] {
  if (typeof alternatives === 'number') return Array.from({ length: alternatives }, (_, index) => ({ id: String(index + 1), values: {} }));
  return alternatives.map(({ id, agent, prompt, with: values = {} }) =>
    said({ id, agent, prompt, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])) }),
  );
}

function pickOf({ from, by, score, tie = 'human', ask }: PickSource): PickStep {
  const parts = score?.map(({ metric, weight = 1, better = 'higher' }) => ({ metric, weight, better }));
  return said({ from, tie, by, score: parts, ask });
}

/** Nothing for a step of which nothing is said. */
function contextOf(source: ContextSource): Step['context'] | undefined {
  if (Object.keys(source).length === 0) return undefined;
  return {
    budget: source.budget ?? USUAL_CONTEXT.budget,
    full: source.full ?? USUAL_CONTEXT.full,
    older: source.older ?? USUAL_CONTEXT.older,
    summaryMax: source.summary_max ?? USUAL_CONTEXT.summaryMax,
    onOverflow: source.on_overflow ?? USUAL_CONTEXT.onOverflow,
  };
}

/** Items of an input are a task each unless the step says how they are shared out; files are packed. */
function targetsOf({ from, glob, as, allocate = {} }: TargetsSource): Targets {
  const { strategy, max_targets: maxTargets, max_points: maxPoints, on_high: onHigh = 'split' } = allocate;
  const listed = from?.startsWith(INPUTS) === true || (from !== undefined && outputPath(from) !== undefined);
  const single = listed && maxTargets === undefined && maxPoints === undefined;
  return said({
    from: glob !== undefined ? { is: 'glob' as const, globs: [glob].flat() } : sourceOf(from ?? ''),
    as,
    strategy: strategy ?? (single ? 'one-each' : 'balanced'),
    maxTargets,
    maxPoints,
    onHigh,
  });
}

function sourceOf(from: string): Targets['from'] {
  const output = outputPath(from);
  if (output !== undefined) return { is: 'output', ...output };
  return from.startsWith(INPUTS) ? { is: 'input', input: from.slice(INPUTS.length) } : { is: 'step', step: from };
}

function deliverableOf(
  { id, path, in: place, level = 'must', fields, checks = [] }: DeliverableSource,
  reports: Reports,
): DeliverableTemplate {
  const own = checks.map((check): CheckSource => ({ level, ...check, file: path, in: placeOf(place) }));
  return said({ id, path, in: placeOf(place), level, fields, checks: own.flatMap((check) => checkOf(check, reports) ?? []) });
}

function gateOf({ on_reject: { goto, max = UNSAID.rejections, then, with: what, fresh } }: GateSource): NonNullable<Step['gate']> {
  return said({
    goto,
    max,
    last: then === 'escalate' ? undefined : then,
    with: what === 'full-review' ? what : undefined,
    fresh: fresh === true ? fresh : undefined,
  });
}

/** A delay alone is the same each time; a backoff without one starts with ten seconds. */
function backoffOf({ backoff, delay, max_delay: longest }: RetrySource): Step['backoff'] | undefined {
  if (backoff === undefined && delay === undefined) return undefined;
  return {
    grows: backoff ?? 'fixed',
    delay: milliseconds(delay ?? UNSAID.delay),
    longest: milliseconds(longest ?? UNSAID.longestDelay),
  };
}

/** The schema has refused what is no duration; such a file never gets further. */
function milliseconds(text: string): number {
  return parseDuration(text) ?? 0;
}

/** Milliseconds of a duration, where one is said. */
export function duration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : milliseconds(text);
}
