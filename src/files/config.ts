/** Reads `.iter/config.yaml`: what a repository wants when neither a flag nor the environment says otherwise. */
import type { Prices } from '../core/budget.ts';
import type { Models } from '../core/model.ts';
import type { Problem } from '../core/problem.ts';
import type { Sandbox, SandboxSource } from '../core/sandbox.ts';
import { sandboxFrom } from '../core/sandbox.ts';
import type { Inputs } from '../core/workflow.ts';
import { validateConfig } from '../generated/validate-config.js';
import { parseDuration } from '../core/duration.ts';
import { readYamlSource } from './yaml-source.ts';

export interface Config {
  readonly agent?: string;
  readonly workflow?: string;
  readonly environment?: string;
  readonly maxParallel?: number;
  /** Whether agents are given iter's server of tools. */
  readonly mcp?: boolean;
  readonly models?: Models;
  readonly prices?: Prices;
  readonly worktree?: WorktreeRules;
  readonly sandbox?: Sandbox;
  readonly inputs: Inputs;
}

/** What a new worktree gets besides what is committed. Patterns are those of gitignore(5). */
export interface WorktreeRules {
  /** Ignored files it gets copies of, besides those that `.worktreeinclude` names. */
  readonly copy: readonly string[];
  /** Ignored files and folders it gets links to. */
  readonly link: readonly string[];
  /** Command lines: run in each new worktree before its first attempt, and before it goes. */
  readonly setup: readonly string[];
  readonly teardown: readonly string[];
  /** Milliseconds for each of them. */
  readonly timeout: number;
}

/** Milliseconds for a command when nothing is said: an installation of packages without a cache. */
const TIMEOUT = 10 * 60_000;

/** Keys as they are written. */
type ConfigSource = Partial<Omit<Config, 'maxParallel' | 'worktree' | 'sandbox'>> & {
  readonly max_parallel?: number;
  readonly worktree?: Partial<Omit<WorktreeRules, 'timeout'>> & { readonly timeout?: string };
  readonly sandbox?: SandboxSource;
};

/** Reads a configuration; with problems it is what an empty file would give. */
export function loadConfig(text: string, file: string): { readonly config: Config; readonly problems: readonly Problem[] } {
  const { value, problems } = readYamlSource({ text, file, validator: validateConfig });
  if (value === undefined || problems.length > 0) return { config: { inputs: {} }, problems };
  const { max_parallel: maxParallel, worktree, sandbox, ...rest } = value as ConfigSource;
  return {
    config: {
      inputs: {},
      ...rest,
      ...(maxParallel === undefined ? {} : { maxParallel }),
      ...(worktree === undefined ? {} : { worktree: completed(worktree) }),
      ...(sandbox === undefined ? {} : { sandbox: sandboxFrom(sandbox) }),
    },
    problems: [],
  };
}

function completed({ timeout, ...rules }: NonNullable<ConfigSource['worktree']>): WorktreeRules {
  return { copy: [], link: [], setup: [], teardown: [], ...rules, timeout: parseDuration(timeout ?? '') ?? TIMEOUT };
}
