/** What people are asked about a task that cannot go on by itself, in which words, and which answers there are. */
import type { Action } from './action.ts';
import type { Failure } from './event.ts';
import type { TaskId } from './ids.ts';
import type { Plan, PlannedTask } from './plan.ts';
import type { Finding } from './review.ts';
import { accountOf } from './sign-in.ts';
import type { ForeignChange, OpenDecision, State, TaskState } from './state.ts';

export function askAfterStop(task: PlannedTask, current: TaskState): Action {
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
export function askToSignIn(task: PlannedTask, current: TaskState, asked: OpenDecision | undefined): Action {
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
export function askAboutBlocker(task: PlannedTask, current: TaskState): Action {
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

/** A change outside the worktrees that this task may have made, and about which nobody has said whose it is. */
export function openForeignChange(state: State, id: TaskId): ForeignChange | undefined {
  return state.foreign?.find((one) => one.answer === undefined && one.tasks.includes(id) && one.writes.some((write) => write.blocks));
}

/** Asked once, whoever of those that ran gets here first; the others wait for the answer. */
export function askWhose(state: State, task: PlannedTask, change: ForeignChange): Action | undefined {
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
export function approvedBy(plan: Plan, state: State, review: PlannedTask): TaskId | undefined {
  return plan.tasks.find(
    (other) =>
      other.id !== review.id &&
      other.gate?.goto === review.gate?.goto &&
      other.gate !== undefined &&
      state.tasks[other.id]?.verdict === 'approved',
  )?.id;
}

/** Two reviewers who say the opposite of each other: a person decides between them. */
export function askBetween(
  task: PlannedTask,
  current: TaskState,
  { findings, other }: { readonly findings: readonly Finding[]; readonly other: TaskId },
): Action {
  return {
    do: 'ask',
    id: `${task.id}-opposed-${current.attempt}`,
    kind: 'escalation',
    task: task.id,
    question: `${task.id} rejects what ${other} approves: ${openFindings(findings)}`,
    options: [
      { id: 'again', label: `${task.id} is right: send it back to ${task.gate?.goto ?? ''}` },
      { id: 'accept', label: `${other} is right: accept the work as it is; the findings stay on record` },
      { id: 'fail', label: 'give up' },
    ],
  };
}

/** What a person handed in did not pass the checks of the task: they decide, no agent goes over it unasked. */
export function askAboutGiven(task: PlannedTask, current: TaskState, failures: readonly Failure[]): Action {
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

/** A review that has sent the work back as often as it may. */
export function askForAnotherRound(
  task: PlannedTask,
  current: TaskState,
  { findings, count }: { readonly findings: readonly Finding[]; readonly count: number },
): Action {
  return {
    do: 'ask',
    id: `${task.id}-rejection-${current.attempt}`,
    kind: 'escalation',
    task: task.id,
    question: `${task.id} has rejected the work ${count} times; still open: ${openFindings(findings)}`,
    options: [
      { id: 'again', label: `one more round: send it back to ${task.gate?.goto ?? ''}` },
      { id: 'accept', label: 'accept the work as it is; the findings stay on record' },
      { id: 'fail', label: 'give up' },
    ],
  };
}

function openFindings(findings: readonly Finding[]): string {
  const open = findings.filter((finding) => finding.level === 'must');
  return open.map((finding) => `${finding.id} ${finding.title}`).join('; ');
}
