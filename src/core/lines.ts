/** What changed between two pictures of a run, one line per change: the monitor for pipes, CI and dumb terminals. */
import { oneLine } from './visible.ts';
import type { PendingDecision, Snapshot, TaskView } from './view.ts';

interface Change {
  /** Milliseconds; NaN when nobody knows. */
  readonly at: number;
  readonly text: string;
}

/** Lines of the form `12:03:07 T2 running attempt 1 (rehearsal)`, oldest first, times in UTC; without `before` everything under way counts as changed. */
export function changeLines(before: Snapshot | undefined, after: Snapshot): string[] {
  const latest = latestTime(after);
  const changes = [...taskChanges(before, after, latest), ...decisionChanges(before, after, latest), ...runChanges(before, after, latest)];
  return changes.toSorted((a, b) => orderOf(a) - orderOf(b)).map((change) => `${clock(change.at)} ${change.text}`);
}

function taskChanges(before: Snapshot | undefined, after: Snapshot, latest: number): Change[] {
  const old = new Map(before?.tasks.map((task) => [task.id, task]));
  const kept = new Set(after.tasks.map((task) => task.id));
  const gone = [...old.keys()].filter((id) => !kept.has(id));
  const changed = after.tasks.filter((task) => {
    const previous = old.get(task.id);
    if (previous !== undefined) return previous.state !== task.state || previous.attempt !== task.attempt;
    return before !== undefined || task.state !== 'waiting';
  });
  return [
    ...gone.map((id) => ({ at: latest, text: `${id} is no longer in the plan` })),
    ...changed.map((task) => ({ at: timeOf(task, after), text: taskText(task) })),
  ];
}

function taskText(task: TaskView): string {
  const attempt = task.attempt === 0 ? '' : ` attempt ${task.attempt}`;
  const agent = task.state === 'starting' || task.state === 'running' ? ` (${task.agent})` : '';
  const needs = task.state === 'waiting' && task.blockedBy.length > 0 ? ` for ${task.blockedBy.join(', ')}` : '';
  const reason = task.reason === undefined ? '' : `: ${task.reason}`;
  return oneLine(`${task.id} ${task.state}${needs}${attempt}${agent}${reason}`);
}

function decisionChanges(before: Snapshot | undefined, after: Snapshot, latest: number): Change[] {
  const open = before?.decisions ?? [];
  const asked = after.decisions.filter((decision) => !open.some((one) => one.id === decision.id));
  const settled = open.filter((decision) => !after.decisions.some((one) => one.id === decision.id));
  return [
    ...settled.map((decision) => ({
      at: latest,
      text: `${decision.task} no longer waits for ${decision.id}`,
    })),
    ...asked.map((decision) => ({ at: Date.parse(decision.since), text: decisionText(decision) })),
  ];
}

function decisionText(decision: PendingDecision): string {
  const options = decision.options.map((option) => option.id).join('|');
  return oneLine(`${decision.task} needs you: ${decision.question} Answer: iter decide ${decision.id} --option ${options}`);
}

function runChanges(before: Snapshot | undefined, after: Snapshot, latest: number): Change[] {
  const changes: Change[] = [];
  if (after.status !== before?.status) {
    const accepted = after.tasks.filter(
      (task) => task.state === 'accepted' || task.state === 'merged' || task.state === 'skipped' || task.state === 'superseded',
    ).length;
    changes.push({
      at: latest,
      text: `${after.iteration} ${after.status}, ${accepted} of ${after.tasks.length} tasks accepted`,
    });
  }
  const known = new Set(before?.foreseen.map(({ a, b }) => `${a} ${b}`));
  for (const { a, b, paths } of after.foreseen) {
    if (!known.has(`${a} ${b}`)) changes.push({ at: latest, text: oneLine(`${a} and ${b} would conflict in ${paths.join(', ')}`) });
  }
  if (after.decision !== undefined && after.decision !== before?.decision) {
    changes.push({ at: latest, text: `${after.iteration} validated: ${after.decision}` });
  }
  return changes;
}

/** A task becomes ready when the last of its needs is met: `since` still tells when it began to wait. */
function timeOf(task: TaskView, snapshot: Snapshot): number {
  const own = Date.parse(task.since);
  if (task.state !== 'ready') return own;
  const needs = snapshot.tasks.filter((other) => task.needs.includes(other.id)).map((other) => Date.parse(other.since));
  return Math.max(own, ...needs);
}

function latestTime(snapshot: Snapshot): number {
  const moments = [...snapshot.tasks, ...snapshot.decisions].map((one) => Date.parse(one.since));
  const started = snapshot.started === undefined ? Number.NaN : Date.parse(snapshot.started);
  const known = [...moments, started].filter((moment) => isKnown(moment));
  return known.length === 0 ? Number.NaN : Math.max(...known);
}

const orderOf = (change: Change): number => (isKnown(change.at) ? change.at : 0);
/** The start of 1970 stands for "never" in a view. */
const isKnown = (moment: number): boolean => moment > 0;
const clock = (moment: number): string => (isKnown(moment) ? new Date(moment).toISOString().slice(11, 19) : '--:--:--');
