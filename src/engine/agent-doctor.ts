/** How it stands with each agent here: program, version, flags, account, and what is known to go wrong. Asks programs for their version and help, and no model anything. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { flagsOf, helpArguments, unnamedFlags } from '../agents/flags.ts';
import { agentRows } from '../agents/table.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import type { Problem } from '../core/problem.ts';
import { exists } from '../effects/folder.ts';
import { trapsOf } from './agent-traps.ts';
import type { Context } from './context.ts';
import type { Finding } from './doctor.ts';
import { outputOf, probe, type Probe } from './probe.ts';

export interface AgentHealth {
  readonly name: string;
  readonly probe: Probe;
  readonly install: string;
  /** Absent when the program is not there. */
  readonly flags?: Flags;
  /** Absent when nothing is known of where it keeps its account. */
  readonly account?: Account;
  readonly traps: readonly Problem[];
}

interface Flags {
  /** How many the descriptor uses. */
  readonly used: number;
  /** Those its help does not name; absent when it printed no help. */
  readonly unnamed?: readonly string[];
}

/** A sign of an account says that it was signed in once, not that the account is good. */
type Account = { readonly seen: string } | { readonly lookedFor: readonly string[] };

/** Every agent there is, side by side. */
export async function examineAgents(context: Context): Promise<AgentHealth[]> {
  return Promise.all(agentRows(context.program.agents ?? []).map((agent) => examineAgent(agent, context)));
}

/** One agent; programs that are not there are asked nothing. */
export async function examineAgent(agent: AgentDescriptor, context: Context): Promise<AgentHealth> {
  const seen = await probe(agent, context);
  const about = { name: agent.name, probe: seen, install: agent.install };
  if (seen.state === 'missing' || seen.state === 'built-in') return { ...about, traps: [] };
  const account = accountOf(agent, context.environment);
  return {
    ...about,
    flags: await flags(agent, context),
    ...(account === undefined ? {} : { account }),
    traps: trapsOf(agent.name, context.environment),
  };
}

/** What is worth saying of an agent. One that is not there, or not in order, is no fault of the machine: nobody may want it. */
export function agentFindings({ name, probe: seen, install, flags, account, traps }: AgentHealth): Finding[] {
  const agent = `agent ${name}`;
  switch (seen.state) {
    case 'built-in':
      return [{ state: 'good', what: `${agent}: ${install}` }];
    case 'missing':
      return [{ state: 'absent', what: `${agent}: not on PATH`, fix: seen.fix }];
    case 'too-old':
      return [{ state: 'doubtful', what: `${agent}: ${seen.version} is too old`, fix: `${seen.oldest} or newer is needed: ${install}` }];
    default: {
      const version = seen.state === 'silent' ? `says no version (${seen.reason})` : seen.version;
      const known = seen.state === 'found' && seen.isRecorded ? ', whose output is known from recordings' : '';
      const named = flags?.unnamed?.length === 0 && flags.used > 0 ? `, its help names every flag it is started with` : '';
      const signed = account !== undefined && 'seen' in account ? `, an account: ${account.seen}` : '';
      return [{ state: 'good', what: `${agent}: ${version}${known}${named}${signed}` }, ...doubts(agent, { flags, account, traps })];
    }
  }
}

interface Seen {
  readonly flags: Flags | undefined;
  readonly account: Account | undefined;
  readonly traps: readonly Problem[];
}

function doubts(agent: string, { flags, account, traps }: Seen): Finding[] {
  const unnamed = flags?.unnamed ?? [];
  return [
    ...(flags !== undefined && flags.used > 0 && flags.unnamed === undefined
      ? [{ state: 'doubtful' as const, what: `${agent}: it prints no help, so its flags cannot be looked at` }]
      : []),
    ...(unnamed.length === 0
      ? []
      : [
          {
            state: 'doubtful' as const,
            what: `${agent}: its help does not name ${unnamed.join(', ')}, which it is started with`,
            fix: `iter agents probe ${agent.slice('agent '.length)} says which version was run`,
          },
        ]),
    ...(account === undefined || 'seen' in account
      ? []
      : [
          {
            state: 'doubtful' as const,
            what: `${agent}: no sign of an account (${account.lookedFor.join(', ')})`,
            fix: 'sign in, or set a key; what it keeps in a keychain cannot be seen',
          },
        ]),
    ...traps.map((trap): Finding => ({
      state: 'doubtful',
      what: `${agent}: ${trap.what}`,
      ...(trap.fix === undefined ? {} : { fix: trap.fix }),
    })),
  ];
}

async function flags(agent: AgentDescriptor, context: Context): Promise<Flags> {
  const used = flagsOf(agent);
  if (used.length === 0) return { used: 0, unnamed: [] };
  const { text, problem } = await outputOf(agent, helpArguments(agent), context);
  return problem !== undefined || !text.includes('-') ? { used: used.length } : { used: used.length, unnamed: unnamedFlags(used, text) };
}

function accountOf({ account }: AgentDescriptor, environment: Context['environment']): Account | undefined {
  if (account === undefined) return undefined;
  const variable = account.variables?.find((name) => (environment[name] ?? '') !== '');
  if (variable !== undefined) return { seen: variable };
  const file = account.files?.find((one) => {
    const place = placeOf(one, environment);
    return place !== undefined && exists(place);
  });
  return file === undefined ? { lookedFor: [...(account.variables ?? []), ...(account.files ?? [])] } : { seen: file };
}

/** The path of a file below `~/` or a folder that a variable names; none where that is not set. */
function placeOf(file: string, environment: Context['environment']): string | undefined {
  const [, variable, rest = ''] = /^(?:~|\$(\w+))\/(.+)$/.exec(file) ?? [];
  const folder = variable === undefined ? (environment['HOME'] ?? homedir()) : environment[variable];
  return folder === undefined || folder === '' ? undefined : join(folder, rest);
}
