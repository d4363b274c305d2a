/** What iter knows of an agent's command line: how it is started, how it writes, what it can be told. Data only; `agents/*.yaml` in this form. */

export type Permission = 'read' | 'edit' | 'full';

/** What a budget may be counted in. */
export type BudgetUnit = 'tokens' | 'usd';

/** How a command line writes its output; `text` is any program, whose output is read as it is, `acp` a conversation as `src/acp/` writes it down. */
export type StreamFormat = 'acp' | 'claude' | 'codex' | 'gemini' | 'opencode' | 'pi' | 'text';

export interface AcpTransport {
  /** In place of `arguments`; the prompt travels in the conversation. */
  readonly arguments: readonly string[];
  /** Whether the program was run that way, or only read about. */
  readonly evidence: 'recorded' | 'read';
  /** The mode of a session for what a step may do; without one it stays in the mode it starts in. Only with `ask` does it ask a person. */
  readonly modes: Readonly<Partial<Record<Permission | 'ask', string>>>;
  /** What a budget can be kept in. */
  readonly reports: readonly BudgetUnit[];
}

export interface AgentDescriptor {
  readonly name: string;
  readonly about: string;
  /** Whether the program was run and its output recorded, or only read about; `none` for what is no program of somebody else. */
  readonly evidence: 'recorded' | 'read' | 'none';
  /** What to look for on PATH; absent for rows that need no program of their own. */
  readonly binary?: string;
  readonly version?: {
    /** What makes the binary print its version. */
    readonly arguments: readonly string[];
    /** Versions that were run, and their output recorded. */
    readonly recorded?: readonly string[];
    /** An older one is known not to work. */
    readonly oldest?: string;
  };
  /**
   * After the binary. An element that is `{permission}`, `{model}`, `{limits}` or `{mcp}` becomes the arguments below of that name, or nothing;
   * in any element stand `{prompt}`, `{prompt_file}` and `{worktree}` for their values.
   */
  readonly arguments: readonly string[];
  readonly permissions: Readonly<Record<Permission, readonly string[]>>;
  /** Where the prompt is found: on standard input, in `{prompt_file}`, or in the argument `{prompt}`. */
  readonly prompt: 'stdin' | 'file' | 'argument';
  /** `{model_name}` in its arguments; absent when no model can be named. */
  readonly model?: {
    readonly arguments: readonly string[];
    /** What it calls the tiers of roles when no workflow or configuration says. */
    readonly tiers?: Readonly<Record<string, string>>;
  };
  /** In place of `arguments` when a session is gone on with, which is `{session}` there. */
  readonly resume?: { readonly arguments: readonly string[] };
  /** How it is told to end by itself: after `{turns}` turns, at `{usd}` dollars. */
  readonly limits?: { readonly turns?: readonly string[]; readonly usd?: readonly string[] };
  /**
   * How it is given one server of tools: `{mcp_command}` is its program, `{mcp_args}` the list of its arguments, `{mcp_line}` both as one list, all as JSON;
   * `{mcp_file}` is the path of a file with the text `file`, made for the run. Variables a person has set already stay as they are.
   */
  readonly mcp?: {
    readonly arguments?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly file?: string;
  };
  /** Where it can be seen that it has an account, without asking anybody: any of them is enough. */
  readonly account?: {
    /** Variables with a key. */
    readonly variables?: readonly string[];
    /** Files it keeps its account in, below `~/`, or below the folder a variable names: `$CODEX_HOME/auth.json`. */
    readonly files?: readonly string[];
  };
  readonly environment?: {
    /** Handed on besides the allow-list, when they are set. */
    readonly pass?: readonly string[];
    readonly set?: Readonly<Record<string, string>>;
    /** Taken away even from what is allowed. */
    readonly unset?: readonly string[];
  };
  readonly sandbox?: {
    /** In place of the permission's arguments when it is to confine itself; `{git_directory}` and `{worktree_git_directory}` are what it has to write to commit. */
    readonly own?: readonly string[];
    /** In place of the permission's arguments when iter confines it: a sandbox in a sandbox often cannot be made. */
    readonly inside?: readonly string[];
    /** Files and folders of the person's home it cannot work without: where it keeps its sign-in. */
    readonly home?: readonly string[];
  };
  readonly format: StreamFormat;
  /** How it is driven in a conversation by the Agent Client Protocol, where it can be. */
  readonly acp?: AcpTransport;
  readonly usage: {
    /** What the usage in its output counts: the session with all its earlier runs, this run, or each step by itself. */
    readonly scope?: 'session' | 'run' | 'step';
    /** What a budget can be kept in; one of anything else cannot. */
    readonly reports: readonly BudgetUnit[];
  };
  /** What ends it with everything it has started; SIGINT when left out. */
  readonly stop?: 'SIGINT' | 'SIGTERM';
  /** What to tell a person who does not have it. */
  readonly install: string;
}
