/** Which model a task asks of its agent: tiers are what roles speak of, names are what each agent knows. */
import { agentOf } from './transport.ts';

/** By tier, then by agent: a row of the agent table, or `command` for every `command:<line>`. */
export type Models = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Tiers the shipped roles ask for; a workflow may have others. */
const MODEL_TIERS = ['strong', 'standard', 'fast'] as const;

export interface ModelRequest {
  readonly agent: string;
  /** Of the step: a tier or a name. */
  readonly asked?: string | undefined;
  /** Of the role: a tier. */
  readonly tier?: string | undefined;
  readonly models: Models;
}

/** The model as the agent calls it; none where no entry says, so that the agent takes its own default. */
export function modelFor({ agent, asked, tier, models }: ModelRequest): string | undefined {
  const wanted = asked ?? tier;
  if (wanted === undefined) return undefined;
  const isTier = MODEL_TIERS.some((name) => name === wanted) || Object.hasOwn(models, wanted);
  // a role is written for no agent in particular: what is no tier there is a name only its own tool knows
  if (!isTier) return asked;
  const names = Object.hasOwn(models, wanted) ? models[wanted] : undefined;
  const key = agent.startsWith('command:') ? 'command' : agent;
  // an agent knows the same models however it is driven
  const known = [key, agentOf(key)].find((name) => names !== undefined && Object.hasOwn(names, name));
  return known === undefined ? undefined : names?.[known];
}

/** Entries of `over` take the place of the same ones of `under`. */
export function mergedModels(under: Models, over: Models): Models {
  const tiers = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(tiers.map((tier) => [tier, { ...under[tier], ...over[tier] }]));
}
