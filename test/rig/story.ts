/** Short ways to tell what happened in a run: a plan from lines, events from calls, and pictures of what follows from them. */
import type { Action } from '../../src/core/action.ts';
import type { Limits } from '../../src/core/decide.ts';
import { decide } from '../../src/core/decide.ts';
import type { Event, Failure, NewEvent } from '../../src/core/event.ts';
import type { CommitId, TaskId } from '../../src/core/ids.ts';
import { commitId, taskId } from '../../src/core/ids.ts';
import type { Plan, PlannedTask, StatusWord } from '../../src/core/plan.ts';
import { fold } from '../../src/core/reduce.ts';
import type { Finding, ReviewVerdict } from '../../src/core/review.ts';
import type { State } from '../../src/core/state.ts';

/** A plan from lines like `T3 review < T1 T2, sends back to build at most 3, retries 2`. */
export function plan(...lines: readonly string[]): Plan {
  return {
    iteration: '001-story',
    workflow: 'story',
    target: 'refs/heads/main',
    base: commitId('base'),
    created: '2026-01-10T12:00:00.000Z',
    strategy: 'linear',
    maxParallel: 3,
    environment: 'dev',
    human: 'optional',
    tasks: lines.map(plannedTask),
  };
}

function plannedTask(line: string): PlannedTask {
  const [head = '', ...extras] = line.split(', ');
  const [name = '', needs = ''] = head.split(' < ');
  const [id = '', step = ''] = name.trim().split(' ');
  const [, alternative] = /alternative (\S+)/.exec(line) ?? [];
  const [, among] = /picks ([T\d ]+)/.exec(line) ?? [];
  const [, goto, max] = /sends back to (\S+) at most (\d+)/.exec(line) ?? [];
  const retries = extras.find((extra) => extra.startsWith('retries '))?.slice('retries '.length);
  return {
    id: taskId(id),
    step,
    title: `Do ${id}`,
    role: 'builder',
    agent: 'rehearsal',
    instance: `builder-${id}`,
    branch: `refs/heads/iter/001-story/${id.toLowerCase()}`,
    needs: needs.split(' ').filter(Boolean).map(taskId),
    group: 'A',
    targets: [],
    deliverables: [],
    ...(alternative === undefined ? {} : { alternative }),
    ...(among === undefined ? {} : { pick: { among: among.trim().split(' ').map(taskId), tie: 'human' as const } }),
    ...(extras.includes('at the end') ? { finally: true } : {}),
    ...(goto === undefined ? {} : { gate: { report: 'REVIEW.md', goto, max: Number(max) } }),
    retries: Number(retries ?? 0),
    timeout: 60_000,
    permission: 'edit',
    estimateTokens: 1000,
    estimateMinutes: 1,
    risk: { score: 1, level: 'low' },
    prompt: `agent-prompts/${id}.md`,
  };
}

export type Told = NewEvent | readonly NewEvent[];

/** The events of a plan's run, a second apart, the first at noon. */
export function told(of: Plan, ...parts: readonly Told[]): Event[] {
  const created: NewEvent = {
    type: 'iteration-created',
    iteration: of.iteration,
    workflow: of.workflow,
    tasks: of.tasks.map((task) => task.id),
  };
  return [created, ...parts.flat()].map((event, index) => ({ ...event, at: secondsAfterNoon(index) }));
}

export const secondsAfterNoon = (seconds: number): string => new Date(Date.UTC(2026, 0, 10, 12, 0, seconds)).toISOString();

export const after = (of: Plan, ...parts: readonly Told[]): State => fold(told(of, ...parts));

export const headOf = (task: string, attempt = 1): CommitId => commitId(`${task}-head-${attempt}`);

/** The ground is ready, the agent is not there yet. */
export const prepared = (task: string, attempt = 1): NewEvent => ({
  type: 'attempt-prepared',
  task: taskId(task),
  attempt,
  worktree: `/trees/${task}`,
  base: commitId(`${task}-base`),
  head: commitId(`${task}-base`),
});

export const running = (task: string, attempt = 1): readonly NewEvent[] => [
  prepared(task, attempt),
  { type: 'attempt-started', task: taskId(task), attempt, agent: 'rehearsal', pid: 100 + attempt, log: `.run/logs/${task}-${attempt}.log` },
];

type Ending = Extract<NewEvent, { type: 'attempt-ended' }>;

export const ended = (task: string, attempt = 1, outcome: Ending['outcome'] = 'exited', reason?: string): NewEvent => ({
  type: 'attempt-ended',
  task: taskId(task),
  attempt,
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

/** An attempt whose agent says of its own end how it went. */
export const wentBy = (task: string, attempt: number, end: Pick<Ending, 'exit' | 'verdict' | 'reason'>): NewEvent => ({
  type: 'attempt-ended',
  task: taskId(task),
  attempt,
  outcome: 'exited',
  ...end,
});

export const interrupted = (task: string, attempt = 1): NewEvent => ({
  type: 'attempt-interrupted',
  task: taskId(task),
  attempt,
  reason: 'iter was ended',
});

export const failures = (...ids: readonly string[]): Failure[] => ids.map((id) => ({ id, message: `${id} is wrong` }));

interface Judgement {
  readonly fails?: readonly string[];
  readonly warns?: readonly string[];
  readonly verdict?: ReviewVerdict;
  readonly findings?: readonly Finding[];
}

export const judged = (task: string, attempt: number, { fails = [], warns = [], verdict, findings }: Judgement = {}): NewEvent => ({
  type: 'checks-finished',
  task: taskId(task),
  attempt,
  commit: headOf(task, attempt),
  failures: failures(...fails),
  warnings: failures(...warns),
  ...(verdict === undefined ? {} : { verdict }),
  ...(findings === undefined ? {} : { findings }),
});

/** A whole attempt, as far as the result of its checks. */
export const checked = (task: string, attempt = 1, judgement: Judgement = {}): readonly NewEvent[] => [
  ...running(task, attempt),
  ended(task, attempt),
  judged(task, attempt, judgement),
];

/** A whole attempt that was accepted. */
export const accepted = (task: string, attempt = 1, judgement: Judgement = {}): readonly NewEvent[] => [
  ...checked(task, attempt, judgement),
  { type: 'task-accepted', task: taskId(task), attempt, commit: headOf(task, attempt) },
];

export const sentBack = (task: string, attempt: number, ...ids: readonly string[]): NewEvent => ({
  type: 'task-sent-back',
  task: taskId(task),
  attempt,
  failures: failures(...ids),
});

export const failed = (task: string, attempt = 1): readonly NewEvent[] => [
  ...checked(task, attempt, { fails: ['tests'] }),
  { type: 'task-failed', task: taskId(task), attempt, reason: 'given up' },
];

/** A finding from `must F1 T2`: about T2; without a task about the whole step. */
export function finding(text: string): Finding {
  const [level = '', id = '', task] = text.split(' ');
  return { id, level: level as Finding['level'], title: `${id} is open`, ...(task === undefined ? {} : { task: taskId(task) }) };
}

/** A whole review that asks for changes, as far as its checks. */
export const objecting = (task: string, attempt: number, ...findings: readonly string[]): readonly NewEvent[] =>
  checked(task, attempt, { verdict: 'changes_requested', findings: findings.map(finding) });

/** What the engine records when a gate sends work back. */
export function rejected(task: string, rejection: number, work: { goto: string; reset: string }, ...findings: readonly string[]): NewEvent {
  const ids = (text: string): TaskId[] => text.split(' ').map(taskId);
  return {
    type: 'review-rejected',
    task: taskId(task),
    attempt: rejection,
    rejection,
    goto: ids(work.goto),
    reset: ids(work.reset),
    findings: findings.map(finding),
  };
}

export const claimed = (task: string, word: StatusWord, by = 'plan', message?: string): NewEvent => ({
  type: 'status-claimed',
  task: taskId(task),
  word,
  by,
  ...(message === undefined ? {} : { message }),
});

export const asked = (task: string, id: string, kind: 'manual' | 'escalation' = 'escalation'): NewEvent => ({
  type: 'decision-requested',
  id,
  kind,
  task: taskId(task),
  question: `What about ${task}?`,
  options: [{ id: 'again', label: 'again' }],
});

export const answered = (id: string, option: string, also: { reset?: string; reason?: string } = {}): NewEvent => ({
  type: 'decision-made',
  id,
  option,
  by: 'ada',
  ...(also.reason === undefined ? {} : { reason: also.reason }),
  ...(also.reset === undefined ? {} : { reset: also.reset.split(' ').map(taskId) }),
});

export const conflicted = (task: string, reset: string, ...paths: readonly string[]): NewEvent => ({
  type: 'merge-conflicted',
  task: taskId(task),
  attempt: 1,
  onto: commitId('onto'),
  archive: `refs/iter/archive/${task}/1`,
  paths,
  reset: reset.split(' ').map(taskId),
});

export const landing = (...tasks: readonly string[]): NewEvent => ({
  type: 'landing-started',
  target: 'refs/heads/main',
  before: commitId('before'),
  after: commitId('after'),
  tree: 'tree' as never,
  tasks: tasks.map(taskId),
  backup: 'refs/iter/backup/x',
});

export const landed = (...tasks: readonly string[]): NewEvent => ({
  type: 'landing-finished',
  target: 'refs/heads/main',
  before: commitId('before'),
  after: commitId('after'),
  tasks: tasks.map(taskId),
  commits: tasks.length,
  decision: 'GO',
});

/** The phases, like `T1 accepted`; with what is awaited or why it was sent back. */
export function picture(of: Plan, ...parts: readonly Told[]): string[] {
  const state = after(of, ...parts);
  return of.tasks.map((task) => {
    const phase = state.tasks[task.id]?.phase;
    if (phase === undefined) return `${task.id} unknown`;
    if (phase.name === 'awaiting-human') return `${task.id} awaits ${phase.decision}`;
    if (phase.name === 'rejected') return `${task.id} rejected: ${phase.reasons.join('; ')}`;
    if (phase.name === 'failed') return `${task.id} failed: ${phase.reason}`;
    return `${task.id} ${phase.name}`;
  });
}

const FREE: Limits = { maxParallel: 10, busy: new Set() };

/** What would be done next, like `start T2 #1`. */
export function actions(of: Plan, parts: readonly Told[], limits: Partial<Limits> = {}): string[] {
  return decide(of, after(of, ...parts), { ...FREE, ...limits }).map(actionText);
}

function actionText(action: Action): string {
  switch (action.do) {
    case 'start':
      return `start ${action.task} #${action.attempt}`;
    case 'send-back':
      return `send back ${action.task}: ${action.failures.map((failure) => failure.id).join(' ')}`;
    case 'reject':
      return `reject ${action.task} (${action.rejection}) to ${action.goto.join(' ')}, reset ${action.reset.join(' ')}: ${action.findings.map((one) => one.id).join(' ')}`;
    case 'fail':
      return `fail ${action.task}: ${action.reason}`;
    case 'ask':
      return `ask ${action.id} (${action.options.map((option) => option.id).join('|')}): ${action.question}`;
    default:
      return `${action.do} ${action.task}`;
  }
}
