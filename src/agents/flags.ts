/** Which flags a descriptor uses, and which of them a program's help does not name. */
import type { AgentDescriptor } from '../core/agent-descriptor.ts';

/** What makes the program print the help on the line of arguments it is started with: its subcommands, then `--help`. */
export function helpArguments({ arguments: words }: AgentDescriptor): string[] {
  const first = words.findIndex((word) => word.startsWith('-') || word.startsWith('{'));
  return [...words.slice(0, first === -1 ? words.length : first).filter((word) => !/\s/.test(word)), '--help'];
}

/** Every flag it may be started with, as it is written, each once. */
export function flagsOf({ arguments: words, permissions, model, limits, mcp }: AgentDescriptor): string[] {
  const lists = [words, ...Object.values(permissions), model?.arguments, limits?.turns, limits?.usd, mcp?.arguments];
  const flags = lists.flatMap((list) => list ?? []).flatMap((word) => /^--?[A-Za-z][A-Za-z0-9-]*/.exec(word)?.[0] ?? []);
  return [...new Set(flags)];
}

/** The flags that this help does not name. */
export function unnamedFlags(flags: readonly string[], help: string): string[] {
  const named = new Set(help.match(/(?<![\w-])--?[A-Za-z][A-Za-z0-9-]*/g));
  return flags.filter((flag) => !named.has(flag));
}
