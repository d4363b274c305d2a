/** A snapshot as the JSON of CONTRACT.md and as a table for people. */
import { usageText } from '../core/budget.ts';
import type { Plan } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import type { Snapshot, TaskView } from '../core/view.ts';

/** The object `iter status --json` prints. */
export function statusJson(plan: Plan, state: State, view: Snapshot): Record<string, unknown> {
  const models = new Map(plan.tasks.map((task) => [task.id, task.model]));
  return {
    iteration: view.iteration,
    status: view.status,
    decision: view.decision ?? null,
    tasks: view.tasks.map((task) => ({
      id: task.id,
      step: task.step,
      role: task.role,
      agent: task.agent,
      ...(models.get(task.id) === undefined ? {} : { model: models.get(task.id) }),
      state: task.state,
      word: task.word,
      attempt: task.attempt,
      since: task.since,
      branch: task.branch,
      worktree: task.worktree ?? null,
      commit: task.commit ?? null,
      tokens: task.used.tokens ?? null,
      costUsd: task.used.usd ?? null,
      needs: task.needs,
      blockedBy: task.blockedBy,
      reason: task.reason ?? null,
      blockers: task.blockers ?? [],
    })),
    decisions: view.decisions,
    budget: {
      estimateTokens: plan.tasks.reduce((sum, task) => sum + task.estimateTokens, 0),
      tokens: view.used.tokens ?? null,
      usd: view.used.usd ?? null,
      accounts: view.budgets.map(({ id, unit, used, limit }) => ({ id, unit, used, limit })),
    },
    conflicts: [...state.conflicts, ...(state.foreseen ?? []).map(({ a, b, paths }) => ({ task: b, with: a, paths, foreseen: true }))],
    foreign: view.foreign,
  };
}

/** The table `iter status` prints; `now` in milliseconds. */
export function statusText(view: Snapshot, now: number): string {
  const rows = view.tasks.map((task) => [
    task.id,
    task.title,
    `${task.role} (${task.agent})`,
    stateText(task),
    task.attempt === 0 ? '' : age(now - Date.parse(task.since)),
    whyText(task, now),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.min(column === 1 ? 36 : 28, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
  );
  const lines = rows.map((row) =>
    `  ${row.map((cell, column) => (widths[column] === undefined ? cell : cut(cell, widths[column]).padEnd(widths[column]))).join('  ')}`.trimEnd(),
  );
  const decisions = view.decisions.flatMap((open) => [
    `  ${open.id}: ${open.question}`,
    ...open.options.map((option) => `      iter decide ${open.id} --option ${option.id}    ${option.label}`),
  ]);
  const foreign = view.foreign.map(
    ({ tasks, what, open }) => `  ${tasks.join(', ')}: ${what.join('; ')}${open ? '' : ' (blocks nothing)'}`,
  );
  return [
    `${view.iteration}: ${STATUS_TEXT[view.status]}${view.decision === undefined ? '' : `, last decision ${view.decision}`}`,
    ...lines,
    ...budgetLines(view),
    ...(foreign.length === 0 ? [] : ['changed outside the worktrees while these ran:', ...foreign]),
    ...(decisions.length === 0 ? [] : ['needs you:', ...decisions]),
    ...foreseenLines(view),
  ].join('\n');
}

function budgetLines({ used, budgets }: Snapshot): string[] {
  if (budgets.length > 0)
    return ['budgets:', ...budgets.map(({ text, used: spent, limit }) => `  ${text} (${Math.floor((100 * spent) / limit)} %)`)];
  return used.tokens === undefined && used.usd === undefined ? [] : [`used: ${usageText(used)}`];
}

function foreseenLines({ foreseen }: Snapshot): string[] {
  if (foreseen.length === 0) return [];
  return ['would conflict as they stand:', ...foreseen.map(({ a, b, paths }) => `  ${a} and ${b}: ${paths.join(', ')}`)];
}

const STATUS_TEXT: Readonly<Record<Snapshot['status'], string>> = {
  planning: 'not started; next: iter launch',
  running: 'running',
  paused: 'paused; next: iter launch',
  'waiting-for-person': 'waits for a person',
  failed: 'failed',
  'ready-to-merge': 'every task accepted; next: iter validate, iter merge',
  merged: 'landed',
};

function stateText(task: TaskView): string {
  return task.attempt > 1 ? `${task.state} (attempt ${task.attempt})` : task.state;
}

function whyText(task: TaskView, now: number): string {
  const [first] = task.blockers ?? [];
  if (first !== undefined)
    return `${first.severity} for ${age(now - Date.parse(first.since))}: ${first.text.split('\n')[0] ?? ''} (${first.id})`;
  if (task.reason !== undefined) return task.reason.split('\n')[0] ?? '';
  return task.blockedBy.length === 0 || task.state !== 'waiting' ? '' : `needs ${task.blockedBy.join(', ')}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** A duration for a narrow column: 45s, 12m, 3h. */
function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`;
}
