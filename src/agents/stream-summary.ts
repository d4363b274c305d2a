/** Folds the events of an agent's output into what is worth keeping of it. Pure, and bounded however long the output is. */
import type { StreamFormat } from '../core/agent-descriptor.ts';
import type { AgentEvent, StreamLimit, StreamUsage, Terminal } from './stream-event.ts';
import { unreachable } from '../core/unreachable.ts';
import { NO_CALLS, callsIn, isRunning, withCall, withEnd, type ToolCall, type ToolCalls } from './tool-calls.ts';

export interface StreamSummary {
  readonly format: StreamFormat;
  readonly session?: string;
  /** The agent cannot go on with that session later. */
  readonly forgets?: true;
  /** What the agent said last, its end when that is long; all output of a program that only writes text. */
  readonly text: string;
  /** Characters before `text` that were not kept. */
  readonly textCut: number;
  /** The last 1000. */
  readonly tools: readonly ToolCall[];
  /** All tool calls, those not kept included. */
  readonly toolCalls: number;
  /** Of what this output tells of; until the end it can be less than what was used. */
  readonly usage?: StreamUsage;
  readonly costUsd?: number;
  /** How the agent says it ended; absent when it did not say. */
  readonly terminal?: Terminal;
  /** The provider's last refusal, unless the agent has gone on since. */
  readonly limit?: StreamLimit;
  /** The trouble the agent told of last, unless it has gone on since. */
  readonly trouble?: string;
  /** Lines that are no event: not JSON, or too long. */
  readonly unread: number;
  /** The last of those lines that are not JSON; of a long one what it begins with. */
  readonly lastWords?: string;
}

/** A summary while it grows. */
export interface Folded extends Omit<StreamSummary, 'tools'> {
  readonly calls: ToolCalls;
  /** Whether the next piece of text belongs to the message that is there. */
  readonly isOpen: boolean;
  /** What was used before the steps. */
  readonly settled?: StreamUsage;
  readonly steps: readonly { readonly id: string | undefined; readonly usage: StreamUsage }[];
}

const TEXT_KEPT = 65_536;
/** A line that is said again comes soon. */
const STEPS_KEPT = 32;
const NAME_KEPT = 200;

export function nothingYet(format: StreamFormat): Folded {
  return { format, text: '', textCut: 0, calls: NO_CALLS, toolCalls: 0, unread: 0, isOpen: false, steps: [] };
}

/** Without what only the folding needs. */
export function published(state: Folded): StreamSummary {
  const { isOpen: _, settled: __, steps: ___, calls, ...summary } = state;
  return { ...summary, tools: callsIn(calls) };
}

export function fold(state: Folded, event: AgentEvent): Folded {
  switch (event.type) {
    case 'session':
      return { ...state, session: clipped(event.id) };
    case 'forgets':
      return { ...state, forgets: true };
    case 'turn-started': {
      const { terminal: _, trouble: __, ...rest } = state;
      return { ...rest, isOpen: false };
    }
    case 'text':
      return withText(state, event);
    case 'tool-started':
    case 'tool-ended':
      return withTool(state, event);
    case 'usage':
      return withUsage(state, event);
    case 'cost':
      return { ...state, costUsd: rounded((event.adds ? (state.costUsd ?? 0) : 0) + event.usd) };
    case 'limited':
      return { ...state, limit: { ...event.limit, message: event.limit.message.slice(0, TEXT_KEPT) } };
    case 'warned':
      return { ...state, trouble: event.message.slice(0, TEXT_KEPT) };
    case 'ended':
      return ended(state, event.terminal);
    default:
      return unreachable(event);
  }
}

/** A run that failed does not end well after all: only a new turn can. */
function ended(state: Folded, terminal: Terminal): Folded {
  if (terminal.kind === 'error')
    return { ...state, isOpen: false, terminal: { ...terminal, message: terminal.message.slice(0, TEXT_KEPT) } };
  if (state.terminal?.kind === 'error') return state;
  const { limit: _, ...rest } = state;
  return { ...rest, isOpen: false, terminal };
}

function withText(before: Folded, { text, continues }: Extract<AgentEvent, { type: 'text' }>): Folded {
  const { trouble: _, ...state } = before;
  const goesOn = continues && state.isOpen;
  const whole = goesOn ? state.text + text : text;
  const cut = Math.max(0, whole.length - TEXT_KEPT);
  return { ...state, isOpen: true, text: cut === 0 ? whole : whole.slice(cut), textCut: (goesOn ? state.textCut : 0) + cut };
}

function withTool(state: Folded, event: Extract<AgentEvent, { type: 'tool-started' | 'tool-ended' }>): Folded {
  const { limit: _, trouble: __, ...rest } = state;
  const id = clipped(event.id);
  // told of twice while it is open, it is one call
  if (event.type === 'tool-started' && isRunning(rest.calls, id)) return { ...rest, isOpen: false };
  if (event.type === 'tool-ended') {
    const calls = withEnd(rest.calls, id, event.ok);
    if (calls !== undefined) return { ...rest, isOpen: false, calls };
    // a result of a call that nothing told of is no call of its own
    if (event.name === undefined) return { ...rest, isOpen: false };
  }
  const call: ToolCall = { id, name: clipped(event.name ?? ''), ...(event.type === 'tool-ended' ? { ok: event.ok } : {}) };
  return { ...rest, isOpen: false, calls: withCall(rest.calls, call), toolCalls: rest.toolCalls + 1 };
}

function withUsage(state: Folded, event: Extract<AgentEvent, { type: 'usage' }>): Folded {
  if (!event.adds) return { ...state, usage: event.usage, settled: event.usage, steps: [] };
  const others = state.steps.filter(({ id }) => id === undefined || id !== event.step);
  const all = [...others, { id: event.step, usage: event.usage }];
  const tooMany = all.slice(0, Math.max(0, all.length - STEPS_KEPT));
  const steps = all.slice(tooMany.length);
  const settled = sum([...(state.settled === undefined ? [] : [state.settled]), ...tooMany.map(({ usage }) => usage)]);
  const usage = sum([...(settled === undefined ? [] : [settled]), ...steps.map((step) => step.usage)]) ?? event.usage;
  return { ...state, usage, steps, ...(settled === undefined ? {} : { settled }) };
}

function sum(usages: readonly StreamUsage[]): StreamUsage | undefined {
  const [first, ...rest] = usages;
  if (first === undefined) return undefined;
  return rest.reduce(
    (left, right) => ({
      inputTokens: left.inputTokens + right.inputTokens,
      outputTokens: left.outputTokens + right.outputTokens,
      ...both('cachedTokens', left, right),
      ...both('reasoningTokens', left, right),
      totalTokens: left.totalTokens + right.totalTokens,
    }),
    first,
  );
}

function both(key: 'cachedTokens' | 'reasoningTokens', left: StreamUsage, right: StreamUsage): Partial<StreamUsage> {
  return left[key] === undefined && right[key] === undefined ? {} : { [key]: (left[key] ?? 0) + (right[key] ?? 0) };
}

/** Prices are added in steps; what is left over behind the ninth digit is not money. */
function rounded(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}

/** What a text begins with, as a copy: a piece of a long text would keep all of it in memory. */
export function clipped(text: string, most = NAME_KEPT): string {
  return text.length <= most ? text : Array.from({ length: most }, (_, index) => text.charAt(index)).join('');
}
