/** How bubblewrap is called for one attempt: which parts of the file system it sees, and how. Arguments only; what is there to be seen is looked up elsewhere. */

export interface Cell {
  readonly worktree: string;
  readonly network: boolean;
  /** Folders that look empty, and forget what is written to them: the home of the person, places of temporary files and sockets. */
  readonly hidden: readonly string[];
  /** Seen although they lie in a hidden folder, and never written. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  /** Not written although they lie in something writable. */
  readonly guarded: readonly string[];
}

/** What goes before the command line of the agent. Later arguments stand on earlier ones: hidden, then seen, then written, then guarded. */
export function bubblewrapArguments({ worktree, network, hidden, readable, writable, guarded }: Cell): string[] {
  return [
    'bwrap',
    ...WALLS,
    ...(network ? [] : ['--unshare-net']),
    ...inOrder(hidden).flatMap((place) => ['--tmpfs', place]),
    ...inOrder(readable).flatMap((place) => ['--ro-bind', place, place]),
    ...inOrder([...writable, worktree]).flatMap((place) => ['--bind', place, place]),
    ...inOrder(guarded).flatMap((place) => ['--ro-bind', place, place]),
    '--chdir',
    worktree,
    '--',
  ];
}

/**
 * Everything can be read and nothing written; own processes only, so that iter and other agents can be neither seen nor ended.
 * No session of its own: iter ends an agent by its group.
 */
const WALLS = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--unshare-pid', '--unshare-ipc', '--cap-drop', 'ALL'];

/** The smallest call that needs all of it: whether it can be made on this machine. */
export function trialArguments(network: boolean): string[] {
  return ['bwrap', ...WALLS, ...(network ? [] : ['--unshare-net']), '--tmpfs', '/tmp', '--', 'true'];
}

/** A folder before what lies in it: else it would cover that up. */
function inOrder(places: readonly string[]): string[] {
  return [...new Set(places)].toSorted();
}
