/**
 * `opencode run --format json`, line by line. Source: opencode 1.18.33 as recorded.
 * It has no line for the end of a run: a step that ends with "stop" is one, as long as no other step begins.
 */
import { causeOf } from './cause.ts';
import { amountAt, at, textAt, type Loose } from './loose-json.ts';
import type { AgentEvent, Terminal } from './stream-event.ts';

export function opencodeEvents(line: Loose): readonly AgentEvent[] {
  const id = textAt(line, 'sessionID');
  return [...(id === undefined ? [] : [{ type: 'session', id } as const]), ...eventsIn(line)];
}

function eventsIn(line: Loose): AgentEvent[] {
  switch (textAt(line, 'type')) {
    case 'step_start':
      return [{ type: 'turn-started' }];
    case 'text': {
      const text = textAt(line, 'part.text');
      return text === undefined ? [] : [{ type: 'text', text, continues: false }];
    }
    case 'tool_use': {
      const id = textAt(line, 'part.callID');
      if (id === undefined) return [];
      const ok = textAt(line, 'part.state.status') === 'completed';
      return [{ type: 'tool-ended', id, name: textAt(line, 'part.tool') ?? 'unnamed', ok }];
    }
    case 'step_finish':
      return [...usage(at(line, 'part.tokens')), ...cost(line), ...endOfStep(textAt(line, 'part.reason'))];
    case 'error':
      return [{ type: 'ended', terminal: failure(line) }];
    default:
      return [];
  }
}

function endOfStep(reason: string | undefined): AgentEvent[] {
  if (reason === 'stop') return [{ type: 'ended', terminal: { kind: 'ok' } }];
  if (reason === undefined || reason === 'tool-calls') return [];
  return [{ type: 'ended', terminal: { kind: 'error', message: `the last step ended with "${reason}"` } }];
}

function failure(line: Loose): Terminal {
  const name = textAt(line, 'error.name');
  const message = textAt(line, 'error.data.message') ?? name ?? 'an error without a message';
  const cause = name === 'ProviderAuthError' ? 'auth' : causeOf(message, amountAt(line, 'error.data.statusCode'));
  const until = cause === 'rate_limited' ? retryTime(line) : undefined;
  return { kind: 'error', message, ...(cause === undefined ? {} : { cause }), ...(until === undefined ? {} : { until }) };
}

/** The header `retry-after` of the answer, in seconds from the time of the line, which is in milliseconds since 1970. */
function retryTime(line: Loose): string | undefined {
  const [seconds] = /^\d{1,7}$/.exec(textAt(line, 'error.data.responseHeaders.retry-after') ?? '') ?? [];
  const time = new Date((amountAt(line, 'timestamp') ?? Number.NaN) + Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** Of one step; what came from or went into a cache is counted apart from the input. */
function usage(tokens: unknown): AgentEvent[] {
  const fresh = amountAt(tokens, 'input');
  const outputTokens = amountAt(tokens, 'output');
  if (fresh === undefined || outputTokens === undefined) return [];
  const cachedTokens = amountAt(tokens, 'cache.read');
  const reasoningTokens = amountAt(tokens, 'reasoning');
  const inputTokens = fresh + (cachedTokens ?? 0) + (amountAt(tokens, 'cache.write') ?? 0);
  const step = {
    inputTokens,
    outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    totalTokens: amountAt(tokens, 'total') ?? inputTokens + outputTokens,
  };
  return [{ type: 'usage', usage: step, adds: true }];
}

function cost(line: Loose): AgentEvent[] {
  const usd = amountAt(line, 'part.cost');
  return usd === undefined ? [] : [{ type: 'cost', usd, adds: true }];
}
