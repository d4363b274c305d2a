/** Looks whether an agent's program is there and asks it for its version. Asks no model anything. */
import { join } from 'node:path';
import { childEnvironment } from '../agents/environment.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import { isAtLeast, versionIn } from '../core/tool.ts';
import { readText } from '../effects/disk.ts';
import { inTemporaryFolder } from '../effects/folder.ts';
import { runCommand } from '../effects/process.ts';
import type { Context } from './context.ts';
import { onPath } from './preflight.ts';

export type Probe =
  /** Built in: there is no program to look for. */
  | { readonly state: 'built-in' }
  | { readonly state: 'found'; readonly version: string; readonly isRecorded: boolean }
  /** It is there and does not say its version. */
  | { readonly state: 'silent'; readonly reason: string }
  | { readonly state: 'too-old'; readonly version: string; readonly oldest: string }
  | { readonly state: 'missing'; readonly fix: string };

/** Milliseconds a program has to say its version. */
const PATIENCE = 10_000;

/** What is to be found of an agent here; `patience` in milliseconds. */
export async function probe(agent: AgentDescriptor, context: Context, patience = PATIENCE): Promise<Probe> {
  const { binary, version: how } = agent;
  if (binary === undefined) return { state: 'built-in' };
  if (!onPath(binary, context)) return { state: 'missing', fix: agent.install };
  if (how === undefined) return { state: 'silent', reason: 'its descriptor does not say how to ask' };
  const { text, exit, problem } = await outputOf(agent, how.arguments, context, patience);
  if (problem !== undefined) return { state: 'silent', reason: problem };
  const version = exit === 0 ? versionIn(text.slice(0, 4000)) : undefined;
  if (version === undefined) {
    return { state: 'silent', reason: `"${binary} ${how.arguments.join(' ')}" ended with ${exit ?? 'nothing'} and no version` };
  }
  if (how.oldest !== undefined && !isAtLeast(version, how.oldest)) return { state: 'too-old', version, oldest: how.oldest };
  return { state: 'found', version, isRecorded: how.recorded?.includes(version) === true };
}

interface Output {
  readonly text: string;
  /** The exit code, or the signal that ended it. */
  readonly exit?: number | string;
  /** Why there is no output to go by. */
  readonly problem?: string;
}

/** What an agent's program prints with these arguments, in an empty folder and with the environment it would get. */
export async function outputOf(agent: AgentDescriptor, argv: readonly string[], context: Context, patience = PATIENCE): Promise<Output> {
  const { binary = '', environment = {} } = agent;
  return inTemporaryFolder('iter-probe-', async (folder) => {
    const logFile = join(folder, 'output');
    const ended = await runCommand({
      argv: [binary, ...argv],
      cwd: folder,
      env: childEnvironment(context.environment, environment.pass ?? [], environment.set ?? {}),
      timeout: patience,
      logFile,
      cookie: `${folder}:probe:`,
      signal: context.signal,
    });
    if (ended.timedOut) return { text: '', problem: `no answer within ${patience / 1000} s` };
    if (ended.problem !== undefined) return { text: '', problem: ended.problem };
    const exit = ended.signal ?? ended.exit;
    return { text: readText(logFile) ?? '', ...(exit === undefined ? {} : { exit }) };
  });
}
