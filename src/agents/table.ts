/** The agents that come with iter and those a person or a repository adds, by name. Data only; starting them is `executors/local.ts`. */
import type { AcpTransport, AgentDescriptor } from '../core/agent-descriptor.ts';
import { mergedModels, type Models } from '../core/model.ts';
import { agentOf, overAcp } from '../core/transport.ts';
import { agents as all } from '../generated/agents.js';

/** Stands for every `command:<line>`; no name of an agent. */
export const ANY_COMMAND = 'command';

/** Those that come with iter, by name. */
export const AGENTS: readonly AgentDescriptor[] = all.filter(({ name }) => name !== ANY_COMMAND);

const COMMAND = 'command:';

/** The row of that name, or none; `own` stand before those that come with iter. */
export function agentRow(name: string, own: readonly AgentDescriptor[] = []): AgentDescriptor | undefined {
  const base = agentOf(name);
  const row = own.find((one) => one.name === base) ?? AGENTS.find((one) => one.name === base);
  return base === name ? row : row?.acp && conversing(row, row.acp);
}

/** The same agent, driven by the protocol: it gets its prompt, its permissions and its session in the conversation. */
function conversing(row: AgentDescriptor, acp: AcpTransport): AgentDescriptor {
  // what stands in its other arguments is not said here, a sandbox of its own included
  const { limits: _none, mcp: _told, sandbox: { own: _unsaid, ...sandbox } = {}, ...rest } = row;
  return {
    ...rest,
    ...(row.sandbox === undefined ? {} : { sandbox }),
    name: overAcp(row.name),
    about: `${row.about.replace(/\.$/, '')}, by the Agent Client Protocol.`,
    evidence: acp.evidence,
    arguments: acp.arguments,
    // which session that is, and whether it can, is said in the conversation
    resume: { arguments: acp.arguments },
    permissions: { read: [], edit: [], full: [] },
    prompt: 'stdin',
    format: 'acp',
    usage: { scope: 'run', reports: acp.reports },
    // its program makes a cancel of it
    stop: 'SIGINT',
  };
}

/** Every name an agent can be called by: each once, and once more where it can be driven by the protocol. */
export function agentNames(own: readonly AgentDescriptor[]): string[] {
  return agentRows(own).flatMap(({ name, acp }) => (acp === undefined ? [name] : [name, overAcp(name)]));
}

/** Every row there is, each name once, sorted. */
export function agentRows(own: readonly AgentDescriptor[]): AgentDescriptor[] {
  const others = AGENTS.filter(({ name }) => own.every((row) => row.name !== name));
  return [...own, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What is known of any agent a plan can name, a command line too; none for a name nobody has. */
export function descriptorOf(agent: string, own: readonly AgentDescriptor[] = []): AgentDescriptor | undefined {
  return commandOf(agent) === undefined ? agentRow(agent, own) : all.find(({ name }) => name === ANY_COMMAND);
}

/** What each of these agents calls the tiers of models, by tier. */
export function tiersOf(rows: readonly AgentDescriptor[]): Models {
  const named = rows.flatMap(({ name, model }) => Object.entries(model?.tiers ?? {}).map(([tier, called]) => ({ tier, name, called })));
  return named.reduce<Models>((models, { tier, name, called }) => mergedModels(models, { [tier]: { [name]: called } }), {});
}

/** The command line of a `command:<line>` agent, or none when the name is a row of the table. */
export function commandOf(agent: string): string | undefined {
  return agent.startsWith(COMMAND) ? agent.slice(COMMAND.length).trim() : undefined;
}
