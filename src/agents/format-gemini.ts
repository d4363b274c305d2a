/** `gemini --output-format stream-json`, line by line. Source: gemini 0.61.0 as recorded, and its `output/types.ts`. */
import { causeOf } from './cause.ts';
import { amountAt, at, textAt, type Loose } from './loose-json.ts';
import type { AgentEvent, Terminal } from './stream-event.ts';

export function geminiEvents(line: Loose): readonly AgentEvent[] {
  switch (textAt(line, 'type')) {
    case 'init': {
      const id = textAt(line, 'session_id');
      return [{ type: 'turn-started' }, ...(id === undefined ? [] : [{ type: 'session', id } as const])];
    }
    case 'message': {
      const text = textAt(line, 'content');
      if (textAt(line, 'role') !== 'assistant' || text === undefined) return [];
      return [{ type: 'text', text, continues: at(line, 'delta') === true }];
    }
    case 'tool_use': {
      const id = textAt(line, 'tool_id');
      return id === undefined ? [] : [{ type: 'tool-started', id, name: textAt(line, 'tool_name') ?? 'unnamed' }];
    }
    case 'tool_result': {
      const id = textAt(line, 'tool_id');
      return id === undefined ? [] : [{ type: 'tool-ended', id, ok: textAt(line, 'status') === 'success' }];
    }
    case 'error': {
      const message = textAt(line, 'message') ?? 'an error without a message';
      const warned = { type: 'warned', message } as const;
      return causeOf(message) === 'rate_limited' ? [{ type: 'limited', limit: { message } }, warned] : [warned];
    }
    case 'result':
      return [...usage(at(line, 'stats')), { type: 'ended', terminal: terminalOf(line) }];
    default:
      return [];
  }
}

function terminalOf(line: Loose): Terminal {
  if (textAt(line, 'status') === 'success') return { kind: 'ok' };
  const message = textAt(line, 'error.message') ?? 'an error without a message';
  const cause = TURN_LIMIT.test(`${textAt(line, 'error.type') ?? ''} ${message}`) ? 'limit' : causeOf(message);
  return { kind: 'error', message, ...(cause === undefined ? {} : { cause }) };
}

const TURN_LIMIT = /FatalTurnLimitedError|max(?:imum)?.session.turns/i;

/** Its input counts what came from a cache in; its total also has thoughts. */
function usage(stats: unknown): AgentEvent[] {
  const inputTokens = amountAt(stats, 'input_tokens');
  const outputTokens = amountAt(stats, 'output_tokens');
  if (inputTokens === undefined || outputTokens === undefined) return [];
  const cachedTokens = amountAt(stats, 'cached');
  const all = {
    inputTokens,
    outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    totalTokens: amountAt(stats, 'total_tokens') ?? inputTokens + outputTokens,
  };
  return [{ type: 'usage', usage: all, adds: false }];
}
