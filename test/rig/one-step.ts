/** An iteration "try" of a workflow with one step, made and not started: what tests of single attempts begin with. */
import path from 'node:path';
import { done } from './cli.ts';
import { repositoryWith } from './repository.ts';

export interface OneStep {
  /** Keys of the step besides its id, role and prompt, as in a flow map. */
  readonly step: string;
  readonly agent: string;
  /** Keys of the defaults of the workflow. */
  readonly defaults?: string;
  /** Other files of the repository. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Made {
  readonly root: string;
  /** The iteration folder. */
  readonly directory: string;
  /** The worktree of the one task, once it is started. */
  readonly worktree: string;
}

export async function oneStep({ step, agent, defaults = '', files = {}, env = {} }: OneStep): Promise<Made> {
  const workflow = `version: 1
name: one
environments: { dev: { human: optional } }
defaults: { ${['timeout: 20m', defaults].filter((keys) => keys !== '').join(', ')} }
steps:
  - { id: build, role: builder, prompt: Build., ${step} }
`;
  const root = repositoryWith({ 'README.md': '# Shop\n', 'workflows/one.yaml': workflow, ...files });
  await done(root, ['new', 'try', '-w', 'one', '--agent', agent], env);
  return { root, directory: path.join(root, 'iterations', '001-try'), worktree: path.join(`${root}-worktrees`, '001-try', 'T1') };
}
