import { describe, expect, it } from 'vitest';
import { refusalIn } from '../../src/agents/limits.ts';

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
