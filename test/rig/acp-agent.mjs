/**
 * An agent that speaks the Agent Client Protocol over its standard input and output, and does what its first argument says: a list of deeds in JSON.
 * Nothing of the protocol is taken from a library: this is the other side. It never lives longer than a minute.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

setTimeout(() => process.exit(99), 60_000).unref();
const deeds = JSON.parse(process.argv[2] ?? '[]');
/** "always" stands first: nobody may take it. */
const OPTIONS = ['allow_always', 'allow_once', 'reject_once', 'reject_always'].map((kind) => ({ kind, optionId: `${kind}!`, name: kind }));
const MODES = { currentModeId: 'free', availableModes: ['free', 'careful'].map((mode) => ({ id: mode, name: mode })) };
const waiting = new Map();
let cancelled = () => {};
let calls = 0;
let asked = 0;

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const update = (change) => send({ method: 'session/update', params: { sessionId: 's-1', update: change } });
const say = (text) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const deed = (name) => deeds.find((one) => one.do === name);

createInterface({ input: process.stdin }).on('line', (line) => void receive(JSON.parse(line)));
// the conversation is over
process.stdin.on('end', () => deed('stay') ?? process.exit(0));

async function receive({ id, method, params, result }) {
  if (method === undefined) return waiting.get(id)?.(result);
  const refusal = deeds.find((one) => one.do === 'refuse' && one.at === method);
  if (refusal !== undefined) return send({ id, error: refusal.error });
  switch (method) {
    case 'initialize': {
      const agentCapabilities = deed('remember') ? { loadSession: true } : {};
      return send({ id, result: { protocolVersion: deed('speak')?.version ?? 1, agentCapabilities } });
    }
    case 'session/load': {
      const { late, blank, piecemeal } = deed('remember');
      if (piecemeal !== undefined) void tellWhenAsked(piecemeal);
      if (late === true) send({ id, result: { modes: MODES } });
      if (blank !== true) history();
      update({ sessionUpdate: 'available_commands_update', availableCommands: [] });
      return late === true ? undefined : send({ id, result: { modes: MODES } });
    }
    case 'session/new': {
      appendFileSync(path.join(process.cwd(), 'session.json'), `${JSON.stringify(params)}\n`);
      return send({ id, result: { sessionId: 's-1', modes: MODES } });
    }
    case 'session/set_mode':
      say(`Mode ${params.modeId}. `);
      return send({ id, result: {} });
    case 'session/cancel':
      if (deed('deaf') === undefined) cancelled();
      return undefined;
    case 'session/prompt': {
      const stop = new Promise((resolve) => (cancelled = () => resolve('cancelled')));
      const stopReason = await Promise.race([work(params.prompt[0].text), stop]);
      return send({ id, result: { stopReason, ...deed('count')?.result } });
    }
    default:
      return send({ id, error: { code: -32601, message: `no ${method}` } });
  }
}

/** What it tells of an earlier run, whatever that was. */
function history() {
  update({ sessionUpdate: 'user_message_chunk', content: { type: 'text', text: 'Do it.' } });
  say('What was said before. ');
  update({ sessionUpdate: 'tool_call', toolCallId: 'old', title: 'old', status: 'completed' });
  update({
    sessionUpdate: 'agent_message_chunk',
    content: { type: 'text', text: '' },
    _meta: { usage: { inputTokens: 5, outputTokens: 5, totalTokens: 10 } },
  });
}

/** One thing after the other, each when a file of its name appears in the worktree. */
async function tellWhenAsked(names) {
  for (const name of names) {
    while (!existsSync(name)) await pause(10);
    say(`${name}. `);
  }
}

/** Everything in turn; gives the reason of the end. */
async function work(prompt) {
  for (const one of deeds.filter(({ attempt }) => attempt === undefined || String(attempt) === process.env.ITER_ATTEMPT)) {
    switch (one.do) {
      case 'say':
        say(one.text.replace('{prompt}', prompt.trim()).replace('{pid}', String(process.pid)));
        break;
      case 'print':
        process.stdout.write(`${one.text}\n`);
        process.stderr.write(`to stderr: ${one.text}\n`);
        break;
      case 'big':
        say('x'.repeat(one.bytes));
        break;
      case 'cost':
        update({ sessionUpdate: 'usage_update', used: 10, size: 100, cost: { amount: one.usd, currency: 'USD' } });
        break;
      case 'tool':
        await tool(one);
        break;
      case 'fork':
        say(`Child ${spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' }).pid}. `);
        break;
      case 'hang':
        say('Hanging. ');
        await new Promise(() => {});
        break;
      case 'crash':
        process.exit(one.code);
        break;
      case 'end':
        return one.reason;
      default:
    }
  }
  return 'end_turn';
}

/** Asks before it does anything, and says how that went. */
async function tool({ kind, title, path: file, text, command, call }) {
  calls += 1;
  const toolCallId = `call-${calls}`;
  const about = { toolCallId, title, kind, rawInput: { command }, locations: file === undefined ? [] : [{ path: path.resolve(file) }] };
  update({ sessionUpdate: 'tool_call', status: 'pending', ...about });
  asked += 1;
  const answer = new Promise((resolve) => waiting.set(`ask-${asked}`, resolve));
  send({
    id: `ask-${asked}`,
    method: call ?? 'session/request_permission',
    params: { sessionId: 's-1', toolCall: about, options: OPTIONS },
  });
  const { outcome } = (await answer) ?? { outcome: { optionId: 'an error' } };
  const isAllowed = outcome.optionId === 'allow_once!';
  if (isAllowed && text !== undefined) {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(file, text);
  }
  say(`${title}: ${outcome.optionId ?? outcome.outcome}. `);
  update({ sessionUpdate: 'tool_call_update', toolCallId, status: isAllowed ? 'completed' : 'failed' });
}
