/** One question for all tasks of an agent that is not signed in: who waits for it, and what it says. Pure. */
import type { TaskId } from './ids.ts';
import type { PlannedTask } from './plan.ts';
import { providerOf } from './provider-limit.ts';
import type { OpenDecision, State } from './state.ts';
import { agentOf } from './transport.ts';

/** An account of an agent: two providers of one program are signed in apart. */
export interface Account {
  readonly agent: string;
  readonly provider: string;
}

/** The question about an account as it was asked, and those that came to wait for it after the first. */
export interface SignIn extends Account {
  readonly asked: string;
  readonly others: readonly TaskId[];
}

export const accountOf = (task: PlannedTask): Account => ({ agent: agentOf(task.agent), provider: providerOf(task) });

/** The open question about the account a task works with. */
export function openSignIn(state: State, task: PlannedTask): OpenDecision | undefined {
  const { agent, provider } = accountOf(task);
  return state.decisions.find(({ signIn }) => signIn?.agent === agent && signIn.provider === provider);
}

/** The tasks that go on with the answer to a decision. */
export const waitingFor = ({ task, signIn }: { readonly task: TaskId; readonly signIn?: SignIn }): readonly TaskId[] => [
  task,
  ...(signIn?.others ?? []),
];

/** The decision with one more task that waits for it. */
export function joined(open: OpenDecision, task: TaskId): OpenDecision {
  const { signIn } = open;
  return signIn === undefined || waitingFor(open).includes(task) ? open : among(open, signIn, [...waitingFor(open), task]);
}

/** The decision without tasks that start over anyway; undefined when nobody waits for it any more. */
export function without(open: OpenDecision, gone: readonly TaskId[]): OpenDecision | undefined {
  const left = waitingFor(open).filter((id) => !gone.includes(id));
  if (left.length === 0) return undefined;
  return open.signIn === undefined ? open : among(open, open.signIn, left);
}

function among(open: OpenDecision, signIn: SignIn, [task = open.task, ...others]: readonly TaskId[]): OpenDecision {
  const too = others.length === 0 ? '' : `; ${[task, ...others].join(', ')} wait for it`;
  return { ...open, task, question: `${signIn.asked}${too}`, signIn: { ...signIn, others } };
}
