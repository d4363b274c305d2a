/** Who of those that could start gets a place now: as many as there is room for, no more of a provider than it may have, and one at a time to try a limit. */
import type { Account } from './budget.ts';
import { accountText, accountsOf, questionId, stepText, usedUp } from './budget.ts';
import type { Action } from './action.ts';
import type { Limits } from './decide.ts';
import type { TaskId } from './ids.ts';
import type { Plan, PlannedTask } from './plan.ts';
import { taskOf } from './plan.ts';
import type { ProviderLimit } from './provider-limit.ts';
import { MAX_REFUSALS, providerOf } from './provider-limit.ts';
import { openSignIn } from './sign-in.ts';
import type { State } from './state.ts';

type Start = Extract<Action, { do: 'start' }>;
type Ask = Extract<Action, { do: 'ask' }>;
type Fail = Extract<Action, { do: 'fail' }>;

export interface Around {
  readonly plan: Plan;
  readonly state: State;
  readonly limits: Limits;
}

/**
 * The starts there is a place for, and questions in place of a probe nobody wants to go on with unasked, and of the first start a used-up budget holds up.
 * `starts` come in the order in which they take places.
 */
export function admitted(starts: readonly Start[], places: number, around: Around): (Start | Ask | Fail)[] {
  const { plan, state, limits } = around;
  const working = countsOf([...limits.busy].map((id) => taskOf(plan, id)));
  const taken: (Start | Ask | Fail)[] = [];
  const accounts = accountsOf(plan, state, limits.now);
  const asked = new Set(state.asked);
  let free = places;
  const probed = new Set<string>();
  for (const start of starts) {
    if (free <= 0) break;
    const task = taskOf(plan, start.task);
    const account = usedUp(accounts, plan, task);
    if (account !== undefined) {
      const instead = insteadOf(task, account, state, asked);
      if (instead !== undefined) taken.push(instead);
      continue;
    }
    // whatever it begins with now is refused, too
    if (task.human === undefined && openSignIn(state, task) !== undefined) continue;
    const provider = providerOf(task);
    const count = working.get(provider) ?? 0;
    if (task.human === undefined && count >= (plan.perProvider?.[provider] ?? Number.POSITIVE_INFINITY)) continue;
    if (pausedUntil(task, state, limits) !== undefined) continue;
    const limit = limitOf(task, state);
    if (limit !== undefined) {
      if (probed.has(provider) || heldUp(limit, around)) continue;
      probed.add(provider);
      if (limit.refusals >= MAX_REFUSALS) {
        taken.push(askAboutLimit(task, limit));
        continue;
      }
    }
    free -= 1;
    working.set(provider, count + 1);
    taken.push(limit === undefined ? start : { ...start, probes: provider });
  }
  return taken;
}

/** A question, once for each time the budget was given; nothing while it is open; the end of the task where a person wants nothing more to start. */
function insteadOf(task: PlannedTask, account: Account, state: State, asked: Set<string>): Ask | Fail | undefined {
  const ended = state.budgets?.[account.id]?.ended;
  if (ended !== undefined)
    return { do: 'fail', task: task.id, reason: `the budget is used up (${accountText(account)}) and ${ended} wants nothing more started` };
  const id = questionId(account, state);
  if (asked.has(id)) return undefined;
  asked.add(id);
  return {
    do: 'ask',
    id,
    kind: 'budget',
    task: task.id,
    about: account.id,
    question: `the budget is used up: ${accountText(account)}; nothing more of it is started, what goes on is not ended`,
    options: [
      { id: 'more', label: `go on with ${stepText(account)} more` },
      { id: 'end', label: 'start nothing more: what waits for it is given up' },
    ],
  };
}

/** The limit of the provider of a task, if it has one now; what a person does is no provider's business. */
export function limitOf(task: PlannedTask, state: State): ProviderLimit | undefined {
  return task.human === undefined ? state.limits?.[providerOf(task)] : undefined;
}

/** Before its time nobody tries, and never two at once. A probe this process is not working on has been given up. */
function heldUp(limit: ProviderLimit, { limits }: Around): boolean {
  if (limit.probe !== undefined && limits.busy.has(limit.probe)) return true;
  return limits.now === undefined || limits.now < limit.until;
}

/** The next time at which something can start that only waits for the clock; undefined when nothing does. */
export function nextStart(could: readonly TaskId[], { plan, state }: Pick<Around, 'plan' | 'state'>): string | undefined {
  const times = could.flatMap((id) => {
    const task = taskOf(plan, id);
    // what has both to wait for waits for the later one
    return [limitOf(task, state)?.until, pausedUntil(task, state, {})]
      .filter((time) => time !== undefined)
      .toSorted()
      .slice(-1);
  });
  return times.toSorted()[0];
}

/** When the pause before the next attempt of a task is over, while it lasts; without a time it does. */
function pausedUntil(task: PlannedTask, state: State, { now }: Pick<Limits, 'now'>): string | undefined {
  const phase = state.tasks[task.id]?.phase;
  const until = phase?.name === 'rejected' ? phase.until : undefined;
  return until === undefined || (now !== undefined && now >= until) ? undefined : until;
}

function countsOf(tasks: readonly PlannedTask[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const task of tasks) {
    if (task.human === undefined) counts.set(providerOf(task), (counts.get(providerOf(task)) ?? 0) + 1);
  }
  return counts;
}

function askAboutLimit(task: PlannedTask, limit: ProviderLimit): Ask {
  return {
    do: 'ask',
    id: `${task.id}-limit-${limit.since.slice(0, 19).replaceAll(/[-:T]/g, '')}`,
    kind: 'escalation',
    task: task.id,
    question: `${providerOf(task)} has refused ${limit.refusals} times in a row: ${limit.reason}`,
    options: [
      { id: 'probe', label: 'go on trying' },
      { id: 'fail', label: `give up ${task.id}` },
    ],
  };
}
