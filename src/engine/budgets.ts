/** Says before work which budgets cannot be kept, and in time that one goes to an end. Asking when it is used up is `decide`'s: nothing more starts then. */
import { limitsTurns } from '../agents/arguments.ts';
import { hasPrice } from '../agents/prices.ts';
import { agentRow } from '../agents/table.ts';
import type { AgentDescriptor, BudgetUnit } from '../core/agent-descriptor.ts';
import { WARN_AT, accountText, accountsOf } from '../core/budget.ts';
import type { Prices } from '../core/budget.ts';
import type { TaskId } from '../core/ids.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Context } from './context.ts';
import type { Run } from './run.ts';

/** Says each budget that has got past its share of warning, once for each time it was given. */
export async function warnOfBudgets(run: Run, context: Context): Promise<void> {
  const { plan, state } = run;
  const share = plan.budget?.warnAt ?? WARN_AT;
  for (const account of accountsOf(plan, state, context.now().toISOString())) {
    const { times = 0, warned = 0 } = state.budgets?.[account.id] ?? {};
    if (account.used < share * account.limit || warned > times) continue;
    context.say(`warning: the budget goes to an end: ${accountText(account)}`);
    await run.record({ type: 'budget-warned', account: account.id, used: account.used, limit: account.limit });
  }
}

/** A line for each limit that cannot be kept for some agents, because they never tell of what is limited. */
export async function blindLimits(plan: Plan, own: readonly AgentDescriptor[], prices: Prices): Promise<string[]> {
  return [...(await blindBudgets(plan, own, prices)), ...blindTurns(plan, own)];
}

function blindTurns({ tasks }: Plan, own: readonly AgentDescriptor[]): string[] {
  const blind = tasks.filter((task) => {
    if (task.maxTurns === undefined || task.human !== undefined || isFree(task)) return false;
    const row = agentRow(task.agent, own);
    return row === undefined || (row.format === 'text' && !limitsTurns(row));
  });
  if (blind.length === 0) return [];
  const agents = [...new Set(blind.map((task) => task.agent))].join(', ');
  const ids = blind.map(({ id }) => id).join(', ');
  return [`max_turns is not kept for ${ids}: ${agents} does not tell of its tool calls; a timeout on the step limits it`];
}

async function blindBudgets(plan: Plan, own: readonly AgentDescriptor[], prices: Prices): Promise<string[]> {
  const { budget = {}, tasks } = plan;
  const inDollars = [budget, ...Object.values(budget.roles ?? {}), ...tasks.map((task) => task.budget)].some(
    (one) => one?.usd !== undefined,
  );
  const unpriced = inDollars ? await unpricedTasks(plan, own, prices) : new Set<TaskId>();
  return (['tokens', 'usd'] as const).flatMap((unit) => {
    const limited = (task: PlannedTask): boolean =>
      [budget, budget.roles?.[task.role], task.budget].some((amounts) => amounts?.[unit] !== undefined);
    const blind = tasks.filter((task) => task.human === undefined && limited(task) && !isCounted(task, unit, { own, unpriced }));
    if (blind.length === 0) return [];
    const agents = [...new Set(blind.map((task) => task.agent))].join(', ');
    return [`the budget in ${unit} is not kept for ${blind.map(({ id }) => id).join(', ')}: ${agents} ${WHY[unit]}`];
  });
}

const WHY = {
  tokens: 'does not report tokens; a timeout on the step limits it',
  usd: 'reports no cost, and no model with a known price is named; name one, or limit the time',
} as const;

/** Commands of the workflow, people and the built-in agent use nothing. */
const FREE = new Set(['rehearsal', 'manual']);

const isFree = (task: PlannedTask): boolean => FREE.has(task.agent) || task.role === 'run';

interface Known {
  readonly own: readonly AgentDescriptor[];
  readonly unpriced: ReadonlySet<TaskId>;
}

function isCounted(task: PlannedTask, unit: BudgetUnit, { own, unpriced }: Known): boolean {
  if (isFree(task)) return true;
  const reports = agentRow(task.agent, own)?.usage.reports ?? [];
  return reports.includes(unit) || (unit === 'usd' && reports.includes('tokens') && !unpriced.has(task.id));
}

/** Tasks whose agents say tokens and no dollars, and whose model is not named or has no known price; the price list is asked only where there are such. */
async function unpricedTasks({ tasks }: Plan, own: readonly AgentDescriptor[], prices: Prices): Promise<ReadonlySet<TaskId>> {
  const toldInTokens = tasks.filter((task) => {
    const reports = agentRow(task.agent, own)?.usage.reports ?? [];
    return reports.includes('tokens') && !reports.includes('usd');
  });
  const unpriced = await Promise.all(
    toldInTokens.map(async ({ id, model }) => (model !== undefined && (await hasPrice(model, prices)) ? [] : [id])),
  );
  return new Set(unpriced.flat());
}
