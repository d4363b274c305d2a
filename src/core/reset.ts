/** The one way in which tasks start over, and what their next attempts are told. Pure. */
import type { TaskId } from './ids.ts';
import type { Finding } from './review.ts';
import { without } from './sign-in.ts';
import type { Phase, State, TaskState } from './state.ts';
import { change, isKnown, withoutClaim } from './task-change.ts';

export interface Reasons {
  readonly findings?: readonly Finding[];
  readonly feedback?: string;
  readonly fresh?: boolean;
}

/** The one operation behind rejection, conflict and a person's "again": these tasks start over; their earlier attempts stay on record. */
export function reset(state: State, ids: readonly TaskId[], at: string, why: (id: TaskId) => Reasons): State {
  const start: State = {
    ...state,
    decisions: state.decisions.flatMap((open) => (open.beside === true ? open : (without(open, ids) ?? []))),
  };
  const free = ids.reduce((next, id) => takenBack(next, id, at), start);
  return ids.reduce((next, id) => {
    const reasons = why(id);
    const told = isKnown(next, id) ? next.tasks[id] : undefined;
    // reasons nobody has been told yet outlive a reset that brings none
    const { findings = [], feedback, fresh = false } = isEmpty(reasons) && told !== undefined ? stillToHear(told) : reasons;
    const lines = [...findings.map(findingLine), ...(feedback === undefined ? [] : [feedback])];
    const rejected = change(next, id, at, (task) => {
      const {
        feedback: _before,
        skip: _asked,
        resumes: _cutOff,
        afterStop: _said,
        given: _old,
        overridden: _debt,
        ...rest
      } = withoutClaim(task);
      const phase: Phase = { name: 'rejected', reasons: lines };
      const parts = rest.parts === undefined ? {} : { parts: { ...rest.parts, stale: true } };
      return {
        ...rest,
        ...parts,
        ...(fresh ? { fresh } : {}),
        phase,
        tries: 0,
        failures: [],
        findings,
        ...(feedback === undefined ? {} : { feedback }),
      };
    });
    // by way of `rejected`, so that it is not taken for an attempt that was merely interrupted
    return lines.length > 0 ? rejected : change(rejected, id, at, (task) => ({ ...task, phase: { name: 'waiting' } }));
  }, free);
}

/** A pick that starts over passes over nobody any more. */
function takenBack(state: State, id: TaskId, at: string): State {
  const losers = state.tasks[id]?.picked?.losers;
  if (losers === undefined) return state;
  const open = change(state, id, undefined, ({ picked: _gone, choice: _old, ...rest }) => rest);
  return losers.reduce(
    (next, loser) => change(next, loser, at, (task) => (task.phase.name === 'superseded' ? { ...task, phase: task.phase.before } : task)),
    open,
  );
}

const isEmpty = ({ findings = [], feedback }: Reasons): boolean => findings.length === 0 && feedback === undefined;

/** What a task was sent back with and no attempt has been prepared with since; its own failed checks are no such reason. */
function stillToHear({ phase, failures, findings, feedback }: TaskState): Reasons {
  if (phase.name !== 'rejected' || failures.length > 0) return {};
  return { findings, ...(feedback === undefined ? {} : { feedback }) };
}

/** What the next attempt of a task is told, one line each. */
export function reasonsOf({ failures, findings, feedback }: TaskState): string[] {
  const failed = failures.map(({ id, message }) => `${id}: ${message}`);
  return [...failed, ...findings.map(findingLine), ...(feedback === undefined ? [] : [feedback])];
}

/** A finding as one line: `MUST F1: title (where)`. */
function findingLine(finding: Finding): string {
  const where = finding.where === undefined ? '' : ` (${finding.where})`;
  return `${finding.level.toUpperCase()} ${finding.id}: ${finding.title}${where}`;
}
