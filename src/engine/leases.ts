/** What an attempt has for itself alone: ports to listen on and a folder for temporary files. Both are gone when it is over. */
import { join } from 'node:path';
import type { TaskId } from '../core/ids.ts';
import { ensureFolder, removeFolder, removeIfEmpty } from '../effects/folder.ts';
import { PORTS, leasePorts } from '../effects/port-lease.ts';
import type { Iteration } from './iteration.ts';
import { temporariesOf } from './places.ts';

export interface Leases {
  /** ITER_PORT, the first of ITER_PORT_COUNT ports, and TMPDIR. */
  readonly variables: Readonly<Record<string, string>>;
  readonly release: () => void;
}

/** Leases ports and a folder; a task gets the same ports again as long as nobody else has them. */
export async function leasesFor(iteration: Iteration, task: TaskId, attempt: number): Promise<Leases> {
  const folder = join(temporariesOf(iteration), `${task}-${attempt}`);
  removeFolder(folder);
  ensureFolder(folder);
  const ports = await leasePorts(`${iteration.directory} ${task}`);
  return {
    variables: {
      TMPDIR: folder,
      ...(ports === undefined ? {} : { ITER_PORT: String(ports.first), ITER_PORT_COUNT: String(PORTS) }),
    },
    release: () => {
      ports?.release();
      removeFolder(folder);
      removeIfEmpty(temporariesOf(iteration));
    },
  };
}
