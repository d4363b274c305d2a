/**
 * `codex exec --json`, line by line. Source: codex 0.169.0 as recorded, and its `exec_events.rs`.
 * A command its sandbox refuses leaves no line at all, so a good end says nothing about the work.
 */
import { causeOf } from './cause.ts';
import { amountAt, at, textAt, type Loose } from './loose-json.ts';
import type { AgentEvent } from './stream-event.ts';

export function codexEvents(line: Loose): readonly AgentEvent[] {
  switch (textAt(line, 'type')) {
    case 'thread.started': {
      const id = textAt(line, 'thread_id');
      return [{ type: 'turn-started' }, ...(id === undefined ? [] : [{ type: 'session', id } as const])];
    }
    case 'turn.started':
      return [{ type: 'turn-started' }];
    case 'item.started':
      return item(line, false);
    case 'item.completed':
      return item(line, true);
    case 'error':
      return trouble(textAt(line, 'message') ?? 'an error without a message');
    case 'turn.completed':
      return [...usage(line), { type: 'ended', terminal: { kind: 'ok' } }];
    case 'turn.failed': {
      const message = textAt(line, 'error.message') ?? 'the turn failed';
      const cause = causeOf(message);
      return [{ type: 'ended', terminal: { kind: 'error', message, ...(cause === undefined ? {} : { cause }) } }];
    }
    default:
      return [];
  }
}

/** What is neither said nor thought is done with a tool; an item that is an error is a warning. */
function item(line: Loose, isDone: boolean): AgentEvent[] {
  const name = textAt(line, 'item.type');
  const id = textAt(line, 'item.id');
  if (name === undefined || id === undefined) return [];
  if (name === 'agent_message') {
    const text = textAt(line, 'item.text');
    return isDone && text !== undefined ? [{ type: 'text', text, continues: false }] : [];
  }
  if (name === 'error') return isDone ? [{ type: 'warned', message: textAt(line, 'item.message') ?? 'a warning without a message' }] : [];
  if (NO_TOOLS.has(name)) return [];
  return [isDone ? { type: 'tool-ended', id, name, ok: textAt(line, 'item.status') !== 'failed' } : { type: 'tool-started', id, name }];
}

const NO_TOOLS: ReadonlySet<string> = new Set(['reasoning', 'todo_list']);

/** `error` is written while it tries again, for as long as it takes; it ends nothing. */
function trouble(message: string): AgentEvent[] {
  const warned = { type: 'warned', message } as const;
  return causeOf(message) === 'rate_limited' ? [{ type: 'limited', limit: { message } }, warned] : [warned];
}

function usage(line: Loose): AgentEvent[] {
  const inputTokens = amountAt(line, 'usage.input_tokens');
  const outputTokens = amountAt(line, 'usage.output_tokens');
  if (inputTokens === undefined || outputTokens === undefined) return [];
  const counts = at(line, 'usage');
  const cachedTokens = amountAt(counts, 'cached_input_tokens');
  const reasoningTokens = amountAt(counts, 'reasoning_output_tokens');
  const all = {
    inputTokens,
    outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    totalTokens: inputTokens + outputTokens,
  };
  return [{ type: 'usage', usage: all, adds: false }];
}
