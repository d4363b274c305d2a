/** The figures of a plan as people read them: time, tokens, cost, counts of checks, and the questions they answer. */
import type { Check } from '../core/check.ts';
import type { Plan } from '../core/plan.ts';
import { minutesText, schedule } from '../core/schedule.ts';
import type { Role } from '../core/workflow.ts';
import type { Figures, IterationValues } from './template-values.ts';

type Roles = Readonly<Record<string, Role>>;

/** Share of the sequential time, in per cent, that makes several agents worth their overhead (seed 004, section 1). */
const WORTHWHILE = 40;

/** Computes every number of the plan; a cost without a price is said to be unknown, never guessed. */
export function figuresOf(plan: Plan, roles: Roles, checks: readonly Check[]): Figures {
  const planned = schedule(plan.tasks, plan.maxParallel);
  const models = [...new Set(plan.tasks.map((task) => roles[task.role]?.model ?? "the agent's default"))];
  const count = (level: Check['level']): number => checks.filter((check) => check.level === level).length;
  return {
    wallClock: minutesText(planned.minutes),
    sequential: minutesText(planned.sequentialMinutes),
    criticalPath: minutesText(planned.criticalPath.minutes),
    criticalPathTasks: planned.criticalPath.tasks,
    savedPercent: planned.savedPercent,
    mostAtOnce: planned.mostAtOnce,
    mostAtOnceUnlimited: schedule(plan.tasks, Infinity).mostAtOnce,
    tokens: numberText(tokensOf(plan)),
    tokensSingle: numberText(tokensOfOne(plan, roles)),
    cost: `not known (no price for agent ${[...new Set(plan.tasks.map((task) => task.agent))].join(', ')})`,
    models: models.join(', '),
    worktreeCount: plan.tasks.length,
    must: count('must'),
    should: count('should'),
    nice: count('nice'),
  };
}

/** Answers the questions that speak for or against several agents. */
export function decisionMatrix(plan: Plan, roles: Roles): IterationValues['decisionMatrix'] {
  const planned = schedule(plan.tasks, plan.maxParallel);
  const steps = [...new Set(plan.tasks.map((task) => task.step))];
  const broad = steps
    .map((step) => ({ step, size: plan.tasks.filter((task) => task.step === step).length }))
    .filter(({ size }) => size > 1);
  const used = [...new Set(plan.tasks.map((task) => task.role))];
  const holds = Math.max(0, ...used.map((name) => roles[name]?.tokenBudget ?? 0));
  const row = (question: string, yes: boolean, from: string): IterationValues['decisionMatrix'][number] => ({
    question,
    answer: yes ? 'yes' : 'no',
    from,
  });
  return [
    row('Can tasks run at the same time?', planned.mostAtOnce > 1, `${planned.mostAtOnce} at once at most, ${plan.maxParallel} allowed`),
    row(
      'Is the same work done on separate targets?',
      broad.length > 0,
      broad.length === 0 ? 'every step is one task' : broad.map(({ step, size }) => `${step}: ${size} tasks`).join(', '),
    ),
    row(
      'Is it more than one agent should hold?',
      tokensOf(plan) > holds,
      `${numberText(tokensOf(plan))} tokens planned, the largest budget of a role is ${numberText(holds)}`,
    ),
    row(`Is more than ${WORTHWHILE} % of the time saved?`, planned.savedPercent > WORTHWHILE, `${planned.savedPercent} %`),
    row(
      'Does it help that views are kept apart?',
      used.length > 1,
      used.length > 1 ? `${used.length} roles: ${used.join(', ')}` : 'one role does everything',
    ),
  ];
}

/** With thousands set apart: 12,000. */
export function numberText(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

function tokensOf(plan: Plan): number {
  return plan.tasks.reduce((sum, task) => sum + task.estimateTokens, 0);
}

/** One agent reads the prompt of each role once; the work on the targets stays the same. */
function tokensOfOne(plan: Plan, roles: Roles): number {
  const prompt = (name: string): number => roles[name]?.promptTokens ?? 0;
  const repeated = plan.tasks.reduce((sum, task) => sum + prompt(task.role), 0);
  const once = [...new Set(plan.tasks.map((task) => task.role))].reduce((sum, name) => sum + prompt(name), 0);
  return tokensOf(plan) - repeated + once;
}
