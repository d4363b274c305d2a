/** How it stands with the sandboxes of iter here: the programs that make them, the engine behind those, and what the configuration wants of them. Makes none. */
import { resolve } from 'node:path';
import { problemLine } from '../core/problem.ts';
import type { Runtime } from '../core/sandbox.ts';
import { RUNTIMES, sandboxFor } from '../core/sandbox.ts';
import { askRuntime } from '../effects/containers.ts';
import { locate, type Repository } from '../effects/repository.ts';
import { absentImage } from './container-trial.ts';
import { runtimeEnvironment, runtimeOf } from './containers.ts';
import type { Context } from './context.ts';
import type { Finding } from './doctor.ts';
import { findProgram } from './find-program.ts';
import { sandboxWishes } from './settings.ts';

/** One line for bubblewrap, one for each program that runs containers, and one for what the configuration says of containers. */
export async function sandboxFindings(directory: string, context: Pick<Context, 'environment'>): Promise<Finding[]> {
  const repository = locate(resolve(directory));
  const found = RUNTIMES.filter((runtime) => findProgram(runtime, context) !== undefined);
  return [
    ...bubblewrap(context),
    ...(found.length === 0
      ? [
          {
            state: 'absent' as const,
            what: 'sandbox container: neither podman nor docker on PATH',
            fix: 'install one of them where you want it',
          },
        ]
      : await Promise.all(found.map((runtime) => engineOf(runtime, context)))),
    ...(repository === undefined ? [] : await wishOf(repository, context)),
  ];
}

function bubblewrap(context: Pick<Context, 'environment'>): Finding[] {
  if (process.platform !== 'linux') return [];
  return findProgram('bwrap', context) === undefined
    ? [{ state: 'absent', what: 'sandbox bubblewrap: bwrap is not on PATH', fix: 'install the package bubblewrap where you want it' }]
    : [{ state: 'good', what: 'sandbox bubblewrap: bwrap is on PATH; iter launch tries whether it may make one' }];
}

/** Both have a word that is answered by the engine alone. */
async function engineOf(runtime: Runtime, { environment }: Pick<Context, 'environment'>): Promise<Finding> {
  const { exitCode, said } = await askRuntime(runtime, ['info'], { environment: runtimeEnvironment(environment) });
  if (exitCode === 0) return { state: 'good', what: `sandbox container: ${runtime} answers` };
  const line = said.split('\n').findLast((one) => one.trim() !== '') ?? 'it gives no answer';
  return {
    state: 'doubtful',
    what: `sandbox container: ${runtime} has no engine to ask: ${line}`,
    fix: 'start it where you want containers',
  };
}

/** An image that only steps may come to want is no fault of the machine. */
async function wishOf(repository: Repository, context: Pick<Context, 'environment'>): Promise<Finding[]> {
  const wishes = sandboxWishes(repository, context.environment);
  const wanted = sandboxFor({ workflow: { by: 'container' }, ...wishes });
  if (wanted.by !== 'container' || wanted.image === undefined) return [];
  const state = sandboxFor(wishes).by === 'container' ? 'bad' : 'doubtful';
  const runtime = runtimeOf(wanted, context.environment);
  if (runtime === undefined) return [{ state, what: `sandbox container: nothing here runs the image "${wanted.image}"` }];
  const absent = await absentImage(runtime, wanted.image, context);
  if (absent !== undefined) return [{ state, what: problemLine(absent) }];
  return [{ state: 'good', what: `sandbox container: ${runtime} has the image "${wanted.image}"` }];
}
