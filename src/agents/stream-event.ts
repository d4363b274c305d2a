/** What the machine-readable output of an agent's command line comes to: one vocabulary for all of them. */

/** Counted in tokens, as the command line counts them. */
export interface StreamUsage {
  /** Everything the model read, what came from a cache included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input: what came from a cache. */
  readonly cachedTokens?: number;
  readonly reasoningTokens?: number;
  /** What the command line calls its total, else input and output together. */
  readonly totalTokens: number;
}

/** What kept an agent from going on that has nothing to do with its work: its own limit on turns or money, its provider's limit, its account. */
export type Cause = 'limit' | 'rate_limited' | 'auth';

export type Terminal =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'error';
      readonly message: string;
      readonly cause?: Cause;
      /** ISO time from which its provider may be asked again, when that was said as a point in time. */
      readonly until?: string;
    };

/** A refusal of the provider. */
export interface StreamLimit {
  readonly message: string;
  /** ISO time, when one was said as a point in time. */
  readonly until?: string;
}

export type AgentEvent =
  | { readonly type: 'session'; readonly id: string }
  /** It says that none of its sessions can be gone on with. */
  | { readonly type: 'forgets' }
  /** Work begins, or goes on after an end. */
  | { readonly type: 'turn-started' }
  /** A whole message, or one more piece of the one before. */
  | { readonly type: 'text'; readonly text: string; readonly continues: boolean }
  | { readonly type: 'tool-started'; readonly id: string; readonly name: string }
  /** Without a name when only the start of the call says it. */
  | { readonly type: 'tool-ended'; readonly id: string; readonly name?: string; readonly ok: boolean }
  /** What was used in all, or what one more step has used; the same step said again replaces what it said before. */
  | { readonly type: 'usage'; readonly usage: StreamUsage; readonly adds: boolean; readonly step?: string }
  | { readonly type: 'cost'; readonly usd: number; readonly adds: boolean }
  | { readonly type: 'limited'; readonly limit: StreamLimit }
  /** Trouble the agent goes on after. */
  | { readonly type: 'warned'; readonly message: string }
  | { readonly type: 'ended'; readonly terminal: Terminal };
