/** What the launch is told to do next: the answers of core/decide.ts. */
import type { DecisionOption, Failure } from './event.ts';
import type { TaskId } from './ids.ts';
import type { Finding } from './review.ts';
import type { Account } from './sign-in.ts';

export type Action =
  /** `probes`: it is to show whether the limit of that provider is over. */
  | { readonly do: 'start'; readonly task: TaskId; readonly attempt: number; readonly probes?: string }
  /** The list its parts come from is there: make them tasks. */
  | { readonly do: 'expand'; readonly task: TaskId }
  /** All its parts are done: it stands for their work together. */
  | { readonly do: 'gather'; readonly task: TaskId; readonly attempt: number }
  /** Take one of several alternatives, or ask a person which. */
  | { readonly do: 'pick'; readonly task: TaskId; readonly attempt: number }
  /** An attempt of an earlier launch that nobody watches any more: end what is left of it, then start it again. */
  | { readonly do: 'recover'; readonly task: TaskId }
  | { readonly do: 'check'; readonly task: TaskId }
  | { readonly do: 'accept'; readonly task: TaskId }
  | { readonly do: 'send-back'; readonly task: TaskId; readonly failures: readonly Failure[]; readonly until?: string }
  | {
      readonly do: 'reject';
      readonly task: TaskId;
      readonly rejection: number;
      readonly goto: readonly TaskId[];
      readonly reset: readonly TaskId[];
      readonly findings: readonly Finding[];
      readonly fresh: boolean;
    }
  /** A person has given the files its work consists of. */
  | { readonly do: 'inject'; readonly task: TaskId; readonly attempt: number }
  /** Its condition is false, or nobody has to look in this environment. */
  | { readonly do: 'skip'; readonly task: TaskId; readonly reason: string }
  | { readonly do: 'fail'; readonly task: TaskId; readonly reason: string }
  | {
      readonly do: 'ask';
      readonly id: string;
      readonly kind: 'escalation' | 'budget';
      readonly task: TaskId;
      readonly question: string;
      readonly options: readonly DecisionOption[];
      /** A budget: the task waits as it is while the question is open. */
      readonly about?: string;
      /** The account that is refused: asked once for all that work with it. */
      readonly signIn?: Account;
    }
  /** What it has to ask is asked already: wait for the same answer. */
  | { readonly do: 'join'; readonly task: TaskId; readonly id: string };
