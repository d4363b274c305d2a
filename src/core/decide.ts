/** What to do next: a pure function of plan, state and limits. When may a task start, when is it over, who is asked: all of it stands here. */
import { admitted, nextStart } from './admission.ts';
import { addressed } from './escalation.ts';
import type { DecisionOption, Failure } from './event.ts';
import type { TaskId } from './ids.ts';
import { isHeld } from './open-blockers.ts';
import type { Plan, PlannedTask } from './plan.ts';
import { downstreamOf, taskOf } from './plan.ts';
import { notWorthTrying } from './retry.ts';
import type { Finding } from './review.ts';
import { passes } from './review.ts';
import type { Account } from './sign-in.ts';
import { accountOf, openSignIn } from './sign-in.ts';
import type { ForeignChange, OpenDecision, State, TaskState } from './state.ts';
import { settledAt } from './state.ts';
import { unreachable } from './unreachable.ts';

export type Action =
  /** `probes`: it is to show whether the limit of that provider is over. */
  | { readonly do: 'start'; readonly task: TaskId; readonly attempt: number; readonly probes?: string }
  /** The list its parts come from is there: make them tasks. */
  | { readonly do: 'expand'; readonly task: TaskId }
  /** All its parts are done: it stands for their work together. */
  | { readonly do: 'gather'; readonly task: TaskId; readonly attempt: number }
  /** Take one of several alternatives, or ask a person which. */
  | { readonly do: 'pick'; readonly task: TaskId; readonly attempt: number }
  /** An attempt of an earlier launch that nobody watches any more: end what is left of it, then start it again. */
  | { readonly do: 'recover'; readonly task: TaskId }
  | { readonly do: 'check'; readonly task: TaskId }
  | { readonly do: 'accept'; readonly task: TaskId }
  | { readonly do: 'send-back'; readonly task: TaskId; readonly failures: readonly Failure[]; readonly until?: string }
  | {
      readonly do: 'reject';
      readonly task: TaskId;
      readonly rejection: number;
      readonly goto: readonly TaskId[];
      readonly reset: readonly TaskId[];
      readonly findings: readonly Finding[];
      readonly fresh: boolean;
    }
  /** A person has given the files its work consists of. */
  | { readonly do: 'inject'; readonly task: TaskId; readonly attempt: number }
  /** Its condition is false, or nobody has to look in this environment. */
  | { readonly do: 'skip'; readonly task: TaskId; readonly reason: string }
  | { readonly do: 'fail'; readonly task: TaskId; readonly reason: string }
  | {
      readonly do: 'ask';
      readonly id: string;
      readonly kind: 'escalation' | 'budget';
      readonly task: TaskId;
      readonly question: string;
      readonly options: readonly DecisionOption[];
      /** A budget: the task waits as it is while the question is open. */
      readonly about?: string;
      /** The account that is refused: asked once for all that work with it. */
      readonly signIn?: Account;
    }
  /** What it has to ask is asked already: wait for the same answer. */
  | { readonly do: 'join'; readonly task: TaskId; readonly id: string };

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

function askAfterStop(task: PlannedTask, current: TaskState): Action {
  const why = current.phase.name === 'checking' && current.phase.reason !== undefined ? `: ${current.phase.reason}` : '';
  return {
    do: 'ask',
    id: `${task.id}-stopped-${current.attempt}`,
    kind: 'escalation',
    task: task.id,
    question: `${task.id} was stopped during attempt ${current.attempt}${why}; what it wrote is still in its worktree`,
    options: [
      { id: 'again', label: 'start another attempt' },
      { id: 'done', label: 'judge the work as it stands' },
      { id: 'fail', label: 'give up' },
    ],
  };
}

/** An account that is refused is refused again: a person hears of it before another try. */
function askToSignIn(task: PlannedTask, current: TaskState, asked: OpenDecision | undefined): Action {
  if (asked !== undefined) return { do: 'join', task: task.id, id: asked.id };
  const why = current.phase.name === 'checking' && current.phase.reason !== undefined ? `: ${current.phase.reason}` : '';
  return {
    do: 'ask',
    id: `${task.id}-auth-${current.attempt}`,
    kind: 'escalation',
    task: task.id,
    question: `${task.agent} is not signed in${why}`,
    signIn: accountOf(task),
    options: [
      { id: 'again', label: 'it is signed in now: start another attempt' },
      { id: 'fail', label: 'give up' },
    ],
  };
}

/** An agent that says it cannot go on is not sent round again: a person hears its question. */
function askAboutBlocker(task: PlannedTask, current: TaskState): Action {
  return {
    do: 'ask',
    id: `${task.id}-blocked-${current.attempt}`,
    kind: 'escalation',
    task: task.id,
    question: `${task.id} is blocked: ${current.claim?.message ?? 'it gave no reason'}`,
    options: [
      { id: 'again', label: 'start another attempt; what you answer with -m reaches its prompt' },
      { id: 'fail', label: 'give up' },
    ],
  };
}

/** True when everything the task needs is accepted: a claim of completion by an agent is not enough. */
export function needsMet(plan: Plan, task: PlannedTask, state: State): boolean {
  return openNeeds(plan, task, state).length === 0;
}

/** The needs a task still waits for. Of several alternatives one that failed holds nobody up while another made it; what is done at the end waits until nothing else can go on. */
export function openNeeds(plan: Plan, task: PlannedTask, state: State): TaskId[] {
  const open = task.needs.filter((need) => settledAt(state.tasks[need]) === undefined);
  if (open.length === 0) return open;
  if (task.finally === true) return open.filter((need) => !isOver(plan, state, need, new Set()));
  return open.filter((need) => !isOutdone(plan, state, need));
}

/** A failed alternative, where another of its step has made it. */
function isOutdone(plan: Plan, state: State, id: TaskId): boolean {
  if (state.tasks[id]?.phase.name !== 'failed') return false;
  const own = plan.tasks.find((task) => task.id === id);
  return (
    own?.alternative !== undefined &&
    plan.tasks.some((other) => other.step === own.step && other.alternative !== undefined && settledAt(state.tasks[other.id]) !== undefined)
  );
}

/** Nothing more will happen to a task by itself: it is settled, has failed, or waits for one that has. */
function isOver(plan: Plan, state: State, id: TaskId, seen: Set<TaskId>): boolean {
  const name = state.tasks[id]?.phase.name ?? 'waiting';
  if (name === 'failed' || settledAt(state.tasks[id]) !== undefined) return true;
  if ((name !== 'waiting' && name !== 'rejected') || seen.has(id)) return false;
  seen.add(id);
  const open = taskOf(plan, id).needs.filter((need) => settledAt(state.tasks[need]) === undefined && !isOutdone(plan, state, need));
  return open.length > 0 && open.every((need) => isOver(plan, state, need, seen));
}

/** Whether it is the turn of a task: what it needs is there; a whole does not wait for parts it has yet to grow, and a part waits until its whole has looked at the list. */
export function mayStart(plan: Plan, task: PlannedTask, state: State): boolean {
  if (task.parent !== undefined && state.tasks[task.parent]?.parts?.stale !== false) return false;
  if (needsMet(plan, task, state)) return true;
  if (task.expands === undefined || state.tasks[task.id]?.parts?.stale === false) return false;
  const own = new Set(plan.tasks.filter((other) => other.parent === task.id).map((other) => other.id));
  return openNeeds(plan, task, state).every((need) => own.has(need));
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

/** A change outside the worktrees that this task may have made, and about which nobody has said whose it is. */
export function openForeignChange(state: State, id: TaskId): ForeignChange | undefined {
  return state.foreign?.find((one) => one.answer === undefined && one.tasks.includes(id) && one.writes.some((write) => write.blocks));
}

/** Asked once, whoever of those that ran gets here first; the others wait for the answer. */
function askWhose(state: State, task: PlannedTask, change: ForeignChange): Action | undefined {
  if (state.decisions.some((open) => open.id === change.id)) return undefined;
  const others = change.tasks.filter((id) => id !== task.id);
  const which = others.length === 0 ? task.id : `${[task.id, ...others].join(', ')} (one of them, or somebody else)`;
  return {
    do: 'ask',
    id: change.id,
    kind: 'escalation',
    task: task.id,
    question: `outside the worktrees, while ${which} ran: ${change.writes.map((write) => write.what).join('; ')}; iter has put nothing back`,
    options: [
      { id: 'mine', label: 'I did that, or it is in order: judge the work and go on' },
      { id: 'again', label: `it was ${task.id}: I have put it back, start another attempt` },
      { id: 'fail', label: 'give up' },
    ],
  };
}

/** Another review of the same work that found nothing to change, where this one rejects it altogether. */
function approvedBy(plan: Plan, state: State, review: PlannedTask): TaskId | undefined {
  return plan.tasks.find(
    (other) =>
      other.id !== review.id &&
      other.gate?.goto === review.gate?.goto &&
      other.gate !== undefined &&
      state.tasks[other.id]?.verdict === 'approved',
  )?.id;
}

/** Two reviewers who say the opposite of each other: a person decides between them. */
function askBetween(
  task: PlannedTask,
  current: TaskState,
  { findings, other }: { readonly findings: readonly Finding[]; readonly other: TaskId },
): Action {
  const open = findings.filter((finding) => finding.level === 'must').map((finding) => `${finding.id} ${finding.title}`);
  return {
    do: 'ask',
    id: `${task.id}-opposed-${current.attempt}`,
    kind: 'escalation',
    task: task.id,
    question: `${task.id} rejects what ${other} approves: ${open.join('; ')}`,
    options: [
      { id: 'again', label: `${task.id} is right: send it back to ${task.gate?.goto ?? ''}` },
      { id: 'accept', label: `${other} is right: accept the work as it is; the findings stay on record` },
      { id: 'fail', label: 'give up' },
    ],
  };
}

/** What a person handed in did not pass the checks of the task: they decide, no agent goes over it unasked. */
function askAboutGiven(task: PlannedTask, current: TaskState, failures: readonly Failure[]): Action {
  return {
    do: 'ask',
    id: `${task.id}-given-${current.attempt}`,
    kind: 'escalation',
    task: task.id,
    question: `what ${current.given?.by ?? 'a person'} gave for ${task.id} does not pass: ${failures.map((failure) => `${failure.id}: ${failure.message}`).join('; ')}`,
    options: [
      { id: 'again', label: 'let the agent of the task do it' },
      { id: 'accept', label: 'accept it as it is; the failed checks stay on record' },
      { id: 'fail', label: 'give up; or give other files: iter skip' },
    ],
  };
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
  if (count >= gate.max) {
    const open = findings.filter((finding) => finding.level === 'must').map((finding) => `${finding.id} ${finding.title}`);
    return {
      do: 'ask',
      id: `${task.id}-rejection-${current.attempt}`,
      kind: 'escalation',
      task: task.id,
      question: `${task.id} has rejected the work ${count} times; still open: ${open.join('; ')}`,
      options: [
        { id: 'again', label: `one more round: send it back to ${gate.goto}` },
        { id: 'accept', label: 'accept the work as it is; the findings stay on record' },
        { id: 'fail', label: 'give up' },
      ],
    };
  }
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
