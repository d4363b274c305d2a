/** Reads `.iter/config.yaml`: what a repository wants when neither a flag nor the environment says otherwise. */
import type { Prices } from '../core/budget.ts';
import type { Models } from '../core/model.ts';
import type { Problem } from '../core/problem.ts';
import type { Inputs } from '../core/workflow.ts';
import { validateConfig } from '../generated/validate-config.js';
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
  readonly inputs: Inputs;
}

/** Keys as they are written. */
type ConfigSource = Partial<Omit<Config, 'maxParallel'>> & { readonly max_parallel?: number };

/** Reads a configuration; with problems it is what an empty file would give. */
export function loadConfig(text: string, file: string): { readonly config: Config; readonly problems: readonly Problem[] } {
  const { value, problems } = readYamlSource({ text, file, validator: validateConfig });
  if (value === undefined || problems.length > 0) return { config: { inputs: {} }, problems };
  const { max_parallel: maxParallel, ...rest } = value as ConfigSource;
  return { config: { inputs: {}, ...rest, ...(maxParallel === undefined ? {} : { maxParallel }) }, problems: [] };
}
