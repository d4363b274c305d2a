/** Folds events into the state. Pure: no clock, no files; an event about an unknown task is ignored, not fatal. */
import type { Event, EventOf } from './event.ts';
import { ended, interrupted, judged, limited, prepared, probed, started } from './reduce-attempt.ts';
import { cleared, decided, raised, withBudget } from './reduce-decision.ts';
import { conflicted, landed, landing, refused, sentBack, undoing, undone, undoRefused } from './reduce-landing.ts';
import { asked, askedToo } from './reduce-question.ts';
import { accepted, picked, skipped, stillValid } from './reduce-settled.ts';
import { grown, withTasks } from './reduce-tasks.ts';
import { reset } from './reset.ts';
import type { State } from './state.ts';
import { change, during, stirred, withoutClaim, withoutStall } from './task-change.ts';
import { unreachable } from './unreachable.ts';

export const EMPTY: State = { tasks: {}, decisions: [], blockers: [], asked: [], conflicts: [] };

/** The state after all events, in order. */
export function fold(events: readonly Event[], from: State = EMPTY): State {
  return events.reduce(reduce, from);
}

/** The state after one more event. */
export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'iteration-created':
      return withTasks(state, event.tasks, event.at);
    case 'tasks-added':
      return grown(state, event);
    case 'launch-started': {
      const { outcome: _ended, ...rest } = state;
      return {
        ...rest,
        ...workedUntil(state, lastSign(state)),
        launch: { pid: event.pid, host: event.host, since: event.at },
        firstLaunch: state.firstLaunch ?? event.at,
      };
    }
    case 'launch-ended': {
      const { launch: _gone, ...rest } = state;
      return { ...rest, ...workedUntil(state, event.at), outcome: event.outcome };
    }
    case 'usage-reported':
      return change(state, event.task, undefined, (task) => ({ ...task, usage: { ...task.usage, [event.started]: event.usage } }));
    case 'budget-warned': {
      const before = state.budgets?.[event.account] ?? { times: 0 };
      return withBudget(state, event.account, { ...before, warned: before.times + 1 });
    }
    case 'attempt-prepared':
      return prepared(state, event);
    case 'attempt-started':
      return started(state, event);
    case 'attempt-ended':
      return ended(state, event);
    case 'attempt-interrupted':
      return interrupted(state, event);
    case 'task-stalled':
      return during(['running'], state, event, (task) => ({ ...task, stalled: { since: event.since, evidence: event.evidence } }));
    case 'task-stirred':
      return during(['running'], stirred(state, event.task), event, withoutStall);
    case 'provider-limited':
      return limited(state, event);
    case 'limit-probed':
      return probed(state, event);
    case 'foreign-write-found': {
      const { id, tasks, writes, at } = event;
      return { ...state, foreign: [...(state.foreign ?? []), { id, tasks, writes, at }] };
    }
    case 'work-committed':
      return change(state, event.task, undefined, (task) => ({ ...task, head: event.commit }));
    case 'checks-finished':
      return judged(state, event);
    case 'task-accepted':
      return accepted(state, event);
    case 'task-still-valid':
      return stillValid(state, event);
    case 'task-skipped':
      return skipped(state, event);
    case 'alternative-picked':
      return picked(state, event);
    case 'checkpoint-reached':
      return change(state, event.task, event.at, (task) => ({
        ...withoutClaim(task),
        attempt: event.attempt,
        base: event.commit,
        head: event.commit,
        started: task.started ?? event.at,
        phase: { name: 'starting' },
      }));
    case 'task-sent-back':
      return change(state, event.task, event.at, (task) => ({
        ...task,
        phase: {
          name: 'rejected',
          reasons: event.failures.map((failure) => `${failure.id}: ${failure.message}`),
          ...(event.until === undefined ? {} : { until: event.until }),
        },
        failures: event.failures,
      }));
    case 'review-rejected':
      return rejected(state, event);
    case 'task-failed':
      return change(state, event.task, event.at, (task) => ({ ...task, phase: { name: 'failed', reason: event.reason } }));
    case 'task-reset':
      return reset(state, event.reset, event.at, (id) =>
        event.goto.includes(id) ? { feedback: event.reason ?? `done again by ${event.by}`, fresh: event.fresh === true } : {},
      );
    case 'skip-requested': {
      const again = reset(state, event.reset, event.at, () => ({}));
      return change(again, event.task, event.at, (task) => ({ ...task, skip: { by: event.by, reason: event.reason } }));
    }
    case 'artifact-given': {
      const again = reset(state, event.reset, event.at, () => ({}));
      const { by, reason, files } = event;
      return change(again, event.task, event.at, (task) => ({ ...task, given: { by, reason, files } }));
    }
    case 'task-prioritised': {
      const highest = Math.max(0, ...Object.values(state.tasks).map((task) => task.priority ?? 0));
      return change(state, event.task, undefined, (task) => ({ ...task, priority: highest + 1 }));
    }
    case 'stop-requested':
      return change(state, event.task, undefined, (task) => ({ ...task, stop: event.by }));
    case 'status-claimed':
      return claimed(state, event);
    case 'decision-requested':
      return asked(state, event);
    case 'decision-joined':
      return askedToo(state, event);
    case 'decision-made':
      return decided(state, event);
    case 'blocker-raised':
      return raised(state, event);
    case 'blocker-resolved':
      return cleared(state, event);
    case 'caution-approved':
      return { ...state, caution: { tree: event.tree, criteriaHash: event.criteriaHash, by: event.by } };
    case 'validation-finished':
      return { ...state, validation: { decision: event.decision, tree: event.tree, at: event.at } };
    case 'conflicts-foreseen':
      return { ...state, foreseen: event.conflicts };
    case 'merge-conflicted':
      return conflicted(state, event);
    case 'landing-sent-back':
      return sentBack(state, event);
    case 'landing-started':
      return landing(state, event);
    case 'landing-refused':
      return refused(state);
    case 'landing-finished':
      return landed(state, event);
    case 'undo-started':
      return undoing(state, event);
    case 'undo-refused':
      return undoRefused(state);
    case 'landing-undone':
      return undone(state, event);
    // on record for people, or for who keeps the thing it is about
    case 'claim-refused':
    case 'work-archived':
    case 'landing-proposed':
    case 'worktree-saved':
    case 'worktree-removed':
    case 'worktree-restored':
      return state;
    default:
      return unreachable(event);
  }
}

/** Time a launch was at work, for the budget of time; `at` is ISO. */
function workedUntil({ launch, worked = 0 }: State, at: string): Pick<State, 'worked'> {
  return launch === undefined ? {} : { worked: worked + Math.max(0, Date.parse(at) - Date.parse(launch.since)) };
}

/** The last thing known of a launch that was killed and could not say when it ended. */
function lastSign({ tasks, launch }: State): string {
  return Object.values(tasks).reduce((last, task) => (task.since > last ? task.since : last), launch?.since ?? '');
}

function rejected(state: State, event: EventOf<'review-rejected'>): State {
  const counted = change(state, event.task, undefined, (task) => ({ ...task, rejections: event.rejection }));
  const fresh = event.fresh === true;
  return reset(counted, event.reset, event.at, (id) => {
    const findings = event.findings.filter((finding) => finding.task === undefined || finding.task === id);
    return event.goto.includes(id) ? { findings, fresh } : {};
  });
}

function claimed(state: State, event: EventOf<'status-claimed'>): State {
  const claim = { word: event.word, by: event.by, ...(event.message === undefined ? {} : { message: event.message }) };
  const noted = change(state, event.task, event.at, (task) => ({ ...task, claim }));
  const mine = state.decisions.find((open) => open.task === event.task && open.kind === 'manual');
  if (mine === undefined || event.word !== 'Completed') return noted;
  // a person working by hand says so in the plan: that answers the question, and the work is judged like any other
  const answered = { ...noted, decisions: noted.decisions.filter((open) => open !== mine) };
  return change(answered, event.task, event.at, (task) => ({ ...task, phase: { name: 'checking', outcome: 'exited' } }));
}
