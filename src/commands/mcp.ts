/** `iter mcp`: the doors for agents as a server of tools, for command lines that start one with each run. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { openIteration } from '../engine/iteration.ts';
import { serve } from './mcp-server.ts';
import { toolsFor } from './mcp-tools.ts';
import { line } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, person, repositoryAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly iteration?: string;
  readonly task?: string;
  readonly agent?: string;
}

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
    .action(async (options: Flags) => finish(await perform(options, signal)));
}

async function perform(options: Flags, signal: AbortSignal): Promise<number> {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return EXIT.usage;
  const asking = {
    caller: {
      task: options.task ?? process.env['ITER_TASK'],
      agent: options.agent ?? person(),
      folder: process.env['ITER_WORKTREE'] ?? options.directory,
    },
    context: contextOf(options, signal),
    open: () => openIteration(repository, options.iteration ?? process.env['ITER_ITERATION']),
  };
  const instructions =
    'You work on one task of an iteration of iter. Say with report how it stands, ask with message, and look with criteria before you say Completed.';
  await serve({ version: ITER_VERSION, instructions, tools: toolsFor(asking) }, { input: process.stdin, write: line, signal });
  return EXIT.done;
}
