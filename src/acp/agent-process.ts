/** The agent as a process: started in a group of its own, read line by line, and ended with all of that group. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createLineCutter } from '../agents/byte-lines.ts';
import { aside } from './record.ts';

export interface AgentProcess {
  readonly send: (line: string) => void;
  /** How it ended, in words; its output has been read by then. Never rejects. */
  readonly ended: Promise<string>;
  /** Lets it end by itself within so many milliseconds, then ends its group. */
  readonly end: (patience: number) => Promise<void>;
}

/** Milliseconds the group gets after SIGTERM. */
const GRACE = 800;
/** Milliseconds for what is still in the pipe when the agent has gone and something it started holds the other end. */
const LAST_WORDS = 500;

/** Starts it where this program was started; `hear` gets its lines. */
export function startAgentProcess([program = '', ...argv]: readonly string[], hear: (line: string) => void): AgentProcess {
  // not in our group: a signal to us is a cancel for the agent, and not its end
  const child = spawn(program, argv, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  // one that has gone hears nothing: that it has is told by its end
  child.stdin.on('error', () => undefined);
  const out = createLineCutter();
  const errors = createLineCutter();
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes).forEach(hear));
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes).forEach(aside));
  const ended = endOf(child).then((how) => {
    out.end().forEach(hear);
    errors.end().forEach(aside);
    return how;
  });
  return {
    send: (line) => void child.stdin.write(`${line}\n`),
    ended,
    end: async (patience) => {
      child.stdin.end();
      if (await within(patience, ended)) return signalGroup(child, 'SIGKILL');
      signalGroup(child, 'SIGTERM');
      await within(GRACE, ended);
      // what it has started may have stayed
      signalGroup(child, 'SIGKILL');
      await within(GRACE, ended);
    },
  };
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<string> {
  const closed = once(child, 'close');
  try {
    const [exit, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await within(LAST_WORDS, closed);
    return signal === null ? `ended with exit ${exit ?? 0}` : `was ended by ${signal}`;
  } catch (error) {
    closed.catch(() => undefined);
    return `could not be started (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
  }
}

async function within(milliseconds: number, done: Promise<unknown>): Promise<boolean> {
  const clock = new AbortController();
  const late = pause(milliseconds, false, { signal: clock.signal }).catch(() => false);
  const first = await Promise.race([done.then(() => true), late]);
  clock.abort();
  return first;
}

function signalGroup({ pid }: ChildProcessWithoutNullStreams, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
