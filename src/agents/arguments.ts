/** How a descriptor becomes the arguments of one run. No shell sees them, so nothing is quoted. */
import type { AgentDescriptor, Permission } from '../core/agent-descriptor.ts';

export interface Asked {
  readonly permission: Permission;
  /** As the agent calls it. */
  readonly model?: string | undefined;
  /** Goes on with this session, where the agent can. */
  readonly session?: string;
  readonly worktree: string;
  readonly promptFile: string;
  /** The text itself; needed where the descriptor says `argument`. */
  readonly prompt?: string | undefined;
  /** Where the agent is to end by itself. */
  readonly turns?: number;
  readonly usd?: number;
  /** It confines itself, or iter does. */
  readonly confined?: 'own' | 'inside';
  readonly gitDirectories?: { readonly common: string; readonly own: string };
  readonly mcp?: ToolServer;
}

/** A server of tools for one run. */
export interface ToolServer {
  readonly command: string;
  readonly args: readonly string[];
  /** Where a file for the program goes, if it wants one. */
  readonly file: string;
}

/** The arguments after the binary; what the descriptor has no place for is left out. */
export function argumentsOf(row: AgentDescriptor, asked: Asked): string[] {
  const template = asked.session === undefined ? row.arguments : (row.resume?.arguments ?? row.arguments);
  const values = valuesOf(asked);
  const fragments = fragmentsOf(row, asked);
  return template.flatMap((element) => fragments.get(element) ?? [element]).map((element) => filled(element, values));
}

/** True when it is told after how many turns it has to end; of any other agent tool calls have to be counted. */
export function limitsTurns({ limits, arguments: template }: AgentDescriptor): boolean {
  return limits?.turns !== undefined && template.includes('{limits}');
}

function fragmentsOf(
  row: AgentDescriptor,
  { permission, model, turns, usd, mcp, confined }: Asked,
): ReadonlyMap<string, readonly string[]> {
  const limits = [...(turns === undefined ? [] : (row.limits?.turns ?? [])), ...(usd === undefined ? [] : (row.limits?.usd ?? []))];
  return new Map<string, readonly string[]>([
    ['{permission}', (confined === undefined ? undefined : row.sandbox?.[confined]) ?? row.permissions[permission]],
    ['{model}', model === undefined ? [] : (row.model?.arguments ?? [])],
    ['{limits}', limits],
    ['{mcp}', mcp === undefined ? [] : (row.mcp?.arguments ?? [])],
  ]);
}

function valuesOf({ prompt, promptFile, worktree, model, session, turns, usd, mcp, gitDirectories }: Asked): ReadonlyMap<string, string> {
  const known: Readonly<Record<string, string | number | undefined>> = {
    prompt,
    prompt_file: promptFile,
    worktree,
    model_name: model,
    session,
    turns,
    usd,
    git_directory: gitDirectories?.common,
    worktree_git_directory: gitDirectories?.own,
  };
  const asked = Object.entries(known).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
  return new Map([...asked, ...(mcp === undefined ? [] : serverValues(mcp))]);
}

function serverValues({ command, args, file }: ToolServer): [string, string][] {
  return [
    ['mcp_command', JSON.stringify(command)],
    ['mcp_args', JSON.stringify(args)],
    ['mcp_line', JSON.stringify([command, ...args])],
    ['mcp_file', file],
  ];
}

/** What a program that takes its server of tools from variables or a file is given besides its arguments. */
export function serverSettings(
  { mcp }: AgentDescriptor,
  server: ToolServer,
): { readonly environment: Readonly<Record<string, string>>; readonly file?: string } {
  const values = new Map(serverValues(server));
  const environment = Object.fromEntries(Object.entries(mcp?.environment ?? {}).map(([name, text]) => [name, filled(text, values)]));
  return { environment, ...(mcp?.file === undefined ? {} : { file: filled(mcp.file, values) }) };
}

/** In one pass: what a value contains is not looked at again. */
function filled(element: string, values: ReadonlyMap<string, string>): string {
  return element.replaceAll(/\{([a-z_]+)\}/g, (whole, name: string) => values.get(name) ?? whole);
}
