/** What an agent may reach: which sandbox an attempt runs in, and who decides. Makes none. */

/** `cli`: the agent's own, by its flags. `bubblewrap`: of iter, on Linux. */
export const SANDBOXES = ['none', 'cli', 'bubblewrap'] as const;

/** As it is used; what is left out is true, or nothing. `network`, `credentials` and `home` are for bubblewrap. */
export interface Sandbox {
  readonly by: (typeof SANDBOXES)[number];
  readonly network?: boolean;
  /** The agent sees the folders of its own in the person's home. */
  readonly credentials?: boolean;
  /** Further files and folders of the home, relative to it, that can be read. */
  readonly home?: readonly string[];
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
  if (person === undefined || person.by === 'none') return theirs ?? { by: 'none' };
  return {
    ...person,
    ...(theirs?.network === false ? { network: false } : {}),
    ...(theirs?.credentials === false ? { credentials: false } : {}),
  };
}
