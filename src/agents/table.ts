/** The agent command lines iter knows, one row each: how a prompt on stdin becomes an argv. Data only; starting them is `executors/local.ts`. */

import type { StreamFormat } from './stream-event.ts';

export type Permission = 'read' | 'edit' | 'full';

/** What a budget may be counted in. */
export type Usage = 'tokens' | 'usd';

export interface AgentRow {
  readonly name: string;
  /** What to look for on PATH; absent for rows that need no program of their own. */
  readonly binary?: string;
  /** Arguments after the binary, for each permission; the prompt always goes in on stdin. */
  readonly args: Readonly<Record<Permission, readonly string[]>>;
  /** How a model is named: the flag, and how many of `args` stand before it; absent when it cannot be. */
  readonly model?: { readonly flag: string; readonly after: number };
  /** What its machine-readable output can say a run has used; a budget of anything else cannot be enforced. */
  readonly reports: readonly Usage[];
  /** How it writes what it has to say, when that can be read by a program. */
  readonly format?: StreamFormat;
  /** Environment variables handed on besides the allow-list, when they are set. */
  readonly passEnvironment: readonly string[];
  /** What to tell a person who does not have it. */
  readonly install: string;
}

const same = (args: readonly string[]): Readonly<Record<Permission, readonly string[]>> => ({ read: args, edit: args, full: args });

/*
 * Flags from the CLIs' own help texts and measured runs. "read" tasks still have to write their report below .iter/out,
 * so they get the same editing permission; what they may change is judged by the scope checks, not believed.
 */
export const AGENTS: readonly AgentRow[] = [
  { name: 'rehearsal', args: same([]), reports: [], passEnvironment: [], install: 'built in' },
  { name: 'manual', args: same([]), reports: [], passEnvironment: [], install: 'built in: a person does the work' },
  {
    name: 'claude',
    binary: 'claude',
    args: {
      read: ['-p', '--output-format', 'text', '--permission-mode', 'acceptEdits'],
      edit: ['-p', '--output-format', 'text', '--permission-mode', 'acceptEdits', '--allowedTools', 'Edit,Write,Bash'],
      full: ['-p', '--output-format', 'text', '--permission-mode', 'bypassPermissions'],
    },
    model: { flag: '--model', after: 1 },
    reports: ['tokens', 'usd'],
    passEnvironment: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'CLAUDE_CONFIG_DIR'],
    install: 'npm install -g @anthropic-ai/claude-code, then sign in with: claude',
  },
  {
    name: 'codex',
    binary: 'codex',
    args: {
      read: ['exec', '-s', 'workspace-write', '-'],
      edit: ['exec', '-s', 'workspace-write', '-'],
      full: ['exec', '--dangerously-bypass-approvals-and-sandbox', '-'],
    },
    model: { flag: '-m', after: 1 },
    reports: ['tokens'],
    passEnvironment: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'CODEX_HOME'],
    install: 'npm install -g @openai/codex, then sign in with: codex login',
  },
  {
    name: 'gemini',
    binary: 'gemini',
    args: same(['--skip-trust', '--approval-mode', 'yolo']),
    model: { flag: '-m', after: 0 },
    reports: ['tokens'],
    passEnvironment: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GEMINI_BASE_URL'],
    install: 'npm install -g @google/gemini-cli, then set GEMINI_API_KEY',
  },
  {
    name: 'qwen',
    binary: 'qwen',
    args: same(['--approval-mode', 'yolo']),
    model: { flag: '-m', after: 0 },
    reports: ['tokens'],
    passEnvironment: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL', 'DASHSCOPE_API_KEY'],
    install: 'npm install -g @qwen-code/qwen-code',
  },
  {
    name: 'opencode',
    binary: 'opencode',
    args: same(['run']),
    model: { flag: '-m', after: 1 },
    reports: ['tokens', 'usd'],
    passEnvironment: ['OPENCODE_CONFIG_CONTENT', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY'],
    install: 'npm install -g opencode-ai',
  },
];

const COMMAND = 'command:';

/** The row of that name, or none. */
export function agentRow(name: string): AgentRow | undefined {
  return AGENTS.find((row) => row.name === name);
}

/** The arguments after the binary; a model goes where the row says, and nowhere when the row has no place for it. */
export function argumentsOf(row: AgentRow, { permission, model }: { readonly permission: Permission; readonly model?: string }): string[] {
  const args = row.args[permission];
  if (model === undefined || row.model === undefined) return [...args];
  return [...args.slice(0, row.model.after), row.model.flag, model, ...args.slice(row.model.after)];
}

/** The command line of a `command:<line>` agent, or none when the name is a row of the table. */
export function commandOf(agent: string): string | undefined {
  return agent.startsWith(COMMAND) ? agent.slice(COMMAND.length).trim() : undefined;
}
