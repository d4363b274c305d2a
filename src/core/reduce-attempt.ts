/** What the course of an attempt does to the state: made ready, at work, refused by its provider, ended, judged. Pure. */
import type { EventOf } from './event.ts';
import type { ProviderLimit } from './provider-limit.ts';
import type { RunVerdict } from './run-verdict.ts';
import { sessionAfter, type SessionLeft } from './session.ts';
import type { State, TaskState } from './state.ts';
import { attemptOver, change, during, withoutClaim, withoutStop } from './task-change.ts';

export function prepared(state: State, event: EventOf<'attempt-prepared'>): State {
  return change(state, event.task, event.at, (task) => {
    // work that is being done anew is not valid any more, even if the attempt is cut off
    const { fresh: _started, resumes: _again, afterStop: _done, done: _redone, ...rest } = task;
    return {
      ...withoutClaim(rest),
      ...(event.inputs === undefined ? {} : { inputs: event.inputs }),
      ...(event.told === undefined ? {} : { told: event.told }),
      phase: { name: 'starting' },
      // an attempt that was interrupted starts again under its own number and uses up nothing
      tries: event.attempt === task.attempt ? task.tries : task.tries + 1,
      attempt: event.attempt,
      worktree: event.worktree,
      base: event.base,
      head: event.head,
    };
  });
}

/** Twice for an attempt whose agent did not know the session it was to go on with. */
export function started(state: State, event: EventOf<'attempt-started'>): State {
  return during(['starting', 'running'], state, event, (task) => ({
    ...task,
    started: task.started ?? event.at,
    log: event.log,
    phase: event.pid === undefined ? { name: 'starting' } : { name: 'running', pid: event.pid },
  }));
}

export function ended(state: State, event: EventOf<'attempt-ended'>): State {
  return during(['starting', 'running'], limitsAfter(attemptOver(state, event.task), event), event, (task) => ({
    ...withSession(withoutStop(task), event.session, event.verdict),
    phase: {
      name: 'checking',
      outcome: event.outcome,
      ...(event.reason === undefined ? {} : { reason: event.reason }),
      ...(event.verdict === undefined ? {} : { verdict: event.verdict }),
    },
  }));
}

/** An attempt that tried a limit and came to an end of its own shows that the limit is over. */
function limitsAfter(state: State, { task, outcome }: EventOf<'attempt-ended'>): State {
  if (outcome !== 'exited' || state.limits === undefined) return state;
  const limits = Object.fromEntries(Object.entries(state.limits).filter(([, limit]) => limit.probe !== task));
  return { ...state, limits };
}

export function interrupted(state: State, event: EventOf<'attempt-interrupted'>): State {
  return during(['starting', 'running'], attemptOver(state, event.task), event, (task) => ({
    ...withSession(withoutClaim(task), undefined),
    phase: { name: 'waiting' },
  }));
}

/** A refusal counts against the provider, once for all that were at work with it when it came; a probe that is refused is the next one. */
export function limited(state: State, event: EventOf<'provider-limited'>): State {
  const { provider, task, until, guessed, reason, at } = event;
  const over = attemptOver(state, task);
  const before = over.limits?.[provider];
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
  const known = { ...over, limits: { ...over.limits, [provider]: limit } };
  return during(['starting', 'running'], known, event, (old) => ({
    ...withSession(withoutClaim(old), event.session, 'rate_limited'),
    resumes: true,
    phase: { name: 'limited', provider },
  }));
}

export function probed(state: State, { provider, task }: EventOf<'limit-probed'>): State {
  const limit = state.limits?.[provider];
  return limit === undefined ? state : { ...state, limits: { ...state.limits, [provider]: { ...limit, probe: task } } };
}

export function judged(state: State, event: EventOf<'checks-finished'>): State {
  const verdict = event.verdict === undefined ? {} : { verdict: event.verdict };
  return during(['checking'], state, event, (task) => ({
    ...task,
    head: event.commit,
    warnings: event.warnings,
    findings: event.findings ?? task.findings,
    ...(event.outputs === undefined ? {} : { outputs: event.outputs }),
    ...verdict,
    phase: {
      name: 'checked',
      commit: event.commit,
      failures: event.failures,
      findings: event.findings ?? [],
      ...(event.cause === undefined ? {} : { cause: event.cause }),
      ...verdict,
    },
  }));
}

/** Of a session only the last one counts, and none when the attempt left none that is sound. */
function withSession(task: TaskState, left: SessionLeft | undefined, verdict?: RunVerdict): TaskState {
  const { session: _before, ...rest } = task;
  const session = sessionAfter(left, { told: task.told, verdict });
  return session === undefined ? rest : { ...rest, session };
}
