/** Derives the picture of a run (`view.ts`) from plan and state. */
import { limitOf } from './admission.ts';
import { needsMet, openNeeds } from './needs.ts';
import { openForeignChange } from './questions.ts';
import { accountText, accountsOf, sum, usedBy } from './budget.ts';
import type { Plan, PlannedTask } from './plan.ts';
import { providerOf } from './provider-limit.ts';
import { openSignIn } from './sign-in.ts';
import type { Phase, State, TaskState } from './state.ts';
import { allSettled, hasLanded } from './state.ts';
import type { RunStatus, Snapshot, StateName, TaskView } from './view.ts';
import { openBlockers } from './open-blockers.ts';
import { isBlocked, wordFor } from './words.ts';

export interface Surroundings {
  /** The iteration folder: turns relative log paths into absolute ones. */
  readonly directory: string;
  /** ISO; for the budget of time. */
  readonly now?: string;
  /** A launch holds the iteration now. Without one, a task the log calls running was cut off. */
  readonly running: boolean;
}

/** The snapshot of a run. */
export function snapshot(plan: Plan, state: State, around: Surroundings): Snapshot {
  const tasks = plan.tasks.map((task) => taskView(plan, task, state, around));
  return {
    iteration: plan.iteration,
    status: runStatus(plan, state, around.running),
    target: plan.target,
    tasks,
    decisions: state.decisions,
    used: sum(plan.tasks.flatMap((task) => Object.values(state.tasks[task.id]?.usage ?? {}))),
    budgets: accountsOf(plan, state, around.now).map((one) => ({
      id: one.id,
      text: accountText(one),
      unit: one.unit,
      used: one.used,
      limit: one.limit,
    })),
    foreseen: state.foreseen ?? [],
    foreign: (state.foreign ?? []).map(({ id, tasks: ran, writes, answer }) => ({
      id,
      tasks: ran,
      what: writes.map((write) => write.what),
      open: answer === undefined && writes.some((write) => write.blocks),
    })),
    ...(state.validation === undefined ? {} : { decision: state.validation.decision }),
    ...(state.firstLaunch === undefined ? {} : { started: state.firstLaunch }),
  };
}

function taskView(plan: Plan, task: PlannedTask, state: State, { directory, running }: Surroundings): TaskView {
  const current = state.tasks[task.id];
  const common = {
    id: task.id,
    step: task.step,
    title: task.title,
    role: task.role,
    agent: task.agent,
    branch: task.branch,
    needs: task.needs,
    used: usedBy(state, task.id),
  };
  if (current === undefined) {
    return { ...common, state: 'waiting', word: 'Not Started', attempt: 0, since: NEVER, blockedBy: task.needs };
  }
  const blockers = openBlockers(state, task.id);
  const change = current.phase.name === 'checked' ? openForeignChange(state, task.id) : undefined;
  const name = stateName(plan, task, state);
  const blocked = blockers.length === 0 ? reasonFor(current, running) : blockers.map((one) => `${one.severity}: ${one.text}`).join('; ');
  const refused = name === 'ready' && task.human === undefined ? openSignIn(state, task) : undefined;
  const waits =
    refused !== undefined
      ? `waits for the answer to ${refused.id}: ${task.agent} is not signed in`
      : change === undefined
        ? blocked
        : `waits for the answer to ${change.id}`;
  const reason = name === 'limited' ? limitReason(task, state) : running && name === 'stalled' ? current.stalled?.evidence : waits;
  return {
    ...common,
    state: name,
    word: name === 'blocked' || name === 'limited' || name === 'stalled' ? 'Blocked' : wordFor(current.phase.name),
    attempt: current.attempt,
    since: current.since,
    blockedBy: openNeeds(plan, task, state),
    ...(current.worktree === undefined ? {} : { worktree: current.worktree }),
    ...(current.head === undefined ? {} : { commit: current.head }),
    ...(reason === undefined ? {} : { reason }),
    ...(blockers.length === 0 ? {} : { blockers: blockers.map(({ id, severity, since, text }) => ({ id, severity, since, text })) }),
    ...(current.log === undefined ? {} : { log: `${directory}/${current.log}` }),
  };
}

const NEVER = '1970-01-01T00:00:00.000Z';

function stateName(plan: Plan, task: PlannedTask, state: State): StateName {
  const current = state.tasks[task.id];
  const name: Phase['name'] = current?.phase.name ?? 'waiting';
  if (isBlocked(state, task.id)) return 'blocked';
  switch (name) {
    case 'waiting':
      if (!needsMet(plan, task, state)) return 'waiting';
      return limitOf(task, state) === undefined ? 'ready' : 'limited';
    case 'running':
      if (current?.stalled !== undefined) return 'stalled';
      return current?.claim?.word === 'Blocked' ? 'blocked' : 'running';
    case 'checked':
      return 'checking';
    default:
      return name;
  }
}

function limitReason(task: PlannedTask, state: State): string {
  const limit = limitOf(task, state);
  if (limit === undefined) return `the limit of ${providerOf(task)} is over; it goes on`;
  const trying = limit.probe === undefined ? '' : `; ${limit.probe} tries whether it is over`;
  return `${providerOf(task)} is limited until ${limit.until}${limit.guessed ? ' (a guess: it did not say)' : ''}: ${limit.reason}${trying}`;
}

const CUT_OFF: ReadonlySet<Phase['name']> = new Set(['starting', 'running', 'checked']);

function reasonFor(current: TaskState, running: boolean): string | undefined {
  const { phase, claim } = current;
  switch (phase.name) {
    case 'failed':
      return phase.reason;
    case 'rejected':
      return `${phase.until === undefined ? '' : `not again before ${phase.until}: `}${phase.reasons.join('; ')}`;
    case 'checking':
      return phase.outcome === 'exited' ? undefined : (phase.reason ?? `the agent was ended: ${phase.outcome}`);
    case 'skipped':
      return phase.reason;
    case 'superseded':
      return `${phase.winner} was picked; this work is kept, and does not land`;
    case 'accepted':
    case 'merged':
      return current.warnings.length === 0 ? undefined : current.warnings.map((one) => `${one.id}: ${one.message}`).join('; ');
    default:
      if (!running && CUT_OFF.has(phase.name)) return 'its launch was ended before it was; iter launch goes on with it';
      return claim === undefined ? undefined : `${claim.by} says ${claim.word}${claim.message === undefined ? '' : `: ${claim.message}`}`;
  }
}

function runStatus(plan: Plan, state: State, running: boolean): RunStatus {
  if (hasLanded(plan.tasks, state)) return 'merged';
  if (allSettled(plan.tasks, state)) return 'ready-to-merge';
  if (running) return 'running';
  if (state.decisions.length > 0) return 'waiting-for-person';
  if (plan.tasks.some((task) => state.tasks[task.id]?.phase.name === 'failed')) return 'failed';
  return state.firstLaunch === undefined ? 'planning' : 'paused';
}
