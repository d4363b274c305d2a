/** What `iter new` uses where no flag says otherwise: environment variables, then the repository's `.iter/config.yaml`, then the user's, then the defaults. */
import { join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import type { Prices } from '../core/budget.ts';
import { mergedModels, type Models } from '../core/model.ts';
import type { SandboxWishes } from '../core/sandbox.ts';
import type { Problem } from '../core/problem.ts';
import { readText } from '../effects/disk.ts';
import type { Repository } from '../effects/repository.ts';
import { loadConfig } from '../files/config.ts';
import type { Config, WorktreeRules } from '../files/config.ts';
import { ITERATIONS } from './iteration.ts';
import { personalFolder } from './personal-folder.ts';

export interface Settings {
  readonly agent: string;
  readonly workflow: string;
  readonly environment?: string;
  readonly maxParallel?: number;
  /** As `name=value`, the person's own last. */
  readonly inputs: readonly string[];
  readonly targets?: readonly string[];
  readonly models: Models;
  /** The folder the person is in. */
  readonly directory: string;
}

export interface Asked {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Globs relative to the folder the person is in. */
  readonly targets: readonly string[];
  readonly inputs: readonly string[];
}

/** The settings, or everything that is wrong with the configuration files and globs. */
export async function settingsOf(repository: Repository, asked: Asked): Promise<Settings | { readonly problems: readonly Problem[] }> {
  const { environment: variables } = asked;
  const personal = join(personalFolder(variables), 'config.yaml');
  const [mine, ours] = [read(personal, personal), read(join(repository.root, CONFIG_FILE), CONFIG_FILE)];
  const directory = resolve(asked.directory);
  const targets = asked.targets.length === 0 ? undefined : await expandGlobs(asked.targets, directory, repository.root);
  const problems = [...mine.problems, ...ours.problems, ...(targets?.problems ?? [])];
  if (problems.length > 0) return { problems };
  const config: Config = { ...mine.config, ...ours.config, inputs: { ...mine.config.inputs, ...ours.config.inputs } };
  const asText = (value: Config['inputs'][string]): string => (Array.isArray(value) ? value.join(',') : String(value));
  const environment = variables['ITER_ENV'] ?? config.environment;
  const parallel = variables['ITER_MAX_PARALLEL'] === undefined ? config.maxParallel : Number(variables['ITER_MAX_PARALLEL']);
  return {
    agent: variables['ITER_DEFAULT_AGENT'] ?? config.agent ?? 'claude',
    workflow: variables['ITER_WORKFLOW'] ?? config.workflow ?? 'plan-build-review-doc',
    ...(environment === undefined ? {} : { environment }),
    ...(parallel === undefined ? {} : { maxParallel: parallel }),
    inputs: [...Object.entries(config.inputs).map(([name, value]) => `${name}=${asText(value)}`), ...asked.inputs],
    ...(targets === undefined ? {} : { targets: targets.files }),
    models: mergedModels(mine.config.models ?? {}, ours.config.models ?? {}),
    directory,
  };
}

/** Prices of models that a person or this repository has written down, the repository's first; files that cannot be read have none. */
export function pricesOf(repository: Repository, variables: Asked['environment']): Prices {
  const files = [join(personalFolder(variables), 'config.yaml'), join(repository.root, '.iter', 'config.yaml')];
  return Object.assign({}, ...files.map((file) => read(file, file).config.prices ?? {})) as Prices;
}

/** Whether agents are given iter's server of tools: ITER_MCP, then the repository, then the person; a file that cannot be read says nothing. */
export function offersTools(repository: Repository, variables: Asked['environment']): boolean {
  const said = variables['ITER_MCP'];
  if (said !== undefined && said !== '') return !['0', 'false', 'no', 'off'].includes(said.toLowerCase());
  const files = [join(repository.root, '.iter', 'config.yaml'), join(personalFolder(variables), 'config.yaml')];
  return files.map((file) => read(file, file).config.mcp).find((one) => one !== undefined) ?? true;
}

/** What new worktrees get: what the repository says, else what the person says; and everything that is wrong with the files. */
export function worktreeRules(repository: Repository, variables: Asked['environment']): Ruled {
  const personal = join(personalFolder(variables), 'config.yaml');
  const [ours, mine] = [read(join(repository.root, CONFIG_FILE), CONFIG_FILE), read(personal, personal)];
  const own = ours.config.worktree === undefined;
  return {
    rules: ours.config.worktree ?? mine.config.worktree,
    own,
    file: own ? personal : CONFIG_FILE,
    problems: [...ours.problems, ...mine.problems],
  };
}

/** What the two configuration files say of sandboxes. */
export function sandboxWishes(repository: Repository, variables: Asked['environment']): Pick<SandboxWishes, 'repository' | 'person'> {
  const personal = join(personalFolder(variables), 'config.yaml');
  return {
    repository: read(join(repository.root, CONFIG_FILE), CONFIG_FILE).config.sandbox,
    person: read(personal, personal).config.sandbox,
  };
}

export interface Ruled {
  readonly rules: WorktreeRules | undefined;
  /** They are the person's, not the repository's. */
  readonly own: boolean;
  /** Where they stand, as a person would type it. */
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** Of a repository, relative to it. */
const CONFIG_FILE = '.iter/config.yaml';

function read(file: string, shown: string): ReturnType<typeof loadConfig> {
  const text = readText(file);
  return text === undefined ? { config: { inputs: {} }, problems: [] } : loadConfig(text, shown);
}

async function expandGlobs(
  patterns: readonly string[],
  directory: string,
  root: string,
): Promise<{ files: readonly string[]; problems: readonly Problem[] }> {
  const found = await glob([...patterns], {
    cwd: directory,
    dot: true,
    absolute: true,
    followSymbolicLinks: false,
    ignore: ['**/node_modules/**', '**/.git/**', `${ITERATIONS}/**`],
  });
  const files = found.filter((file) => file.startsWith(`${root}/`)).map((file) => file.slice(root.length + 1));
  if (files.length > 0) return { files: files.toSorted(), problems: [] };
  return {
    files,
    problems: [
      {
        what: `--targets ${patterns.map((pattern) => `"${pattern}"`).join(' ')}: no file of the repository matches`,
        fix: `globs are relative to ${directory}; quote them so that the shell leaves them alone`,
      },
    ],
  };
}
