/** Folds events into the state. Pure: no clock, no files; an event about an unknown task is ignored, not fatal. */
import type { Event } from './event.ts';
import type { CommitId, TaskId } from './ids.ts';
import type { ProviderLimit } from './provider-limit.ts';
import { cleared, decided, raised, withBudget } from './reduce-decision.ts';
import { reset } from './reset.ts';
import type { RunVerdict } from './run-verdict.ts';
import { sessionAfter, type SessionLeft } from './session.ts';
import { joined } from './sign-in.ts';
import type { State, TaskState } from './state.ts';
import {
  SETTLED,
  attemptOver,
  change,
  during,
  isKnown,
  newTask,
  rephase,
  stirred,
  withoutClaim,
  withoutStall,
  withoutStop,
} from './task-change.ts';
import { unreachable } from './unreachable.ts';

export const EMPTY: State = { tasks: {}, decisions: [], blockers: [], asked: [], conflicts: [] };

/** The state after all events, in order. */
export function fold(events: readonly Event[], from: State = EMPTY): State {
  return events.reduce(reduce, from);
}

/** The state after one more event. */
export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'iteration-created': {
      const fresh = Object.fromEntries(event.tasks.map((id) => [id, newTask(event.at)]));
      return { ...state, tasks: { ...fresh, ...state.tasks } };
    }
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
    case 'task-stalled':
      return during(['running'], state, event, (task) => ({ ...task, stalled: { since: event.since, evidence: event.evidence } }));
    case 'task-stirred':
      return during(['running'], stirred(state, event.task), event, withoutStall);
    case 'provider-limited':
      return limited(attemptOver(state, event.task), event);
    case 'limit-probed': {
      const limit = state.limits?.[event.provider];
      return limit === undefined ? state : { ...state, limits: { ...state.limits, [event.provider]: { ...limit, probe: event.task } } };
    }
    case 'attempt-prepared':
      return change(state, event.task, event.at, (task) => ({
        ...withoutClaim(prepared(task)),
        ...(event.inputs === undefined ? {} : { inputs: event.inputs }),
        ...(event.told === undefined ? {} : { told: event.told }),
        phase: { name: 'starting' },
        // an attempt that was interrupted starts again under its own number and uses up nothing
        tries: event.attempt === task.attempt ? task.tries : task.tries + 1,
        attempt: event.attempt,
        worktree: event.worktree,
        base: event.base,
        head: event.head,
      }));
    case 'attempt-started':
      // twice when its agent did not know the session it was to go on with
      return during(['starting', 'running'], state, event, (task) => ({
        ...task,
        started: task.started ?? event.at,
        log: event.log,
        phase: event.pid === undefined ? { name: 'starting' } : { name: 'running', pid: event.pid },
      }));
    case 'attempt-ended':
      return during(['starting', 'running'], limitsAfter(attemptOver(state, event.task), event), event, (task) => ({
        ...withSession(withoutStop(task), event.session, event.verdict),
        phase: {
          name: 'checking',
          outcome: event.outcome,
          ...(event.reason === undefined ? {} : { reason: event.reason }),
          ...(event.verdict === undefined ? {} : { verdict: event.verdict }),
        },
      }));
    case 'foreign-write-found': {
      const { id, tasks, writes, at } = event;
      return { ...state, foreign: [...(state.foreign ?? []), { id, tasks, writes, at }] };
    }
    case 'attempt-interrupted':
      return during(['starting', 'running'], attemptOver(state, event.task), event, (task) => ({
        ...withSession(withoutClaim(task), undefined),
        phase: { name: 'waiting' },
      }));
    case 'work-committed':
      return change(state, event.task, undefined, (task) => ({ ...task, head: event.commit }));
    case 'work-archived':
      return state;
    case 'checks-finished':
      return during(['checking'], state, event, (task) => ({
        ...task,
        head: event.commit,
        warnings: event.warnings,
        findings: event.findings ?? task.findings,
        ...(event.outputs === undefined ? {} : { outputs: event.outputs }),
        ...(event.verdict === undefined ? {} : { verdict: event.verdict }),
        phase: {
          name: 'checked',
          commit: event.commit,
          failures: event.failures,
          findings: event.findings ?? [],
          ...(event.cause === undefined ? {} : { cause: event.cause }),
          ...(event.verdict === undefined ? {} : { verdict: event.verdict }),
        },
      }));
    case 'task-accepted':
      return change(state, event.task, event.at, (task) => ({
        ...task,
        head: event.commit,
        ...SETTLED,
        accepted: event.at,
        ...doneWith(task, event),
        phase: { name: 'accepted', commit: event.commit },
      }));
    case 'task-still-valid':
      return change(state, event.task, event.at, (task) => ({
        ...withoutClaim(task),
        ...(task.done === undefined ? {} : { base: task.done.base, inputs: task.done.inputs }),
        head: event.commit,
        ...SETTLED,
        accepted: event.at,
        phase: { name: 'accepted', commit: event.commit },
      }));
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
    case 'task-skipped':
      return change(state, event.task, event.at, (task) => ({
        ...withoutClaim(withoutSkip(task)),
        base: event.commit,
        head: event.commit,
        phase: { name: 'skipped', commit: event.commit, reason: event.reason },
      }));
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
    case 'review-rejected': {
      const counted = change(state, event.task, undefined, (task) => ({ ...task, rejections: event.rejection }));
      return sendBack(counted, event);
    }
    case 'task-failed':
      return change(state, event.task, event.at, (task) => ({ ...task, phase: { name: 'failed', reason: event.reason } }));
    case 'status-claimed':
      return claimed(state, event);
    case 'claim-refused':
      return state;
    case 'stop-requested':
      return change(state, event.task, undefined, (task) => ({ ...task, stop: event.by }));
    case 'decision-requested': {
      if (!isKnown(state, event.task) || state.decisions.some((open) => open.id === event.id)) return state;
      const { id, kind, task, question, options, until, onTimeout, beside, about, signIn } = event;
      const box = { ...(until === undefined ? {} : { until }), ...(onTimeout === undefined ? {} : { onTimeout }) };
      if (beside === true) {
        const more = about === undefined ? {} : { about };
        const open = { id, kind, task, question, options, since: event.at, beside, ...more, ...box };
        return { ...state, decisions: [...state.decisions, open], asked: [...state.asked, id] };
      }
      const account = signIn === undefined ? {} : { signIn: { ...signIn, asked: question, others: [] } };
      const asked = {
        ...state,
        decisions: [...state.decisions, { id, kind, task, question, options, since: event.at, ...box, ...account }],
      };
      // a stalled attempt goes on while a person thinks
      if (kind === 'stall') return asked;
      return change(asked, task, event.at, (old) => ({ ...old, phase: { name: 'awaiting-human', decision: id } }));
    }
    case 'decision-joined': {
      if (!isKnown(state, event.task) || !state.decisions.some((open) => open.id === event.id)) return state;
      const decisions = state.decisions.map((open) => (open.id === event.id ? joined(open, event.task) : open));
      return change({ ...state, decisions }, event.task, event.at, (task) => ({
        ...task,
        phase: { name: 'awaiting-human', decision: event.id },
      }));
    }
    case 'blocker-raised':
      return raised(state, event);
    case 'blocker-resolved':
      return cleared(state, event);
    case 'decision-made':
      return decided(state, event);
    case 'caution-approved':
      return { ...state, caution: { tree: event.tree, criteriaHash: event.criteriaHash, by: event.by } };
    case 'validation-finished':
      return { ...state, validation: { decision: event.decision, tree: event.tree, at: event.at } };
    case 'merge-conflicted': {
      if (!isKnown(state, event.task)) return state;
      const noted = {
        ...state,
        conflicts: [...state.conflicts.filter((one) => one.task !== event.task), { task: event.task, paths: event.paths }],
      };
      const reason = `its work conflicts with other accepted work in ${event.paths.join(', ')}; this attempt starts from that work, and the work of attempt ${event.attempt} is kept at ${event.archive}: bring it in again (git merge ${event.archive}) and resolve by hand what conflicts`;
      const again = reset(noted, event.reset, event.at, (id) => (id === event.task ? { feedback: reason } : {}));
      return change(again, event.task, undefined, (task) => ({ ...task, onto: event.onto }));
    }
    case 'conflicts-foreseen':
      return { ...state, foreseen: event.conflicts };
    case 'landing-started':
      return { ...state, landing: landingOf(event) };
    case 'landing-sent-back': {
      if (!isKnown(state, event.task)) return state;
      const failed = event.failures.map(({ id, message }) => `${id}: ${message}`).join('; ');
      const reason = `what was to land was red with its work and green without it (${failed}); this attempt starts from what has landed, and the work of attempt ${event.attempt} is kept at ${event.archive}: bring it in again (git merge ${event.archive}) and mend what fails`;
      const again = reset(state, event.reset, event.at, (id) => (id === event.task ? { feedback: reason } : {}));
      return change(again, event.task, undefined, (task) => ({ ...task, onto: event.onto }));
    }
    case 'landing-refused': {
      const { landing: _none, ...rest } = state;
      return rest;
    }
    case 'landing-finished': {
      const { landing: _done, landed: earlier, ...rest } = state;
      const { target, before, after, decision, at } = event;
      const tasks = event.tasks.filter((id) => isKnown(state, id) && state.tasks[id]?.phase.name === 'accepted');
      const landed = { target, before, after, tasks, at, decision, ...(earlier === undefined ? {} : { earlier }) };
      return rephase({ ...rest, landed, conflicts: [], foreseen: [] }, tasks, at, 'merged');
    }
    case 'landing-proposed':
    case 'worktree-saved':
    case 'worktree-removed':
    case 'worktree-restored':
      return state;
    case 'undo-started': {
      const { target, before, after, kept } = event;
      return { ...state, undoing: { target, before, after, kept } };
    }
    case 'undo-refused': {
      const { undoing: _none, ...rest } = state;
      return rest;
    }
    case 'landing-undone': {
      const { landed, undoing: _done, ...rest } = state;
      if (landed === undefined) return rest;
      const again = landed.earlier === undefined ? rest : { ...rest, landed: landed.earlier };
      return rephase(again, landed.tasks, event.at, 'accepted');
    }
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

function landingOf({ target, before, after, tasks, sentBack }: Extract<Event, { type: 'landing-started' }>): NonNullable<State['landing']> {
  return { target, before, after, tasks, ...(sentBack === undefined ? {} : { sentBack }) };
}

/** What a task no longer is once an attempt has its ground: work that is being done anew is not valid any more, even if the attempt is cut off. */
function prepared(task: TaskState): TaskState {
  const { fresh: _started, resumes: _again, afterStop: _done, done: _redone, ...rest } = task;
  return rest;
}

/** Of a session only the last one counts, and none when the attempt left none that is sound. */
function withSession(task: TaskState, left: SessionLeft | undefined, verdict?: RunVerdict): TaskState {
  const { session: _before, ...rest } = task;
  const session = sessionAfter(left, { told: task.told, verdict });
  return session === undefined ? rest : { ...rest, session };
}

/** A refusal counts against the provider, once for all that were at work with it when it came; a probe that is refused is the next one. */
function limited(state: State, event: Extract<Event, { type: 'provider-limited' }>): State {
  const { provider, task, until, guessed, reason, at } = event;
  const before = state.limits?.[provider];
  const counts = before === undefined || before.probe === task;
  const limit: ProviderLimit = {
    // of several refusals of the same moment the latest end holds, and a time that was said over one that is guessed
    until: counts || (before.guessed && !guessed) || (before.guessed === guessed && until > before.until) ? until : before.until,
    guessed: counts ? guessed : before.guessed && guessed,
    since: before?.since ?? at,
    reason,
    refusals: (before?.refusals ?? 0) + (counts ? 1 : 0),
    ...(counts || before.probe === undefined ? {} : { probe: before.probe }),
  };
  const known = { ...state, limits: { ...state.limits, [provider]: limit } };
  return during(['starting', 'running'], known, event, (old) => ({
    ...withSession(withoutClaim(old), event.session, 'rate_limited'),
    resumes: true,
    phase: { name: 'limited', provider },
  }));
}

/** An attempt that tried a limit and came to an end of its own shows that the limit is over. */
function limitsAfter(state: State, { task, outcome }: Extract<Event, { type: 'attempt-ended' }>): State {
  if (outcome !== 'exited' || state.limits === undefined) return state;
  const limits = Object.fromEntries(Object.entries(state.limits).filter(([, limit]) => limit.probe !== task));
  return { ...state, limits };
}

function withoutSkip(task: TaskState): TaskState {
  const { skip: _done, ...rest } = task;
  return rest;
}

function doneWith(task: TaskState, { attempt, commit }: { readonly attempt: number; readonly commit: CommitId }): Pick<TaskState, 'done'> {
  if (task.inputs === undefined || task.base === undefined) return {};
  return { done: { inputs: task.inputs, attempt, base: task.base, commit } };
}

function sendBack(state: State, event: Extract<Event, { type: 'review-rejected' }>): State {
  const about = (id: TaskId) => event.findings.filter((finding) => finding.task === undefined || finding.task === id);
  const fresh = event.fresh === true;
  return reset(state, event.reset, event.at, (id) => (event.goto.includes(id) ? { findings: about(id), fresh } : {}));
}

/** One alternative is taken; the others wait aside, as they were, in case the pick is taken back. */
function picked(state: State, event: Extract<Event, { type: 'alternative-picked' }>): State {
  const { task, attempt, winner, losers, commit, at } = event;
  if (!isKnown(state, task)) return state;
  const passed = losers.reduce((next, id) => change(next, id, at, (old) => passedOver(old, winner, commit)), state);
  return change(passed, task, at, (old) => {
    const { choice: _carriedOut, ...rest } = withoutClaim(old);
    const done = { attempt, base: commit, head: commit, started: old.started ?? at, accepted: at, picked: { winner, losers } };
    return { ...rest, ...SETTLED, ...done, phase: { name: 'accepted', commit } };
  });
}

function passedOver(task: TaskState, winner: TaskId, otherwise: CommitId): TaskState {
  const { phase } = task;
  if (phase.name !== 'accepted' && phase.name !== 'failed') return task;
  return { ...task, phase: { name: 'superseded', commit: task.base ?? otherwise, winner, before: phase } };
}

function grown(state: State, event: Extract<Event, { type: 'tasks-added' }>): State {
  const { tasks: ids, parent, dropped, commit, at } = event;
  const fresh = Object.fromEntries(ids.map((id) => [id, newTask(at)]));
  const known = { ...state, tasks: { ...fresh, ...state.tasks } };
  if (parent === undefined) return known;
  const reason = 'it is no longer in the list it came from';
  // an item that is back in the list is work again
  const back = ids.reduce<State>(
    (next, id) => change(next, id, at, (task) => (task.phase.name === 'skipped' ? { ...task, phase: { name: 'waiting' } } : task)),
    known,
  );
  const without = dropped.reduce<State>(
    (next, id) =>
      commit === undefined
        ? next
        : change(next, id, at, (task) => ({
            ...withoutClaim(task),
            base: commit,
            head: commit,
            phase: { name: 'skipped', commit, reason },
          })),
    back,
  );
  return change(without, parent, undefined, (task) => ({ ...task, parts: { tasks: ids, stale: false } }));
}

function claimed(state: State, event: Extract<Event, { type: 'status-claimed' }>): State {
  const claim = { word: event.word, by: event.by, ...(event.message === undefined ? {} : { message: event.message }) };
  const noted = change(state, event.task, event.at, (task) => ({ ...task, claim }));
  const mine = state.decisions.find((open) => open.task === event.task && open.kind === 'manual');
  if (mine === undefined || event.word !== 'Completed') return noted;
  // a person working by hand says so in the plan: that answers the question, and the work is judged like any other
  const answered = { ...noted, decisions: noted.decisions.filter((open) => open !== mine) };
  return change(answered, event.task, event.at, (task) => ({ ...task, phase: { name: 'checking', outcome: 'exited' } }));
}
