/** `iter doctor`: looks whether everything iter needs is there. Changes nothing. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { AgentHealth } from '../engine/agent-doctor.ts';
import { agentFindings, examineAgents } from '../engine/agent-doctor.ts';
import type { Finding } from '../engine/doctor.ts';
import { examine } from '../engine/doctor.ts';
import { sandboxFindings } from '../engine/sandbox-doctor.ts';
import { json, result } from './out.ts';
import { withOwnAgents } from './own-agents.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly for?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('doctor', 'Look whether everything iter needs is there: git, repository, sandboxes, agents, disk.', 'iter doctor --for 003')
    .option('--for <iteration>', 'whether this iteration can be launched: also runs the commands of its criteria on the untouched base')
    .action(async (options: Flags) => finish(await perform(options, signal)));
}

async function perform(options: Flags, signal: AbortSignal): Promise<number> {
  const plain = contextOf(options, signal);
  let findings: readonly Finding[];
  let agents: readonly AgentHealth[] | undefined;
  if (options.for === undefined) {
    const context = withOwnAgents(plain, options);
    agents = await examineAgents(context);
    findings = [
      ...(await examine(options.directory)),
      ...(await sandboxFindings(options.directory, context)),
      ...agents.flatMap(agentFindings),
    ];
  } else {
    const iteration = iterationAt(options, options.for);
    if (iteration === undefined) return EXIT.usage;
    const { examineIteration } = await import('../engine/readiness.ts');
    findings = await examineIteration(iteration, withOwnAgents(plain, options, iteration));
  }
  if (options.json === true) json({ findings, ...(agents === undefined ? {} : { agents }) });
  else result(findings.map(({ state, what, fix }) => `${MARK[state]}  ${what}${fix === undefined ? '' : `; ${fix}`}`).join('\n'));
  return findings.some((finding) => finding.state === 'bad') ? EXIT.failed : EXIT.done;
}

const MARK = { good: 'ok      ', absent: 'missing ', doubtful: 'doubtful', bad: 'problem ' } as const;
