/**
 * Talks to one agent by the Agent Client Protocol: a program of its own, started like an agent and in its place, so that its output, its end and
 * its signals are those of any agent. The prompt is its standard input, the conversation its standard output; it ends with 0 when the agent came to
 * the end of its turn. SIGINT asks the agent to leave off and gives it a moment; SIGTERM ends it.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { RequestError } from '@agentclientprotocol/sdk';
import { readAcpArguments } from '../agents/acp-run.ts';
import { createAnswerer } from './asking.ts';
import { converse } from './conversation.ts';
import { gaveUp } from './record.ts';

/** Milliseconds for the answer to a cancel: less than iter waits between two signals. */
const CANCEL = 3500;
/** Milliseconds an agent gets to end once nobody has anything more to say to it. */
const FAREWELL = 3000;

const { run, command } = readAcpArguments(process.argv.slice(2));
const stopping = new AbortController();
const worktree = process.cwd();
const { agent, over, cancel } = converse({
  command,
  run,
  prompt: readFileSync(0, 'utf8'),
  worktree,
  answer: createAnswerer(run.permission, worktree, stopping.signal),
});

process.once('SIGINT', () => {
  stopping.abort();
  cancel();
  void Promise.race([over.catch(() => undefined), pause(CANCEL)]).then(() => leave(130, 0));
});
for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, () => void leave(name === 'SIGTERM' ? 143 : 129, 0));

try {
  const reason = await over;
  if (!stopping.signal.aborted) await leave(reason === 'end_turn' ? 0 : 1, FAREWELL);
} catch (error) {
  // of an end that is wanted there is nothing to tell
  if (!stopping.signal.aborted) {
    // what the agent itself answered stands in its message
    if (!(error instanceof RequestError)) gaveUp(error instanceof Error ? error.message : String(error));
    await leave(1, FAREWELL);
  }
}

async function leave(code: number, patience: number): Promise<never> {
  stopping.abort();
  await agent.end(patience);
  process.exit(code);
}
