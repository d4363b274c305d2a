/** `iter doctor`: looks whether everything iter needs is there. Changes nothing. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { Finding } from '../engine/doctor.ts';
import { examine } from '../engine/doctor.ts';
import { json, result } from './out.ts';
import { withOwnAgents } from './own-agents.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly for?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('doctor', 'Look whether everything iter needs is there: git, repository, agents, disk.', 'iter doctor --for 003')
    .option('--for <iteration>', 'whether this iteration can be launched: also runs the commands of its criteria on the untouched base')
    .action(async (options: Flags) => finish(await perform(options, signal)));
}

async function perform(options: Flags, signal: AbortSignal): Promise<number> {
  const context = withOwnAgents(contextOf(options, signal), options);
  let findings: readonly Finding[];
  if (options.for === undefined) findings = await examine(options.directory, context);
  else {
    const iteration = iterationAt(options, options.for);
    if (iteration === undefined) return EXIT.usage;
    const { examineIteration } = await import('../engine/readiness.ts');
    findings = await examineIteration(iteration, context);
  }
  if (options.json === true) json({ findings });
  else result(findings.map(({ state, what, fix }) => `${MARK[state]}  ${what}${fix === undefined ? '' : `; ${fix}`}`).join('\n'));
  return findings.some((finding) => finding.state === 'bad') ? EXIT.failed : EXIT.done;
}

const MARK = { good: 'ok      ', absent: 'missing ', bad: 'problem ' } as const;
