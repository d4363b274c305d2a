/** `pi --mode json`, line by line. Source: pi 0.73.1 as recorded. Its lines for pieces of a message repeat the whole each time and are passed over. */
import { causeOf } from './cause.ts';
import { amountAt, at, listAt, textAt, textOfBlocks, type Loose } from './loose-json.ts';
import type { AgentEvent } from './stream-event.ts';

export function piEvents(line: Loose): readonly AgentEvent[] {
  switch (textAt(line, 'type')) {
    case 'session': {
      const id = textAt(line, 'id');
      return [{ type: 'turn-started' }, ...(id === undefined ? [] : [{ type: 'session', id } as const])];
    }
    case 'agent_start':
    case 'turn_start':
      return [{ type: 'turn-started' }];
    case 'tool_execution_start': {
      const id = textAt(line, 'toolCallId');
      return id === undefined ? [] : [{ type: 'tool-started', id, name: textAt(line, 'toolName') ?? 'unnamed' }];
    }
    case 'tool_execution_end': {
      const id = textAt(line, 'toolCallId');
      if (id === undefined) return [];
      return [{ type: 'tool-ended', id, name: textAt(line, 'toolName') ?? 'unnamed', ok: at(line, 'isError') !== true }];
    }
    case 'turn_end':
      return turn(at(line, 'message'));
    case 'agent_end': {
      const last = listAt(line, 'messages').at(-1);
      return [...failure(last), { type: 'ended', terminal: { kind: 'ok' } }];
    }
    default:
      return [];
  }
}

function turn(message: unknown): AgentEvent[] {
  const text = textOfBlocks(listAt(message, 'content'));
  return [...(text === '' ? [] : [{ type: 'text', text, continues: false } as const]), ...usage(at(message, 'usage')), ...failure(message)];
}

/** `agent_end` comes after errors, too: only the last message tells. */
function failure(message: unknown): AgentEvent[] {
  const reason = textAt(message, 'stopReason');
  if (reason !== 'error' && reason !== 'aborted' && reason !== 'length') return [];
  const said = textAt(message, 'errorMessage') ?? `the last turn ended with "${reason}"`;
  const cause = causeOf(said);
  return [{ type: 'ended', terminal: { kind: 'error', message: said, ...(cause === undefined ? {} : { cause }) } }];
}

/** Of one turn; what came from or went into a cache is counted apart from the input. */
function usage(counts: unknown): AgentEvent[] {
  const fresh = amountAt(counts, 'input');
  const outputTokens = amountAt(counts, 'output');
  if (fresh === undefined || outputTokens === undefined) return [];
  const cachedTokens = amountAt(counts, 'cacheRead');
  const inputTokens = fresh + (cachedTokens ?? 0) + (amountAt(counts, 'cacheWrite') ?? 0);
  const usd = amountAt(counts, 'cost.total');
  const step = {
    inputTokens,
    outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    totalTokens: amountAt(counts, 'totalTokens') ?? inputTokens + outputTokens,
  };
  return [{ type: 'usage', usage: step, adds: true }, ...(usd === undefined ? [] : [{ type: 'cost', usd, adds: true } as const])];
}
