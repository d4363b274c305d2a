/**
 * What an iteration has used of what it may use: tokens, US dollars, time. Pure: prices and figures come from the caller.
 * A budget that is used up keeps further work from starting and asks a person; it never ends work that goes on.
 */
import type { Plan, PlannedTask } from './plan.ts';
import type { State } from './state.ts';

/** What an agent has used since it was started; a later figure takes the place of an earlier one. */
export interface Usage {
  /** Tokens read, with those that came from the cache of the provider. */
  readonly inputTokens: number;
  readonly cachedTokens?: number;
  readonly outputTokens: number;
  /** US dollars: what the agent says, else what its model costs by the price list; absent when nobody knows. */
  readonly usd?: number;
  readonly model?: string;
}

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** For input that came from the provider's cache; as other input when left out. */
  readonly cached?: number;
}

/** Prices a person or repository has written down, by the model's name. */
export type Prices = Readonly<Record<string, Price>>;

export interface Amounts {
  readonly tokens?: number;
  readonly usd?: number;
}

export interface Budget extends Amounts {
  /** Milliseconds during which iter is at work on the iteration; what lies between two launches does not count. */
  readonly wall?: number;
  /** The share at which it is said that it goes to an end; 0.8 when left out. */
  readonly warnAt?: number;
  /** It is said that it is used up, and work goes on. */
  readonly onExceed?: 'warn';
  /** For all tasks of a role together. */
  readonly roles?: Readonly<Record<string, Amounts>>;
}

export type Unit = 'tokens' | 'usd' | 'wall';

/** One budget and what is left of it. */
export interface Account {
  /** `run-usd`, `role-builder-tokens`, `task-T3-usd`: stays the same for the whole iteration. */
  readonly id: string;
  readonly whose: { readonly role: string } | { readonly task: string } | 'run';
  readonly unit: Unit;
  /** With what a person has added. */
  readonly limit: number;
  /** What a person's yes adds. */
  readonly step: number;
  readonly used: number;
}

/** What a person has said about a budget, and what they have been told of it. */
export interface Raised {
  /** How often it was given anew. */
  readonly times: number;
  /** Who wanted nothing more to start. */
  readonly ended?: string;
  /** How often it was said that it goes to an end: once for each time it was given. */
  readonly warned?: number;
}

/** The share of a budget at which a person hears of it, where the workflow says nothing. */
export const WARN_AT = 0.8;

/** Tokens that count: what a provider had read before costs a tenth and is read again with every step, so it does not. */
export function tokensOf({ inputTokens, cachedTokens = 0, outputTokens }: Usage): number {
  return inputTokens - cachedTokens + outputTokens;
}

/** What a task has used over all its attempts; figures that nobody reported are absent. */
export function usedBy(state: State, task: string): Amounts {
  return sum(Object.values(state.tasks[task]?.usage ?? {}));
}

/** Everything that is used, summed; dollars only where at least one figure has them. */
export function sum(all: readonly Usage[]): Amounts {
  if (all.length === 0) return {};
  const priced = all.flatMap((one) => one.usd ?? []);
  return {
    tokens: all.reduce((total, one) => total + tokensOf(one), 0),
    ...(priced.length === 0 ? {} : { usd: priced.reduce((total, one) => total + one, 0) }),
  };
}

/** Milliseconds for which launches have been at work, up to `now` (ISO) while one is. */
function workedFor(state: State, now: string | undefined): number {
  const before = state.worked ?? 0;
  if (state.launch === undefined || now === undefined) return before;
  return before + Math.max(0, Date.parse(now) - Date.parse(state.launch.since));
}

/** Every budget of an iteration with what is used of it; `now` is ISO. */
export function accountsOf(plan: Plan, state: State, now: string | undefined): Account[] {
  const usages = (task: PlannedTask): Usage[] => Object.values(state.tasks[task.id]?.usage ?? {});
  const { budget = {} } = plan;
  const of = (whose: Account['whose'], name: string, limits: Amounts, tasks: readonly PlannedTask[]): Account[] =>
    (['tokens', 'usd'] as const).flatMap((unit) => {
      const step = limits[unit];
      if (step === undefined) return [];
      return [account({ whose, id: `${name}-${unit}`, unit, step, used: sum(tasks.flatMap(usages))[unit] ?? 0 }, state)];
    });
  return [
    ...of('run', 'run', budget, plan.tasks),
    ...(budget.wall === undefined
      ? []
      : [account({ whose: 'run', id: 'run-wall', unit: 'wall', step: budget.wall, used: workedFor(state, now) }, state)]),
    ...Object.entries(budget.roles ?? {}).flatMap(([role, limits]) =>
      of(
        { role },
        `role-${role}`,
        limits,
        plan.tasks.filter((task) => task.role === role),
      ),
    ),
    ...plan.tasks.flatMap((task) => (task.budget === undefined ? [] : of({ task: task.id }, `task-${task.id}`, task.budget, [task]))),
  ];
}

function account(given: Omit<Account, 'limit'>, state: State): Account {
  return { ...given, limit: given.step * (1 + (state.budgets?.[given.id]?.times ?? 0)) };
}

/** The used-up budget that keeps a task from starting, if any; what costs nothing only waits for the time. */
export function usedUp(accounts: readonly Account[], plan: Plan, task: PlannedTask): Account | undefined {
  if (plan.budget?.onExceed === 'warn' || task.human !== undefined) return undefined;
  return accounts.find((one) => one.used >= one.limit && covers(one, task));
}

/** A command of the workflow costs time and nothing else. */
const COMMAND_ROLE = 'run';

function covers({ whose, unit }: Account, task: PlannedTask): boolean {
  if (unit === 'wall') return true;
  if (task.role === COMMAND_ROLE) return false;
  if (whose === 'run') return true;
  return 'role' in whose ? whose.role === task.role : whose.task === task.id;
}

/** `3.20 of 5 USD`, `120,000 of 200,000 tokens`, `50 of 240 minutes`, with whose it is. */
export function accountText({ whose, unit, used, limit }: Account): string {
  const owner = whose === 'run' ? '' : 'role' in whose ? `role ${whose.role}: ` : `${whose.task}: `;
  return `${owner}${amountText(used, unit)} of ${amountText(limit, unit)} ${UNITS[unit]}`;
}

/** `5 USD`, `200,000 tokens`. */
export function stepText({ step, unit }: Account): string {
  return `${amountText(step, unit)} ${UNITS[unit]}`;
}

const UNITS: Readonly<Record<Unit, string>> = { tokens: 'tokens', usd: 'USD', wall: 'minutes' };

function amountText(amount: number, unit: Unit): string {
  if (unit === 'usd') return Number.isInteger(amount) ? String(amount) : amount.toFixed(2);
  const whole = unit === 'wall' ? Math.round(amount / 6000) / 10 : Math.round(amount);
  return whole.toLocaleString('en-US');
}

/** `120,000 tokens, 0.34 USD`; `nothing it told of` where there are no figures. */
export function usageText({ tokens, usd }: Amounts): string {
  const parts = [
    ...(tokens === undefined ? [] : [`${amountText(tokens, 'tokens')} tokens`]),
    ...(usd === undefined ? [] : [`${usd.toFixed(2)} USD`]),
  ];
  return parts.join(', ') || 'nothing it told of';
}

/** The id of the question about a budget: a new one each time it was given anew. */
export function questionId({ id }: Account, state: State): string {
  return `budget-${id}-${(state.budgets?.[id]?.times ?? 0) + 1}`;
}
