/**
 * A conversation by the Agent Client Protocol, version 1, as `src/acp/` writes it down, line by line: `{from, message}` with every message,
 * `answers` with the method an answer is to, `{denied}` with a call that may not be made, and `{problem}` where the agent went without an answer.
 * Source: the schema of the protocol; gemini 0.61.0 and qwen 0.15.10 as recorded, for what it leaves open.
 */
import { causeOf } from './cause.ts';
import { amountAt, at, textAt, type Loose } from './loose-json.ts';
import type { AgentEvent, Cause, StreamUsage, Terminal } from './stream-event.ts';

export function acpEvents(line: Loose): readonly AgentEvent[] {
  const problem = textAt(line, 'problem');
  if (problem !== undefined) return [{ type: 'ended', terminal: error(problem, causeOf(problem)) }];
  const denied = textAt(line, 'denied');
  if (denied !== undefined) return [{ type: 'tool-ended', id: denied, ok: false }];
  const message = at(line, 'message');
  if (textAt(line, 'from') === 'iter') return textAt(message, 'method') === 'session/prompt' ? turn(message) : [];
  const answered = textAt(line, 'answers');
  if (answered !== undefined) return answer(answered, message);
  // a session that is loaded again is told from its beginning
  if (at(line, 'replay') === true) return [];
  switch (textAt(message, 'method')) {
    case 'session/update':
      return update(at(message, 'params.update'));
    // some tell of a call only when they ask for it; those that have told of it before start nothing else with it
    case 'session/request_permission':
      return toolStart(at(message, 'params.toolCall'));
    default:
      return [];
  }
}

/** A session that is loaded has its name from us: that it is gone on with is certain only when it is sent something. */
function turn(message: unknown): AgentEvent[] {
  const id = textAt(message, 'params.sessionId');
  return [{ type: 'turn-started' }, ...(id === undefined ? [] : [{ type: 'session', id } as const])];
}

function answer(method: string, message: unknown): AgentEvent[] {
  if (at(message, 'error') !== undefined) return [{ type: 'ended', terminal: refusal(message) }];
  switch (method) {
    case 'initialize':
      return canGoOn(at(message, 'result.agentCapabilities')) ? [] : [{ type: 'forgets' }];
    case 'session/new': {
      const id = textAt(message, 'result.sessionId');
      return id === undefined ? [] : [{ type: 'session', id }];
    }
    case 'session/prompt': {
      const usage = usageIn(message);
      const terminal = endOf(textAt(message, 'result.stopReason'));
      return [...(usage === undefined ? [] : [{ type: 'usage', usage, adds: false } as const]), { type: 'ended', terminal }];
    }
    default:
      return [];
  }
}

/** With a session that was loaded, or one that is taken up without its history. */
function canGoOn(capabilities: unknown): boolean {
  return at(capabilities, 'loadSession') === true || (at(capabilities, 'sessionCapabilities.resume') ?? undefined) !== undefined;
}

function endOf(reason: string | undefined): Terminal {
  switch (reason) {
    case 'end_turn':
      return { kind: 'ok' };
    case 'max_turn_requests':
      return error('it came to its own limit of turns', 'limit');
    case 'max_tokens':
      return error('its answer came to the limit of tokens', 'limit');
    case 'refusal':
      return error('it refused to go on with this prompt');
    case 'cancelled':
      return error('it was cancelled');
    default:
      return error(`it ended for the reason "${reason ?? 'none'}"`);
  }
}

function error(message: string, cause?: Cause): Terminal {
  return { kind: 'error', message, ...(cause === undefined ? {} : { cause }) };
}

/** -32000 is "authentication required"; agents put the HTTP status of their provider in its place, too, and what it said into the data. */
function refusal(message: unknown): Terminal {
  const code = at(message, 'error.code');
  const data = at(message, 'error.data');
  const more = typeof data === 'string' ? data : (textAt(data, 'details') ?? textAt(data, 'message'));
  const told = textAt(message, 'error.message') ?? 'an error without a message';
  const text = more === undefined || told.includes(more) ? told : `${told}: ${more}`;
  return error(text, code === AUTH_REQUIRED ? 'auth' : causeOf(text, typeof code === 'number' && code > 0 ? code : undefined));
}

const AUTH_REQUIRED = -32000;

function update(change: unknown): AgentEvent[] {
  switch (textAt(change, 'sessionUpdate')) {
    case 'agent_message_chunk': {
      const text = textAt(change, 'content.text') ?? '';
      // qwen tells of each of its requests in a piece without text
      const usage = usageOf(at(change, '_meta.usage'));
      return [
        ...(text === '' ? [] : [{ type: 'text', text, continues: true } as const]),
        ...(usage === undefined ? [] : [{ type: 'usage', usage, adds: true } as const]),
      ];
    }
    case 'tool_call': {
      const id = textAt(change, 'toolCallId');
      return id === undefined ? [] : [...toolStart(change), ...toolEnd(change, id)];
    }
    case 'tool_call_update': {
      const id = textAt(change, 'toolCallId');
      return id === undefined ? [] : toolEnd(change, id);
    }
    case 'usage_update': {
      const usd = textAt(change, 'cost.currency') === 'USD' ? amountAt(change, 'cost.amount') : undefined;
      return usd === undefined ? [] : [{ type: 'cost', usd, adds: false }];
    }
    default:
      return [];
  }
}

function toolStart(call: unknown): AgentEvent[] {
  const id = textAt(call, 'toolCallId');
  const name = textAt(call, 'name') ?? textAt(call, 'title') ?? textAt(call, 'kind') ?? 'unnamed';
  return id === undefined ? [] : [{ type: 'tool-started', id, name }];
}

function toolEnd(change: unknown, id: string): AgentEvent[] {
  const status = textAt(change, 'status');
  if (status !== 'completed' && status !== 'failed') return [];
  return [{ type: 'tool-ended', id, ok: status === 'completed' }];
}

/** Of the turn: in the protocol's unstable form, or where gemini puts it. */
function usageIn(message: unknown): StreamUsage | undefined {
  const said = usageOf(at(message, 'result.usage'));
  if (said !== undefined) return said;
  const inputTokens = amountAt(message, 'result._meta.quota.token_count.input_tokens');
  const outputTokens = amountAt(message, 'result._meta.quota.token_count.output_tokens');
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

function usageOf(usage: unknown): StreamUsage | undefined {
  const inputTokens = amountAt(usage, 'inputTokens');
  const outputTokens = amountAt(usage, 'outputTokens');
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cachedTokens = amountAt(usage, 'cachedReadTokens');
  const reasoningTokens = amountAt(usage, 'thoughtTokens');
  return {
    inputTokens,
    outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    totalTokens: amountAt(usage, 'totalTokens') ?? inputTokens + outputTokens,
  };
}
