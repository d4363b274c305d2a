/** What the answers of people do to the state: decisions, blockers, budgets and changes outside the worktrees. Pure. */
import type { Raised } from './budget.ts';
import type { EventOf } from './event.ts';
import type { TaskId } from './ids.ts';
import type { Reasons } from './reset.ts';
import { reasonsOf, reset } from './reset.ts';
import { waitingFor } from './sign-in.ts';
import type { OpenDecision, State } from './state.ts';
import { SETTLED, change, withoutStall } from './task-change.ts';

export function withBudget(state: State, account: string, raised: Raised): State {
  return { ...state, budgets: { ...state.budgets, [account]: raised } };
}

/** The question about a change outside the worktrees has the id of what was found. */
function withForeignAnswer(state: State, { id, option, by }: EventOf<'decision-made'>): State {
  if (state.foreign === undefined) return state;
  return { ...state, foreign: state.foreign.map((one) => (one.id === id ? { ...one, answer: { option, by } } : one)) };
}

export function raised(state: State, event: EventOf<'blocker-raised'>): State {
  if (state.blockers.some((one) => one.id === event.id)) return state;
  const { type: _type, at, ...blocker } = event;
  return { ...state, blockers: [...state.blockers, { ...blocker, since: at }] };
}

/** A cleared blocker answers its question; a task whose attempt had failed over it starts another one, which is told how it was cleared. */
export function cleared(state: State, event: EventOf<'blocker-resolved'>): State {
  const blocker = state.blockers.find((one) => one.id === event.id && one.resolved === undefined);
  if (blocker === undefined) return state;
  const resolved = { by: event.by, how: event.how };
  const next = {
    ...state,
    blockers: state.blockers.map((one) => (one === blocker ? { ...one, resolved } : one)),
    decisions: state.decisions.filter((open) => open.about !== event.id),
  };
  const { task } = blocker;
  const current = task === undefined ? undefined : state.tasks[task];
  if (task === undefined || current?.phase.name !== 'checked' || current.phase.failures.length === 0) return next;
  return reset(next, [task], event.at, () => ({ feedback: `${blocker.text}\n${event.by}: ${event.how}` }));
}

export function decided(state: State, event: EventOf<'decision-made'>): State {
  const open = state.decisions.find((one) => one.id === event.id);
  if (open === undefined) return state;
  const closed = withForeignAnswer({ ...state, decisions: state.decisions.filter((one) => one !== open) }, event);
  if (open.kind === 'permission') {
    const option = event.option === 'allow' ? 'allow' : 'deny';
    return { ...closed, permissions: { ...closed.permissions, [open.about ?? open.id]: { task: open.task, option } } };
  }
  switch (event.option) {
    case 'keep':
      return { ...closed, blockers: state.blockers.map((one) => (one.id === open.about ? { ...one, kept: true } : one)) };
    // whose change it was is known now: the work is judged again as it stands
    case 'mine':
    case 'done':
      return change(closed, open.task, event.at, (task) => ({ ...task, phase: { name: 'checking', outcome: 'exited' } }));
    case 'again': {
      const again = reset(closed, event.reset ?? waitingFor(open), event.at, (id) => againBecause(closed, open, event, id));
      return change(again, open.task, undefined, (task) => ({ ...task, rejections: 0 }));
    }
    case 'wait':
      return change(closed, open.task, undefined, withoutStall);
    case 'more':
    case 'end': {
      if (open.kind !== 'budget' || open.about === undefined) return closed;
      const { times = 0, ...before } = closed.budgets?.[open.about] ?? {};
      return withBudget(closed, open.about, {
        ...before,
        ...(event.option === 'more' ? { times: times + 1 } : { times, ended: event.by }),
      });
    }
    case 'restart':
    case 'abandon': {
      const { option } = event;
      return change(closed, open.task, undefined, (task) => ({ ...withoutStall(task), stop: event.by, afterStop: option }));
    }
    case 'probe': {
      // who wants to go on trying wants it for as often as before
      const limits = Object.fromEntries(Object.entries(closed.limits ?? {}).map(([name, limit]) => [name, { ...limit, refusals: 0 }]));
      return decided({ ...state, limits }, { ...event, option: 'look' });
    }
    case 'trim':
    case 'look':
      // nothing was tried: what the next attempt is to be told stays
      return change(closed, open.task, event.at, (task) => {
        const reasons = reasonsOf(task);
        const trimmed = event.option === 'trim' ? { trimmed: true as const } : {};
        return { ...task, ...trimmed, phase: reasons.length > 0 ? { name: 'rejected', reasons } : { name: 'waiting' } };
      });
    case 'accept':
    case 'override':
    case 'approve': {
      const reason = event.reason ?? open.question;
      const debt = event.option === 'approve' ? {} : { overridden: { by: event.by, reason } };
      return change(closed, open.task, event.at, (task) =>
        task.head === undefined
          ? task
          : { ...task, ...SETTLED, ...debt, accepted: event.at, phase: { name: 'accepted', commit: task.head } },
      );
    }
    case 'rescope':
    case 'reject': {
      const { reset: ids = [open.task], goto = [], reason = `rejected by ${event.by}` } = event;
      const back = reset(closed, ids, event.at, (id) => (goto.includes(id) ? { feedback: reason } : {}));
      return change(back, open.task, undefined, (task) => ({ ...task, rejections: task.rejections + 1 }));
    }
    case 'fail':
    case 'abort':
      return waitingFor(open).reduce<State>(
        (next, id) =>
          change(next, id, event.at, (task) => ({ ...task, phase: { name: 'failed', reason: event.reason ?? `given up by ${event.by}` } })),
        closed,
      );
    default:
      if (open.kind !== 'pick') return closed;
      return change(closed, open.task, event.at, (task) => ({
        ...task,
        phase: { name: 'waiting' },
        choice: { option: event.option, by: event.by },
      }));
  }
}

/** After an escalated review the findings go to the tasks that work again; a person's words go to all of them. */
function againBecause(state: State, open: OpenDecision, event: EventOf<'decision-made'>, id: TaskId): Reasons {
  const asked = state.tasks[open.task]?.findings ?? [];
  const about = asked.filter((finding) => finding.task === undefined || finding.task === id);
  const findings = id === open.task ? [] : about;
  return { findings, ...(event.reason === undefined ? {} : { feedback: event.reason }) };
}
