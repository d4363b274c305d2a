import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/agents/stream.ts';
import type { StreamFormat } from '../../src/core/agent-descriptor.ts';
import type { StreamSummary } from '../../src/agents/stream-summary.ts';
import { messageOf, verdictOf } from '../../src/agents/verdict.ts';
import type { ProcessEnd } from '../../src/agents/verdict.ts';

const recorded = (name: string): Uint8Array => readFileSync(fileURLToPath(new URL(`../fixtures/streams/${name}.jsonl`, import.meta.url)));

function summaryOf(format: StreamFormat, output: string | Uint8Array): StreamSummary {
  const reader = createReader(format);
  reader.push(typeof output === 'string' ? Buffer.from(output) : output);
  reader.end();
  return reader.summary();
}

const lines = (...events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** `write+ bash-`: what was called, and how each call ended; `?` for one whose end nothing told. */
const toolsOf = ({ tools }: StreamSummary): string =>
  tools.map(({ name, ok }) => `${name}${ok === undefined ? '?' : ok ? '+' : '-'}`).join(' ');

const usageOf = ({ usage }: StreamSummary): string | undefined =>
  usage === undefined ? undefined : `${usage.inputTokens} ${usage.outputTokens} ${usage.totalTokens}`;

const DONE = 'Finished: RESULT.md written and committed.';
const HELLO = 'Hello from the scripted model.';

describe('a recorded run', () => {
  // file, exit, session, text, tools, usage (input, output, total), cost, verdict
  it.each<[string, number, string | undefined, string, string, string | undefined, number | undefined, string]>([
    ['codex.hello', 0, '01a1fc0a-2e16-7983-9095-fdc19093dd63', HELLO, '', '1200 34 1234', undefined, 'ok'],
    ['codex.write', 0, '01a1fc42-c2f9-7213-80ad-af2b7dbb28e8', DONE, 'command_execution+', '3600 102 3702', undefined, 'ok'],
    [
      'codex.fail',
      0,
      '01a1fc0d-53d4-7871-ad2e-9568eddbdaef',
      'Finished after fail.',
      'command_execution-',
      '2400 68 2468',
      undefined,
      'ok',
    ],
    ['codex.mcp', 0, '01a1fc22-942a-7ab3-b658-14d92d7cc5d5', 'Reported.', '', '2400 68 2468', undefined, 'ok'],
    ['codex.resume', 0, '01a1fc0e-9531-7643-9f42-1c45f1f11737', 'I see 0 earlier assistant messages.', '', '1200 34 1234', undefined, 'ok'],
    ['codex.401', 1, '01a1fc0c-e183-7f33-97b1-6390d05224b1', '', '', undefined, undefined, 'auth'],
    ['codex.429', 1, '01a1fc0c-e302-7d20-8722-75b0b837ee73', '', '', undefined, undefined, 'rate_limited'],
    ['codex.500', 1, '01a1fc0c-e5de-78d0-b0b0-443367ae0744', '', '', undefined, undefined, 'error'],
    ['gemini.hello', 0, '2fb2c2c0-9338-42a9-812c-24d8355fed62', HELLO, '', '1200 34 1234', undefined, 'ok'],
    ['gemini.write', 0, 'f8418507-a782-4809-817d-fff0da248bc9', DONE, 'write_file+ run_shell_command+', '3600 102 3702', undefined, 'ok'],
    ['gemini.401', 145, 'c9117e36-8679-47f0-ad9d-d302dde2a2e3', '', '', '0 0 0', undefined, 'auth'],
    ['gemini.429', 173, '85a26c71-cf54-4dcf-9900-fa4b6d8d8cb4', '', '', '0 0 0', undefined, 'rate_limited'],
    ['gemini.resume', 42, undefined, '', '', undefined, undefined, 'error'],
    ['qwen.hello', 0, 'c261cbc9-b870-4a32-b900-3615e65b97ed', HELLO, '', '2400 68 2468', undefined, 'ok'],
    ['qwen.write', 0, 'be057f31-8774-4bba-8189-5bda2cefc8df', DONE, 'write_file+ run_shell_command+', '3600 102 3702', undefined, 'ok'],
    ['qwen.mcp', 0, '7f3c00ba-3c52-443e-b72f-2cb8e132318e', 'Reported.', 'mcp__iter__iter_report+', '2400 68 2468', undefined, 'ok'],
    // ended with 0 and "success"
    ['qwen.401', 0, 'eb688632-b261-4166-8e7d-3d45ffafaf9c', '[API Error: 401 Incorrect API key provided]', '', '0 0 0', undefined, 'auth'],
    ['qwen.resume', 1, undefined, '', '', undefined, undefined, 'error'],
    ['opencode.hello', 0, 'ses_e03f5b231ffeeMK0fiK7IdbY7L', HELLO, '', '1200 34 1234', 0, 'ok'],
    ['opencode.write', 0, 'ses_e03bca3dcffejM3xYmNwBCIZE5', DONE, 'write+ bash+', '3600 102 3702', 0.00462, 'ok'],
    ['opencode.mcp', 0, 'ses_e03de6884ffe0xDRSEDvKdym8V', 'Reported.', 'iter_iter_report+', '2400 68 2468', 0.00308, 'ok'],
    ['opencode.401', 1, 'ses_e03e1c7bdffeuN6G9xdDk6yGaV', '', '', undefined, undefined, 'auth'],
    ['opencode.429', 1, 'ses_e03d328a6ffeIo4g6tG4X95asI', '', '', undefined, undefined, 'rate_limited'],
    ['opencode.resume', 1, undefined, '', '', undefined, undefined, 'error'],
    [
      'gemini.acp-write',
      0,
      'aff423c8-5c4c-463b-a40b-18265271db41',
      'It is done.',
      'Writing to greeting.txt+ printf+',
      '3600 102 3702',
      undefined,
      'ok',
    ],
    ['gemini.acp-cancel', 130, '1cf6dd30-3644-4dcd-b1df-40913653660e', 'I will use a tool.', 'sleep+', undefined, undefined, 'killed'],
    ['gemini.acp-load', 0, 'c1d88b54-87ed-4ad8-a3b3-40d32171b751', 'Done.', 'echo hi+', '2400 68 2468', undefined, 'ok'],
    ['gemini.acp-401', 1, '12dd3227-4da5-433a-a5f8-1908fe32d2d8', '', '', undefined, undefined, 'auth'],
    // usage by request
    [
      'qwen.acp-write',
      0,
      '0c7bb20b-28c4-4f56-a094-c3dfbec07eef',
      'It is done.',
      'Writing to greeting.txt+ printf+',
      '3600 102 3702',
      undefined,
      'ok',
    ],
    [
      'qwen.acp-denied',
      0,
      'b16a718f-b9a9-4ba8-bfc1-6199fdd59f6c',
      'It is done.',
      'Writing to greeting.txt- printf-',
      '3600 102 3702',
      undefined,
      'ok',
    ],
    ['qwen.acp-401', 1, '4330458a-d07c-45d2-bfd3-e4c95a419690', '', '', undefined, undefined, 'auth'],
    // usage of its last request only
    ['opencode.acp-write', 0, 'ses_e00abf4d1ffe72Jy0csLi0Sn9j', 'It is done.', 'write+ bash+', '1200 34 1234', 0, 'ok'],
    ['pi.write', 0, '01a1fc2e-04cf-74a8-a915-e350f31c1cdd', DONE, 'write+ bash+', '3600 102 3702', 0.00462, 'ok'],
  ])('%s', (name, exit, session, text, tools, usage, costUsd, verdict) => {
    const agent = name.split('.')[0] ?? '';
    const format = name.includes('.acp-') ? 'acp' : agent === 'qwen' ? 'claude' : (agent as StreamFormat);
    const summary = summaryOf(format, recorded(name));
    expect({
      session: summary.session,
      text: summary.text,
      // of a command its program is enough
      tools: toolsOf(summary).replaceAll(/(printf|sleep) .*?(?=[+?-](?: |$))/g, '$1'),
      usage: usageOf(summary),
      costUsd: summary.costUsd,
      verdict: verdictOf(summary, { exit }),
    }).toEqual({ session, text, tools, usage, costUsd, verdict });
  });

  it('of qwen that tried again and again without a word was ended by its time limit', () => {
    const summary = summaryOf('claude', recorded('qwen.429'));
    expect([verdictOf(summary, { signal: 'SIGKILL', timedOut: true }), verdictOf(summary, { exit: 0 })]).toEqual(['timeout', 'unfinished']);
  });
});

describe('a conversation by the Agent Client Protocol', () => {
  const agent = (message: object, answers?: string) => ({ from: 'agent', ...(answers === undefined ? {} : { answers }), message });
  const update = (change: object) => agent({ method: 'session/update', params: { update: change } });
  const said = (text: string) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  const opened = agent({ id: 1, result: { sessionId: 's1' } }, 'session/new');
  const ended = (result: object) => agent({ id: 2, result }, 'session/prompt');

  it('a call is one, whether it is told of, asked for, or both', () => {
    const call = (id: string) => ({ toolCallId: id, title: `do ${id}`, kind: 'execute' });
    const asks = (id: string) => agent({ id: 7, method: 'session/request_permission', params: { toolCall: call(id) } });
    const summary = summaryOf(
      'acp',
      lines(
        update({ sessionUpdate: 'tool_call', status: 'pending', ...call('a') }),
        asks('a'),
        update({ sessionUpdate: 'tool_call_update', toolCallId: 'a', status: 'in_progress' }),
        update({ sessionUpdate: 'tool_call_update', toolCallId: 'a', status: 'completed' }),
        asks('b'),
        update({ sessionUpdate: 'tool_call_update', toolCallId: 'b', status: 'failed' }),
        update({ sessionUpdate: 'tool_call', status: 'completed', ...call('c') }),
        asks('d'),
      ),
    );
    expect([toolsOf(summary), summary.toolCalls]).toEqual(['do a+ do b- do c+ do d?', 4]);
  });

  it('requests are added up until the end says what the turn was in all, and the cost is that of the session', () => {
    const request = update({
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: '' },
      _meta: { usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12 } },
    });
    const cost = (amount: number, currency: string) =>
      update({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount, currency } });
    const soFar = lines(opened, request, said('Hi'), request, cost(1, 'USD'), cost(2, 'USD'), cost(9, 'credits'));
    const whole = lines(
      ended({ stopReason: 'end_turn', usage: { inputTokens: 30, outputTokens: 5, totalTokens: 35, thoughtTokens: null } }),
    );
    expect([summaryOf('acp', soFar), summaryOf('acp', soFar + whole)].map((one) => [usageOf(one), one.costUsd, one.text])).toEqual([
      ['20 4 24', 2, 'Hi'],
      ['30 5 35', 2, 'Hi'],
    ]);
  });

  it.each<[object, string, string | undefined]>([
    [ended({ stopReason: 'end_turn' }), 'ok', undefined],
    [ended({ stopReason: 'max_tokens' }), 'limit', 'its answer came to the limit of tokens'],
    [ended({ stopReason: 'max_turn_requests' }), 'limit', 'it came to its own limit of turns'],
    [ended({ stopReason: 'refusal' }), 'error', 'it refused to go on with this prompt'],
    [ended({ stopReason: 'cancelled' }), 'error', 'it was cancelled'],
    [ended({ stopReason: 'tired' }), 'error', 'it ended for the reason "tired"'],
    [ended({}), 'error', 'it ended for the reason "none"'],
    [agent({ id: 1, error: { code: -32000, message: 'Authentication required' } }, 'session/new'), 'auth', 'Authentication required'],
    [agent({ id: 1, error: { code: 401, message: 'Incorrect key' } }, 'session/prompt'), 'auth', 'Incorrect key'],
    [agent({ id: 1, error: { code: 429, message: 'Slow down' } }, 'session/prompt'), 'rate_limited', 'Slow down'],
    [
      agent({ id: 1, error: { code: -32603, message: 'Internal error', data: { details: 'API Error: 429 wait' } } }, 'session/prompt'),
      'rate_limited',
      'Internal error: API Error: 429 wait',
    ],
    [agent({ id: 1, error: {} }, 'initialize'), 'error', 'an error without a message'],
    [{ from: 'iter', problem: 'mine ended with exit 3 before it had answered' }, 'error', 'mine ended with exit 3 before it had answered'],
    // what it answers to nothing, and what is asked of us, is no end
    [agent({ id: 9, result: { stopReason: 'end_turn' } }), 'unfinished', undefined],
    [{ from: 'iter', message: { id: 2, result: { stopReason: 'end_turn' } } }, 'unfinished', undefined],
  ])('ends as %j says', (end, verdict, message) => {
    const summary = summaryOf('acp', lines(opened, said('Well.'), end));
    const found = verdictOf(summary, { exit: verdict === 'ok' || verdict === 'unfinished' ? 0 : 1 });
    expect([summary.session, found, messageOf(summary, found)]).toEqual(['s1', verdict, message]);
  });

  it('what is told again of an earlier session counts for nothing', () => {
    const replayed = [said('Old.'), update({ sessionUpdate: 'tool_call', toolCallId: 'o', title: 'old' })].map((line) => ({
      ...line,
      replay: true,
    }));
    const loaded = { ...agent({ id: 1, result: {} }, 'session/load'), replay: true };
    const asked = { from: 'iter', message: { id: 2, method: 'session/prompt', params: { sessionId: 's0' } } };
    expect(summaryOf('acp', lines(...replayed, loaded)).session).toBeUndefined();
    const { session, text, toolCalls } = summaryOf('acp', lines(...replayed, loaded, asked, said('New.')));
    expect({ session, text, toolCalls }).toEqual({ session: 's0', text: 'New.', toolCalls: 0 });
  });

  it.each<[object, true | undefined]>([
    [{}, true],
    [{ loadSession: false, sessionCapabilities: { resume: null, list: {} } }, true],
    [{ loadSession: true }, undefined],
    [{ sessionCapabilities: { resume: {} } }, undefined],
  ])('of what an agent can, %j, it is known whether its sessions can be gone on with', (agentCapabilities, forgets) => {
    const greeting = agent({ id: 0, result: { protocolVersion: 1, agentCapabilities } }, 'initialize');
    expect(summaryOf('acp', lines(greeting, opened)).forgets).toBe(forgets);
  });
});

describe('claude, as its SDK documents it', () => {
  const init = { type: 'system', subtype: 'init', session_id: 's1' };
  const message = (id: string, input: number, output: number) => ({
    type: 'assistant',
    message: { id, content: [{ type: 'text', text: `says ${id}` }], usage: { input_tokens: input, output_tokens: output } },
  });
  const good = { type: 'result', subtype: 'success', is_error: false, session_id: 's1', result: 'all done', total_cost_usd: 0.5 };

  it('counts a message once that comes in several lines, until the end says what it was in all', () => {
    const soFar = lines(init, message('m1', 10, 1), message('m1', 10, 4), message('m2', 20, 2));
    const usage = { input_tokens: 3, cache_read_input_tokens: 100, cache_creation_input_tokens: 7, output_tokens: 9 };
    expect([usageOf(summaryOf('claude', soFar)), usageOf(summaryOf('claude', soFar + lines({ ...good, usage })))]).toEqual([
      '30 6 36',
      '110 9 119',
    ]);
  });

  it.each<[object, string]>([
    [{}, 'ok'],
    [{ is_error: true, api_error_status: 401, result: 'no' }, 'auth'],
    [{ is_error: true, terminal_reason: 'api_error', api_error_status: 429 }, 'rate_limited'],
    [{ is_error: true, result: 'Claude AI usage limit reached|1795275000' }, 'rate_limited'],
    [{ terminal_reason: 'api_error', result: 'overloaded' }, 'error'],
    [{ subtype: 'error_max_turns', is_error: false }, 'limit'],
    [{ subtype: 'error_max_budget_usd', is_error: false }, 'limit'],
    [{ subtype: 'error_during_execution', is_error: true }, 'error'],
  ])('an end with %j is %s', (with_, verdict) => {
    expect(verdictOf(summaryOf('claude', lines(init, { ...good, ...with_ })), { exit: 0 })).toBe(verdict);
  });

  it('trouble is told until the agent goes on', () => {
    const turn = { type: 'turn.started' };
    const trouble = { type: 'error', message: 'waiting for network' };
    const said = { type: 'item.completed', item: { id: 'i1', type: 'agent_message', text: 'Hello.' } };
    const call = { type: 'item.started', item: { id: 'i2', type: 'command_execution', status: 'in_progress' } };
    const texts = [lines(turn, trouble), lines(turn, trouble, said), lines(turn, trouble, call), lines(trouble, turn)];
    expect(texts.map((text) => summaryOf('codex', text).trouble)).toEqual(['waiting for network', undefined, undefined, undefined]);
  });

  it('a refusal holds until the agent goes on, and says until when', () => {
    const refused = { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1795275000, rateLimitType: 'five_hour' } };
    const warning = { type: 'rate_limit_event', rate_limit_info: { status: 'allowed_warning', resetsAt: 1795275000 } };
    const call = { type: 'assistant', message: { id: 'm3', content: [{ type: 'tool_use', id: 't1', name: 'Bash' }] } };
    const limits = [lines(init, refused), lines(init, warning), lines(init, refused, call), lines(init, refused, good)].map(
      (text) => summaryOf('claude', text).limit,
    );
    const limit = { message: 'the provider refuses to go on: five_hour', until: '2026-11-21T15:30:00.000Z' };
    expect(limits).toEqual([limit, undefined, undefined, undefined]);
    expect(verdictOf(summaryOf('claude', lines(init, refused)), { timedOut: true, signal: 'SIGKILL' })).toBe('rate_limited');
  });

  it('what a helper of the agent says is not what the agent says', () => {
    const helper = { ...message('h1', 1, 1), parent_tool_use_id: 't1' };
    expect(summaryOf('claude', lines(init, message('m1', 1, 1), helper)).text).toBe('says m1');
  });
});

describe('an end that is none', () => {
  it.each<[string, StreamFormat, string, ProcessEnd, string]>([
    [
      'codex tries to reach its provider',
      'codex',
      lines({ type: 'turn.started' }, { type: 'error', message: 'Reconnecting' }),
      { exit: 0 },
      'unfinished',
    ],
    ['codex waits out a limit', 'codex', lines({ type: 'error', message: 'last status: 429' }), { timedOut: true }, 'rate_limited'],
    ['gemini was killed, and ended with 0', 'gemini', lines({ type: 'init', session_id: 'a' }), { exit: 0 }, 'unfinished'],
    [
      'opencode asked a question nobody may answer',
      'opencode',
      lines({ type: 'step_finish', part: { reason: 'tool-calls' } }),
      { exit: 0 },
      'unfinished',
    ],
    [
      'opencode goes on after a step that stopped',
      'opencode',
      lines({ type: 'step_finish', part: { reason: 'stop' } }, { type: 'step_start' }),
      { exit: 0 },
      'unfinished',
    ],
    [
      'another run begins in the same log',
      'codex',
      lines({ type: 'turn.completed' }, { type: 'thread.started', thread_id: 'b' }),
      { exit: 0 },
      'unfinished',
    ],
    [
      'pi comes to its end after an error',
      'pi',
      lines({ type: 'turn_end', message: { stopReason: 'error', errorMessage: 'HTTP 500' } }, { type: 'agent_end', messages: [] }),
      { exit: 0 },
      'error',
    ],
    ['nothing at all was written', 'claude', '', { exit: 0 }, 'unfinished'],
    ['nothing is known of the process', 'text', 'hello', {}, 'unfinished'],
  ])('%s', (_, format, output, end, verdict) => {
    expect(verdictOf(summaryOf(format, output), end)).toBe(verdict);
  });
});

describe('how the process ended', () => {
  const good = lines({ type: 'turn.completed', usage: { input_tokens: 1, output_tokens: 1 } });

  it.each<[StreamFormat, string, ProcessEnd, string]>([
    ['codex', good, {}, 'ok'],
    ['codex', good, { exit: 0 }, 'ok'],
    ['codex', good, { exit: 1 }, 'error'],
    ['codex', good, { exit: 75 }, 'rate_limited'],
    ['codex', good, { signal: 'SIGTERM' }, 'killed'],
    ['codex', good, { exit: 143 }, 'killed'],
    ['codex', good, { exit: 0, timedOut: true }, 'timeout'],
    ['codex', good, { signal: 'SIGINT', idle: true }, 'timeout'],
    ['gemini', '', { exit: 41 }, 'auth'],
    ['gemini', '', { exit: 53 }, 'limit'],
    ['gemini', '', { exit: 145 }, 'auth'],
    ['gemini', '', { exit: 173 }, 'rate_limited'],
    ['codex', '', { exit: 145 }, 'error'],
    ['claude', '', { exit: 53 }, 'limit'],
    ['text', 'done', { exit: 0 }, 'ok'],
    ['text', 'done', { exit: 3 }, 'error'],
    ['text', 'done', { exit: 75 }, 'rate_limited'],
  ])('%s after %j with %j', (format, output, end, verdict) => {
    expect(verdictOf(summaryOf(format, output), end)).toBe(verdict);
  });
});

describe('output nobody promised', () => {
  it('lines that are not JSON are passed over and counted', () => {
    const summary = summaryOf(
      'codex',
      `Reading additional input from stdin...\n\n{"type":"turn.comp\n[1]\nnull\n${lines({ type: 'turn.completed' })}`,
    );
    expect([summary.unread, summary.terminal]).toEqual([4, { kind: 'ok' }]);
  });

  it.each<[string, number, string | undefined]>([
    [
      'Reading additional input from stdin...\nError: required servers failed to initialize: iter\n',
      1,
      'Error: required servers failed to initialize: iter',
    ],
    [`Error: ${'no '.repeat(2000)}`, 1, `Error: ${'no '.repeat(50)}no…`],
    // of one that was ended, or that told of its end, it is not known what such a line has to do with it
    ['Error: late\n', 143, undefined],
    [`Error: early\n${lines({ type: 'turn.completed' })}`, 1, undefined],
    [lines({ type: 'thread.started', thread_id: 's1' }), 1, undefined],
  ])('of %j with exit %i the last words are the reason, where nothing else is', (output, exit, reason) => {
    const summary = summaryOf('codex', output);
    expect(messageOf(summary, verdictOf(summary, { exit }))).toBe(reason);
  });

  it('bytes that are no UTF-8 spoil nothing but themselves', () => {
    const message = Buffer.from('{"type":"item.completed","item":{"id":"1","type":"agent_message","text":"a?b"}}\n');
    message[message.indexOf('?')] = 0xff;
    expect(summaryOf('codex', message).text).toBe('a\u{FFFD}b');
  });

  it('a line of several MB is read; one that has no end is left out and nothing behind it', () => {
    const long = lines({ type: 'item.completed', item: { id: '1', type: 'agent_message', text: 'x'.repeat(3_000_000) } });
    const endless = Buffer.concat([Buffer.alloc(17 * 1024 * 1024, '{'), Buffer.from(`\n${lines({ type: 'turn.completed' })}`)]);
    const reader = createReader('codex');
    for (const piece of [Buffer.from(long), endless]) reader.push(piece);
    const { text, textCut, unread, terminal } = reader.summary();
    expect([text.length, text.length + textCut, unread, terminal]).toEqual([65_536, 3_000_000, 1, { kind: 'ok' }]);
  });

  it('keeps the end of what there is much of, and counts the rest', () => {
    const calls = Array.from({ length: 1500 }, (_, index) => ({ type: 'item.completed', item: { id: `i${index}`, type: 'web_search' } }));
    const { tools, toolCalls } = summaryOf('codex', lines(...calls));
    expect([tools.length, tools.at(-1)?.id, toolCalls]).toEqual([1000, 'i1499', 1500]);
    const reader = createReader('text');
    for (let piece = 0; piece < 100; piece += 1) reader.push(Buffer.alloc(10_000, piece % 2 === 0 ? 'a' : 'b'));
    const { text, textCut } = reader.summary();
    expect([text.length, text.length + textCut, text.at(-1)]).toEqual([65_536, 1_000_000, 'b']);
  });

  it('steps are added up, however many there are', () => {
    const step = {
      type: 'step_finish',
      part: { reason: 'tool-calls', tokens: { input: 2, output: 1, cache: { read: 3, write: 1 } }, cost: 0.1 },
    };
    const summary = summaryOf('opencode', lines(...Array.from({ length: 100 }, () => step)));
    expect([summary.usage, summary.costUsd]).toEqual([{ inputTokens: 600, outputTokens: 100, cachedTokens: 300, totalTokens: 700 }, 10]);
  });

  it('amounts that can be none are not believed', () => {
    const usage = '{"type":"turn.completed","usage":{"input_tokens":-5,"output_tokens":1e999}}\n';
    expect(summaryOf('codex', usage).usage).toBe(undefined);
  });
});
