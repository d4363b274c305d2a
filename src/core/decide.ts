/** What to do next: a pure function of plan, state and limits. When may a task start, when is it over, who is asked: all of it is decided here. */
import type { Action } from './action.ts';
import { admitted, nextStart } from './admission.ts';
import { addressed } from './escalation.ts';
import type { Failure } from './event.ts';
import type { TaskId } from './ids.ts';
import { mayStart, needsMet } from './needs.ts';
import { isHeld } from './open-blockers.ts';
import type { Plan, PlannedTask } from './plan.ts';
import { downstreamOf } from './plan.ts';
import {
  approvedBy,
  askAboutBlocker,
  askAboutGiven,
  askAfterStop,
  askBetween,
  askForAnotherRound,
  askToSignIn,
  askWhose,
  openForeignChange,
} from './questions.ts';
import { notWorthTrying } from './retry.ts';
import type { Finding } from './review.ts';
import { passes } from './review.ts';
import { openSignIn } from './sign-in.ts';
import type { State, TaskState } from './state.ts';
import { unreachable } from './unreachable.ts';

export interface Limits {
  readonly maxParallel: number;
  /** Tasks this process is working on right now. */
  readonly busy: ReadonlySet<TaskId>;
  /** For tasks with a condition that could start: its value, or why it has none. */
  readonly conditions?: Readonly<Record<string, boolean | { readonly problem: string }>>;
  /** The time in ISO: what waits for a time goes on from then. Nothing of that goes on without it. */
  readonly now?: string;
  /** Only these may start; everything when absent. */
  readonly only?: ReadonlySet<TaskId>;
}

/** The actions that may be performed now, in plan order; none when everything waits or is over. */
export function decide(plan: Plan, state: State, limits: Limits): Action[] {
  const possible = askedOnce(
    plan.tasks.flatMap((task): Action[] => {
      const current = state.tasks[task.id];
      if (current === undefined || limits.busy.has(task.id)) return [];
      if (limits.only !== undefined && !limits.only.has(task.id)) return [];
      const action = next(plan, state, { task, current, limits });
      if (action === undefined) return [];
      return [action.do === 'ask' ? { ...action, question: addressed(plan.escalation, action.question) } : action];
    }),
  );
  // judging finished work comes before starting more, and takes up a place while it runs
  const judging = possible.filter((action) => action.do === 'check' || action.do === 'recover').length;
  const places = limits.maxParallel - limits.busy.size - judging;
  const room = new Map(admitted(firstOnes(possible, state), places, { plan, state, limits }).map((action) => [action.task, action]));
  return possible.flatMap((action): Action[] => {
    if (action.do !== 'start') return [action];
    const taken = room.get(action.task);
    return taken === undefined ? [] : [taken];
  });
}

/** Of several that would ask about one account the first does, and the others join it on the next look. */
function askedOnce(possible: readonly Action[]): Action[] {
  const accounts = new Set<string>();
  return possible.filter((action) => {
    if (action.do !== 'ask' || action.signIn === undefined) return true;
    const account = JSON.stringify(action.signIn);
    return !accounts.has(account) && accounts.add(account);
  });
}

/** The next ISO time at which a task can start that waits for nothing but the clock; undefined when none does. */
export function wakeTime(plan: Plan, state: State, limits: Limits): string | undefined {
  const could = plan.tasks.filter((task) => {
    const current = state.tasks[task.id];
    if (current === undefined || limits.busy.has(task.id) || limits.only?.has(task.id) === false) return false;
    if (openSignIn(state, task) !== undefined) return false;
    return next(plan, state, { task, current, limits })?.do === 'start';
  });
  return nextStart(
    could.map((task) => task.id),
    { plan, state },
  );
}

/** What could start, in the order in which it takes places: what a person put first, then the plan's order. */
function firstOnes(possible: readonly Action[], state: State): Extract<Action, { do: 'start' }>[] {
  const rank = (action: Action): number => state.tasks[action.task]?.priority ?? 0;
  return possible.filter((action) => action.do === 'start').toSorted((a, b) => rank(b) - rank(a));
}

interface Question {
  readonly task: PlannedTask;
  readonly current: TaskState;
  readonly limits: Limits;
}

function next(plan: Plan, state: State, { task, current, limits }: Question): Action | undefined {
  switch (current.phase.name) {
    case 'waiting':
    case 'rejected':
    case 'limited':
      if (isHeld(state, task.id)) return undefined;
      return mayStart(plan, task, state) ? begin(task, current, limits, needsMet(plan, task, state)) : undefined;
    case 'starting':
    case 'running':
      return { do: 'recover', task: task.id };
    case 'checking':
      if (current.phase.outcome === 'killed') return afterStop(task, current);
      // no check says anything about work that could not begin, and no further try would either
      return current.phase.verdict === 'auth' ? askToSignIn(task, current, openSignIn(state, task)) : { do: 'check', task: task.id };
    case 'checked':
      return afterChecks(plan, state, { task, current, limits });
    default:
      return undefined;
  }
}

function afterStop(task: PlannedTask, current: TaskState): Action {
  const message = 'it showed no sign of work and was stopped; do not wait for anybody or anything that may never come';
  switch (current.afterStop) {
    case 'restart':
      return { do: 'send-back', task: task.id, failures: [{ id: `${task.id}.stalled`, message }] };
    case 'abandon':
      return { do: 'fail', task: task.id, reason: 'it showed no sign of work, was stopped and given up' };
    case undefined:
      return askAfterStop(task, current);
    default:
      return unreachable(current.afterStop);
  }
}

function begin(task: PlannedTask, current: TaskState, { conditions }: Limits, complete: boolean): Action | undefined {
  if (task.expands !== undefined && current.parts?.stale === false) {
    return complete ? { do: 'gather', task: task.id, attempt: attemptToStart(current) } : undefined;
  }
  if (current.skip !== undefined) return { do: 'skip', task: task.id, reason: `${current.skip.by}: ${current.skip.reason}` };
  if (current.given !== undefined) return { do: 'inject', task: task.id, attempt: attemptToStart(current) };
  const start = startOf(task, current);
  if (task.human?.mode === 'off') return { do: 'skip', task: task.id, reason: 'nobody has to look in this environment' };
  if (task.when === undefined) return start;
  const condition = conditions?.[task.id];
  if (condition === undefined) return undefined;
  if (condition === true) return start;
  if (condition === false) return { do: 'skip', task: task.id, reason: `${task.when} is false` };
  return { do: 'fail', task: task.id, reason: condition.problem };
}

function startOf(task: PlannedTask, current: TaskState): Action {
  if (task.expands !== undefined) return { do: 'expand', task: task.id };
  return { do: task.pick === undefined ? 'start' : 'pick', task: task.id, attempt: attemptToStart(current) };
}

/** An attempt that was interrupted, or cut off by its provider, keeps its number; anything else gets the next one. */
function attemptToStart(current: TaskState): number {
  if (current.resumes === true) return current.attempt;
  const interrupted = current.phase.name === 'waiting' && (current.previous === 'starting' || current.previous === 'running');
  return interrupted ? current.attempt : current.attempt + 1;
}

/** The pause before the next attempt, where the step asks for one: after the first try once its delay, after each further one twice as long if it grows. */
function pauseBefore({ backoff }: PlannedTask, { tries }: TaskState, { now }: Limits): { readonly until?: string } {
  if (backoff === undefined || now === undefined) return {};
  const factor = backoff.grows === 'fixed' ? 1 : 2 ** Math.max(0, tries - 1);
  return { until: new Date(Date.parse(now) + Math.min(backoff.longest, backoff.delay * factor)).toISOString() };
}

function afterChecks(plan: Plan, state: State, { task, current, limits }: Question): Action | undefined {
  if (current.phase.name !== 'checked') return undefined;
  const { failures, cause, verdict, findings } = current.phase;
  if (failures.length > 0) {
    // the question about its blocker is open: the answer says whether it goes round again
    if (isHeld(state, task.id)) return undefined;
    if (current.given !== undefined) return askAboutGiven(task, current, failures);
    if (current.claim?.word === 'Blocked') return askAboutBlocker(task, current);
    if (current.tries > task.retries) return { do: 'fail', task: task.id, reason: givenUp(current.tries, failures) };
    const unwanted = notWorthTrying(task.retryOn, cause);
    if (unwanted !== undefined) return { do: 'fail', task: task.id, reason: `${unwanted}; failing: ${firstOf(failures)}` };
    return { do: 'send-back', task: task.id, failures, ...pauseBefore(task, current, limits) };
  }
  if (task.gate === undefined || verdict === undefined || passes({ verdict, findings })) {
    const change = openForeignChange(state, task.id);
    return change === undefined ? { do: 'accept', task: task.id } : askWhose(state, task, change);
  }
  const other = verdict === 'rejected' ? approvedBy(plan, state, task) : undefined;
  if (other !== undefined) return askBetween(task, current, { findings, other });
  return rejection(plan, task, current, findings);
}

function givenUp(tries: number, failures: readonly Failure[]): string {
  return `${tries} ${tries === 1 ? 'attempt' : 'attempts'} used up; still failing: ${firstOf(failures)}`;
}

function firstOf([first, ...others]: readonly Failure[]): string {
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `${first === undefined ? '' : `${first.id}: ${first.message}`}${more}`;
}

function rejection(plan: Plan, task: PlannedTask, current: TaskState, findings: readonly Finding[]): Action {
  const gate = task.gate;
  if (gate === undefined) throw new Error(`${task.id} has no gate`);
  const count = current.rejections + 1;
  if (count >= gate.max && gate.last === 'proceed') return { do: 'accept', task: task.id };
  if (count >= gate.max && gate.last === 'fail') {
    return { do: 'fail', task: task.id, reason: `rejected ${count} times: ${findings.map((finding) => finding.title).join('; ')}` };
  }
  if (count >= gate.max) return askForAnotherRound(task, current, { findings, count });
  const { goto, reset } = sendBackSet(plan, task, findings);
  return { do: 'reject', task: task.id, rejection: count, goto, reset, findings, fresh: gate.fresh === true };
}

/** Who works again when this review sends work back: the tasks its MUST findings name, else the whole step, and everything downstream of them. */
export function sendBackSet(plan: Plan, review: PlannedTask, findings: readonly Finding[]): { goto: TaskId[]; reset: TaskId[] } {
  const step = plan.tasks.filter((task) => task.step === review.gate?.goto).map((task) => task.id);
  const open = findings.filter((finding) => finding.level === 'must');
  const named = step.filter((id) => open.some((finding) => finding.task === id));
  const everyoneNamed = open.every((finding) => finding.task !== undefined && step.includes(finding.task));
  const goto = named.length > 0 && everyoneNamed ? named : step;
  return { goto, reset: [...goto, ...downstreamOf(plan, goto)] };
}
