/** Containers of attempts: what one is called, what runs it here, and the end of those that a killed iter has left. */
import { join } from 'node:path';
import { childEnvironment } from '../agents/environment.ts';
import type { Runtime, Sandbox } from '../core/sandbox.ts';
import { RUNTIMES } from '../core/sandbox.ts';
import { endNoted } from '../effects/containers.ts';
import { readText } from '../effects/disk.ts';
import { writeText } from '../effects/folder.ts';
import { personNumbers } from '../effects/machine.ts';
import { sha256 } from '../effects/sha256.ts';
import type { Container } from '../executors/container.ts';
import { isForRuntime } from '../executors/container.ts';
import type { Context } from './context.ts';
import { findProgram } from './find-program.ts';
import { iterationCookie, type Venue } from './places.ts';

type Environment = Context['environment'];

/** The container for one purpose of an iteration or a question: always the same name for the same purpose, and no other has it. */
export function containerOf(
  venue: Venue,
  sandbox: Sandbox,
  { purpose, environment }: { readonly purpose: string; readonly environment: Environment },
): Container & { readonly notes: string } {
  const label = `${iterationCookie(venue)}${purpose}`;
  const user = personNumbers();
  const runtime = runtimeOf(sandbox, environment) ?? RUNTIMES[0];
  return {
    runtime,
    image: sandbox.image ?? '',
    name: `iter-${venue.name}-${purpose}-${sha256(label).slice(0, 12)}`,
    label,
    options: sandbox.arguments ?? [],
    ...(user === undefined ? {} : { user }),
    ...(user === undefined || runtime !== 'docker' ? {} : { accounts: accountsFile(venue, user, environment) }),
    notes: notesOf(venue),
  };
}

/** Root and the person, in the form of passwd(5). */
function accountsFile(
  { directory }: Venue,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  environment: Environment,
): string {
  const file = join(directory, '.run', 'passwd');
  const home = environment['HOME'] ?? '/';
  const root = `root:x:0:0:root:${uid === 0 ? home : '/root'}:/bin/sh\n`;
  const text = uid === 0 ? root : `${root}person:x:${uid}:${gid}:person:${home}:/bin/sh\n`;
  // another container may be looking at it
  if (readText(file) !== text) writeText(file, text);
  return file;
}

/** The folder for notes of containers. */
export const notesOf = ({ directory }: Venue): string => join(directory, '.run', 'containers');

/** The one that is wished for, or the first that is there; none when it is not. */
export function runtimeOf({ runtime }: Sandbox, environment: Environment): Runtime | undefined {
  return (runtime === undefined ? RUNTIMES : [runtime]).find((one) => findProgram(one, { environment }) !== undefined);
}

/** What podman and docker are called with. */
export function runtimeEnvironment(environment: Environment): Readonly<Record<string, string>> {
  return childEnvironment(environment, Object.keys(environment).filter(isForRuntime), {});
}

/** Ends the containers an earlier run has left, by the notes it made of them. */
export async function endContainers(venue: Venue, { environment, say }: Context): Promise<number> {
  const { ended, left } = await endNoted(notesOf(venue), { environment: runtimeEnvironment(environment) });
  for (const name of left) say(`warning: the container ${name} of an earlier run may still be there: nobody answers who could remove it`);
  return ended;
}
