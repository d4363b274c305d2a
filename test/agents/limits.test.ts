import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { refusalIn } from '../../src/agents/limits.ts';
import { createReader } from '../../src/agents/stream.ts';
import type { ProcessEnd } from '../../src/agents/verdict.ts';
import type { StreamFormat } from '../../src/core/agent-descriptor.ts';

const NOW = '2026-11-21T12:00:00.000Z';

/** What the end of the output comes to, for an attempt that ended with 1. */
const refusal = (agent: string, output: string, exit: number | undefined = 1) =>
  refusalIn({ agent, output: output.split('\n'), now: NOW, ...(exit === undefined ? {} : { exit }) });

describe('the limit of a command line iter knows', () => {
  it.each([
    ['claude', 'Claude AI usage limit reached|1795275000', '2026-11-21T15:30:00.000Z'],
    [
      'claude',
      '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1795275000}}\n{"type":"result"}',
      '2026-11-21T15:30:00.000Z',
    ],
    ['codex', '{"type":"turn.failed","error":{"message":"exceeded retry limit, last status: 429 Too Many Requests"}}', undefined],
    ['codex', "You've hit your usage limit. Try again in 2 hours 30 minutes.", '2026-11-21T14:30:00.000Z'],
    ['gemini', '{"type":"result","status":"error","error":{"message":"[API Error: Rate limit reached for requests]"}}', undefined],
    ['opencode', '{"type":"error","error":{"data":{"statusCode":429,"responseHeaders":{"retry-after":"20"}}}}', '2026-11-21T12:00:20.000Z'],
  ])('%s says so: %s', (agent, output, until) => {
    expect({ until: undefined, ...refusal(agent, output) }).toEqual({ until, reason: expect.any(String) });
  });

  it('shows people the message in a JSON line', () => {
    const line = '{"type":"turn.failed","error":{"message":"exceeded retry limit, last status: 429 Too Many Requests"}}';
    expect(refusal('codex', line)?.reason).toBe('exceeded retry limit, last status: 429 Too Many Requests');
  });

  it('an attempt that ended well was not limited, whatever it wrote about limits', () => {
    expect(refusal('codex', 'I handle the case "rate limit reached" now.', 0)).toBe(undefined);
  });

  it('other trouble is no limit', () => {
    expect(refusal('codex', '{"type":"turn.failed","error":{"message":"401 Unauthorized"}}')).toBe(undefined);
  });

  it('one that never ended by itself may have been trying all the time', () => {
    expect(refusalIn({ agent: 'qwen', output: ['[API Error: 429 Too Many Requests]'], now: NOW })?.reason).toBe(
      '[API Error: 429 Too Many Requests]',
    );
  });

  it('what was said long before the end is over', () => {
    expect(refusal('codex', `last status: 429\n${'at work\n'.repeat(30)}broken`)).toBe(undefined);
  });
});

describe('an agent that writes events', () => {
  const recorded = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`../fixtures/streams/${name}.jsonl`, import.meta.url)), 'utf8');
  const line = (event: object): string => `${JSON.stringify(event)}\n`;

  /** What this output, as a stream and as the end of a log, comes to. */
  const refusalOf = (agent: string, format: StreamFormat, output: string, end: ProcessEnd) => {
    const reader = createReader(format);
    reader.push(Buffer.from(output));
    reader.end();
    return refusalIn({ agent, output: output.trimEnd().split('\n'), said: reader.summary(), now: NOW, ...end });
  };

  const resetsAt = { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1795275000, rateLimitType: 'five_hour' } };
  const failed = { type: 'result', subtype: 'success', is_error: true, result: 'Claude AI usage limit reached|1795275000' };

  it.each<[string, StreamFormat, string, ProcessEnd, string, string | undefined]>([
    ['codex', 'codex', recorded('codex.429'), { exit: 1 }, 'exceeded retry limit, last status: 429 Too Many Requests', undefined],
    ['gemini', 'gemini', recorded('gemini.429'), { exit: 173 }, '[API Error: Rate limit reached for requests] Please wait', undefined],
    // the header retry-after is one second
    ['opencode', 'opencode', recorded('opencode.429'), { exit: 1 }, 'Rate limit reached for requests', '2026-11-21T03:36:08.446Z'],
    ['claude', 'claude', line(resetsAt), { timedOut: true }, 'the provider refuses to go on: five_hour', '2026-11-21T15:30:00.000Z'],
    ['claude', 'claude', line(failed), { exit: 0 }, 'Claude AI usage limit reached|1795275000', '2026-11-21T15:30:00.000Z'],
    ['mine', 'gemini', '', { exit: 173 }, 'the agent ended with exit 173', undefined],
    ['gemini', 'gemini', 'Attempt 4 failed with status: 429\n', { timedOut: true }, 'Attempt 4 failed with status: 429', undefined],
    ['mine', 'codex', 'limit: 15m monthly plan\n', { exit: 75 }, 'monthly plan', '2026-11-21T12:15:00.000Z'],
  ])('%s (%s) has been refused', (agent, format, output, end, reason, until) => {
    expect({ until: undefined, ...refusalOf(agent, format, output, end) }).toEqual({ until, reason: expect.stringContaining(reason) });
  });

  it.each<[string, string, ProcessEnd]>([
    [
      'a tool that prints a limit, in an event',
      line({ type: 'item.completed', item: { type: 'command_execution', aggregated_output: 'rate limit reached, last status: 429' } }),
      { exit: 1 },
    ],
    ['the same while iter waited for its end', line({ type: 'item.completed', text: 'hit your usage limit' }), { timedOut: true }],
    ['an event that was cut off', '{"type":"item.completed","text":"hit your usage limit', { timedOut: true }],
    ['a run that failed for another reason', `rate limit reached\n${recorded('codex.500')}`, { exit: 1 }],
    ['a run that came to a good end', `rate limit reached\n${recorded('codex.hello')}`, { exit: 0 }],
    ['an account that is refused', `last status: 429\n${recorded('codex.401')}`, { exit: 1 }],
  ])('is not taken for refused: %s', (_, output, end) => {
    expect(refusalOf('codex', 'codex', output, end)).toBe(undefined);
  });
});

describe('any program', () => {
  it('says by exit 75 that it is to be tried later', () => {
    expect(refusal('command:mine', 'busy', 75)).toEqual({ reason: 'the agent ended with exit 75: try later' });
  });

  it('may say until when, and why, near the end of its output', () => {
    expect(refusal('command:mine', 'working\nlimit: 15m monthly plan\nbye', 75)).toEqual({
      reason: 'monthly plan',
      until: '2026-11-21T12:15:00.000Z',
    });
  });

  it('is not believed about limits with another exit code', () => {
    expect(refusal('command:mine', 'limit: 15m\nRate limit reached', 1)).toBe(undefined);
  });
});
