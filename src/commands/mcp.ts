/** `iter mcp`: the doors for agents as a server of tools, for command lines that start one with each run. */
import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { openIteration } from '../engine/iteration.ts';
import { stillRed } from '../engine/still-red.ts';
import { serve } from './mcp-server.ts';
import { toolsFor } from './mcp-tools.ts';
import { say } from './out.ts';
import { patiently } from './patience.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, meaningOf, person, repositoryAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly iteration?: string;
  readonly task?: string;
  readonly agent?: string;
  readonly sandbox?: string;
}

/** Milliseconds. A client of the official package gives up a call after 60 seconds unless it was made to wait longer. */
const PATIENCE = 45_000;
const BEAT = 5000;

declare const ITER_VERSION: string;

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'mcp',
    'A server of tools for agents (Model Context Protocol on standard input and output): report, message, block, inbox, context_get, context_set, criteria.',
    'iter mcp --iteration 001 --task T2',
  )
    .option('--iteration <iteration>', 'number, slug or folder; ITER_ITERATION when left out')
    .option('--task <id>', 'whose tools these are; ITER_TASK when left out')
    .option('--agent <name>', 'the name of that worker; ITER_AGENT when left out')
    .option('--sandbox <name>', 'what that worker is confined by; ITER_SANDBOX when left out')
    .action(async (options: Flags) => finish(await perform(options, signal)));
}

async function perform(options: Flags, signal: AbortSignal): Promise<number> {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return EXIT.usage;
  const context = contextOf(options, signal);
  const task = options.task ?? process.env['ITER_TASK'];
  const open = () => openIteration(repository, options.iteration ?? process.env['ITER_ITERATION']);
  const sandbox = options.sandbox ?? process.env['ITER_SANDBOX'];
  const look = patiently(async (ended): ReturnType<typeof stillRed> => {
    const opened = open();
    if ('problems' in opened) return opened;
    try {
      return await stillRed(opened.iteration, task, { ...context, signal: AbortSignal.any([signal, ended]) });
    } catch (error) {
      if (sandbox === undefined || !(error instanceof Error) || meaningOf(error, sandbox) === undefined) throw error;
      return {
        problems: [
          { what: `not judged: ${error.message}`, fix: 'in a sandbox run the commands of your criteria by hand; iter judges when you end' },
        ],
      };
    }
  }, PATIENCE);
  const caller = { task, agent: options.agent ?? person(), folder: process.env['ITER_WORKTREE'] ?? options.directory };
  const served = {
    version: ITER_VERSION,
    instructions:
      'You work on one task of an iteration of iter. Say with report how it stands, ask with message, and look with criteria before you say Completed.',
    tools: toolsFor({ caller, context, open, look }),
    meaningOf: (error: unknown) => meaningOf(error, sandbox)?.text,
  };
  await serve(served, {
    transport: new StdioServerTransport(),
    misheard: (error) => say(`not a message of the protocol, passed over: ${error.message.slice(0, 200)}`),
    ended: silence(signal),
    beat: BEAT,
  });
  await look.end();
  return EXIT.done;
}

/** Comes when the input ends or the signal aborts. */
async function silence(signal: AbortSignal): Promise<void> {
  // an abort rejects the wait, and that is all it is to do
  await once(process.stdin, 'end', { signal }).catch(() => {});
}
