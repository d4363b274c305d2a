/** What an agent may reach: which sandbox an attempt runs in, and who decides. Makes none. */

/** `cli`: the agent's own, by its flags. `bubblewrap`: of iter, on Linux. `container`: an image that podman or docker runs. */
export const SANDBOXES = ['none', 'cli', 'bubblewrap', 'container'] as const;

/** What runs containers; the first that is found is taken where nobody says which. */
export const RUNTIMES = ['podman', 'docker'] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** As it is used; what is left out is true, or nothing. `network`, `credentials` and `home` are for bubblewrap and containers, what follows for containers. */
export interface Sandbox {
  readonly by: (typeof SANDBOXES)[number];
  readonly network?: boolean;
  /** The agent sees the folders of its own in the person's home. */
  readonly credentials?: boolean;
  /** Further files and folders of the home, relative to it, that can be read. */
  readonly home?: readonly string[];
  readonly image?: string;
  readonly runtime?: Runtime;
  /** Further options of `run`. */
  readonly arguments?: readonly string[];
}

/** As people write it: a word, or its parts. */
export type SandboxSource = Sandbox['by'] | Sandbox;

export function sandboxFrom(source: SandboxSource): Sandbox {
  return typeof source === 'string' ? { by: source } : source;
}

/** Who says something about it; the workflow's word is that of the step, or of its defaults. */
export interface SandboxWishes {
  readonly workflow?: Sandbox | undefined;
  readonly repository?: Sandbox | undefined;
  readonly person?: Sandbox | undefined;
}

/** The person's own sandbox is never taken away or widened by what a repository says, only narrowed. Without one the workflow decides, then the configuration of the repository. */
export function sandboxFor({ workflow, repository, person }: SandboxWishes): Sandbox {
  const theirs = workflow ?? repository;
  if (person === undefined || person.by === 'none') return completed(theirs ?? { by: 'none' }, [repository, person]);
  // options of theirs could open what the person has closed; what is in the image cannot
  const image = person.image ?? workflow?.image ?? repository?.image;
  return {
    ...person,
    ...(person.by === 'container' && image !== undefined ? { image } : {}),
    ...(theirs?.network === false ? { network: false } : {}),
    ...(theirs?.credentials === false ? { credentials: false } : {}),
  };
}

/** Who wants a container need not say which: a configuration does, even one that wants none itself. */
function completed(sandbox: Sandbox, configurations: readonly (Sandbox | undefined)[]): Sandbox {
  if (sandbox.by !== 'container') return sandbox;
  return configurations.reduce<Sandbox>(
    (whole, { image, runtime, arguments: options } = { by: 'none' }) => ({
      ...(image === undefined ? {} : { image }),
      ...(runtime === undefined ? {} : { runtime }),
      ...(options === undefined ? {} : { arguments: options }),
      ...whole,
    }),
    sandbox,
  );
}
