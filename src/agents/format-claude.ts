/**
 * Claude Code's `--output-format stream-json`, which qwen writes, too, line by line.
 * Sources: qwen 0.15.10 as recorded; claude's own additions from the parser and types of its Python SDK (August 2026).
 */
import { causeOf } from './cause.ts';
import { amountAt, at, listAt, textAt, textOfBlocks, type Loose } from './loose-json.ts';
import type { AgentEvent, Cause, StreamUsage, Terminal } from './stream-event.ts';

export function claudeEvents(line: Loose): readonly AgentEvent[] {
  switch (textAt(line, 'type')) {
    case 'system':
      return textAt(line, 'subtype') === 'init' ? [{ type: 'turn-started' }, ...session(line)] : [];
    case 'assistant':
      return said(line);
    case 'user':
      return listAt(line, 'message.content').flatMap((block): AgentEvent[] => {
        const id = textAt(block, 'tool_use_id');
        if (textAt(block, 'type') !== 'tool_result' || id === undefined) return [];
        return [{ type: 'tool-ended', id, ok: at(block, 'is_error') !== true }];
      });
    case 'rate_limit_event':
      return limited(line);
    case 'result':
      return result(line);
    default:
      return [];
  }
}

function session(line: Loose): AgentEvent[] {
  const id = textAt(line, 'session_id');
  return id === undefined ? [] : [{ type: 'session', id }];
}

/** One message can come in several lines with the same id, each with the usage of the whole. */
function said(line: Loose): AgentEvent[] {
  const blocks = listAt(line, 'message.content');
  const text = textOfBlocks(blocks);
  const usage = usageIn(at(line, 'message.usage'));
  const step = textAt(line, 'message.id');
  const isOfHelper = textAt(line, 'parent_tool_use_id') !== undefined;
  return [
    ...(textAt(line, 'error') === 'rate_limit' ? [{ type: 'limited', limit: { message: text } } as const] : []),
    ...(text === '' || isOfHelper ? [] : [{ type: 'text', text, continues: false } as const]),
    ...blocks.flatMap((block): AgentEvent[] => {
      const id = textAt(block, 'id');
      if (textAt(block, 'type') !== 'tool_use' || id === undefined) return [];
      return [{ type: 'tool-started', id, name: textAt(block, 'name') ?? 'unnamed' }];
    }),
    ...(usage === undefined ? [] : [{ type: 'usage', usage, adds: true, ...(step === undefined ? {} : { step }) } as const]),
  ];
}

/** `allowed_warning` is no refusal. */
function limited(line: Loose): AgentEvent[] {
  if (textAt(line, 'rate_limit_info.status') !== 'rejected') return [];
  const kind = textAt(line, 'rate_limit_info.rateLimitType');
  const seconds = amountAt(line, 'rate_limit_info.resetsAt');
  const time = new Date((seconds ?? Number.NaN) * 1000);
  const message = kind === undefined ? 'the provider refuses to go on' : `the provider refuses to go on: ${kind}`;
  return [{ type: 'limited', limit: { message, ...(Number.isNaN(time.getTime()) ? {} : { until: time.toISOString() }) } }];
}

function result(line: Loose): AgentEvent[] {
  const usage = usageIn(at(line, 'usage'));
  const usd = amountAt(line, 'total_cost_usd');
  const text = textAt(line, 'result');
  const terminal = terminalOf(line);
  return [
    ...session(line),
    ...(usage === undefined ? [] : [{ type: 'usage', usage, adds: false } as const]),
    ...(usd === undefined ? [] : [{ type: 'cost', usd, adds: false } as const]),
    ...(text === undefined || text === '' || terminal.kind === 'error' ? [] : [{ type: 'text', text, continues: false } as const]),
    { type: 'ended', terminal },
  ];
}

/** `subtype` says "success" for errors of the API, too, and qwen 0.15 has nothing but the text to tell them by. */
function terminalOf(line: Loose): Terminal {
  const subtype = textAt(line, 'subtype') ?? 'no subtype';
  const text = textAt(line, 'result');
  const isApiError = text !== undefined && text.startsWith('[API Error: ');
  const reason = textAt(line, 'terminal_reason');
  if (at(line, 'is_error') !== true && subtype === 'success' && !isApiError && reason !== 'api_error') return { kind: 'ok' };
  const message =
    text ?? textAt(line, 'error.message') ?? listAt(line, 'errors').find((one): one is string => typeof one === 'string') ?? subtype;
  const cause = OWN_LIMITS.get(subtype) ?? causeOf(message, amountAt(line, 'api_error_status'));
  return { kind: 'error', message, ...(cause === undefined ? {} : { cause }) };
}

const OWN_LIMITS: ReadonlyMap<string, Cause> = new Map([
  ['error_max_turns', 'limit'],
  ['error_max_budget_usd', 'limit'],
]);

/** Claude counts what came from a cache apart; qwen, which says a total, counts it in. */
function usageIn(usage: unknown): StreamUsage | undefined {
  const fresh = amountAt(usage, 'input_tokens');
  const outputTokens = amountAt(usage, 'output_tokens');
  if (fresh === undefined || outputTokens === undefined) return undefined;
  const cachedTokens = amountAt(usage, 'cache_read_input_tokens');
  const total = amountAt(usage, 'total_tokens');
  const apart = total === undefined ? (cachedTokens ?? 0) + (amountAt(usage, 'cache_creation_input_tokens') ?? 0) : 0;
  const inputTokens = fresh + apart;
  return {
    inputTokens,
    outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    totalTokens: total ?? inputTokens + outputTokens,
  };
}
