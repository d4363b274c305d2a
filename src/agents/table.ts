/** The agents that come with iter and those a person or a repository adds, by name. Data only; starting them is `executors/local.ts`. */
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import { mergedModels, type Models } from '../core/model.ts';
import { agents as all } from '../generated/agents.js';

/** Stands for every `command:<line>`; no name of an agent. */
export const ANY_COMMAND = 'command';

/** Those that come with iter, by name. */
export const AGENTS: readonly AgentDescriptor[] = all.filter(({ name }) => name !== ANY_COMMAND);

const COMMAND = 'command:';

/** The row of that name, or none; `own` stand before those that come with iter. */
export function agentRow(name: string, own: readonly AgentDescriptor[] = []): AgentDescriptor | undefined {
  return own.find((row) => row.name === name) ?? AGENTS.find((row) => row.name === name);
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
