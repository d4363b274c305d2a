/** Writes down the conversation on standard output, which is the log of the attempt: each line whole, and before anybody acts on it. */
import { writeSync } from 'node:fs';

/** One message of the agent, as it came; `answers` is the method it answers, `replay` says that it belongs to an earlier run. */
export function heard(line: string, about: { readonly answers?: string; readonly replay?: true }): void {
  const head = JSON.stringify({ from: 'agent', ...about });
  write(`${head.slice(0, -1)},"message":${line}}`);
}

/** One message to the agent. */
export function said(line: string): void {
  write(`{"from":"iter","message":${line}}`);
}

/** A call the agent may not make; some say nothing more of it. */
export function denied(call: string): void {
  write(JSON.stringify({ from: 'iter', denied: call }));
}

/** Why there is no answer to wait for. */
export function gaveUp(problem: string): void {
  write(JSON.stringify({ from: 'iter', problem }));
}

/** Whatever else there is to keep: what the agent writes beside its messages. */
export function aside(line: string): void {
  write(line);
}

function write(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let done = 0; done < bytes.length;) done += written(bytes, done);
}

/** A pipe that is full for the moment is no reason to lose a line. */
function written(bytes: Buffer, from: number): number {
  try {
    return writeSync(1, bytes, from);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
