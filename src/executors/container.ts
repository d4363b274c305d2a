/** How podman and docker are called for one attempt: what the container sees of this machine, as whom, and under which name. Arguments only; calling them otherwise is `effects/containers.ts`. */
import type { Runtime } from '../core/sandbox.ts';
import type { Cell } from './bubblewrap.ts';

export interface Container {
  readonly runtime: Runtime;
  readonly image: string;
  /** By which it is ended; no other on this machine has it. */
  readonly name: string;
  /** What it is for, for people who look at a list of containers. */
  readonly label: string;
  /** Further options of `run`. */
  readonly options: readonly string[];
  /** Who writes its files, as numbers. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Takes the place of /etc/passwd: an image does not know who this is, and there are programs that ask. Podman adds a line to its own. */
  readonly accounts?: string;
}

/**
 * What goes before the command line of the agent. Places are the same inside as outside, because git's files say where others lie. Values of variables
 * are taken from the environment of the call, so that no list of processes shows them. `--pull=never`: nothing is fetched unasked.
 */
export function containerArguments(container: Container, cell: Cell, variables: readonly string[]): string[] {
  const { runtime, image, name, label, options } = container;
  return [
    runtime,
    'run',
    ...WALLS,
    `--name=${name}`,
    `--label=iter=${label}`,
    ...userOptions(container),
    ...(cell.network ? options : [...options.filter((option) => !/^--net(work)?(=|$)/.test(option)), '--network=none']),
    ...placesOf(cell).map(([place, how]) => (how === 'empty' ? emptyAt(place, runtime) : `--volume=${place}:${place}:${how}`)),
    ...variables.filter((variable) => !OF_THE_MACHINE.includes(variable)).map((variable) => `--env=${variable}`),
    ...(container.accounts === undefined ? [] : [`--volume=${container.accounts}:/etc/passwd:ro`]),
    `--workdir=${cell.worktree}`,
    '--entrypoint=sh',
    image,
    '-c',
    WITH_ITER,
    'iter',
  ];
}

/** The first process is one that hands signals on and collects the ended; the output goes where iter puts it and is kept nowhere else. */
const WALLS = [
  '--rm',
  '--init',
  '--interactive',
  '--pull=never',
  '--log-driver=none',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  // the alternative is to write labels of the container onto the person's own files
  '--security-opt=label=disable',
];

/** The entry point of the image is not for agents; what iter adds to PATH goes behind what the image has there. */
const WITH_ITER = 'PATH="$PATH:$ITER_DIR/.run/bin"; export PATH; exec "$@"';

/** They name programs, sockets and files of this machine; an image has its own. */
const OF_THE_MACHINE = ['PATH', 'SHELL', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'XDG_RUNTIME_DIR', 'XDG_DATA_DIRS', 'XDG_CONFIG_DIRS'];

/** Files are to belong to the person. Podman of a person without rights maps them to somebody else unless told otherwise, and that of root cannot. */
function userOptions({ runtime, user }: Container): string[] {
  if (user === undefined) return [];
  const mapped = runtime === 'podman' && user.uid !== 0 ? ['--userns=keep-id'] : [];
  return [...mapped, `--user=${user.uid}:${user.gid}`];
}

/** Podman would put into it what the image has there, its rights included. */
function emptyAt(place: string, runtime: Runtime): string {
  return `--tmpfs=${place}:rw,exec,mode=1777${runtime === 'podman' ? ',notmpcopyup' : ''}`;
}

type Way = 'empty' | 'ro' | 'rw';

/** Each place once, and in the way that is said last: hidden, then seen, then written, then guarded. Both programs put a folder before what lies in it. */
export function placesOf({ worktree, hidden, readable, writable, guarded }: Cell): (readonly [place: string, way: Way])[] {
  const ways = new Map<string, Way>();
  const say = (places: readonly string[], way: Way): void => places.forEach((place) => void ways.set(place, way));
  say(hidden, 'empty');
  say(readable, 'ro');
  say([...writable, worktree], 'rw');
  say(guarded, 'ro');
  return [...ways].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What the program that is called has to know of the person's settings besides what agents get. */
export function isForRuntime(variable: string): boolean {
  return /^(DOCKER|CONTAINERS?)_/.test(variable) || variable === 'DBUS_SESSION_BUS_ADDRESS';
}
