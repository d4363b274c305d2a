/** What runs containers in tests: a stand-in without walls that is always there, and podman and docker where they run and an image can be made. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Runtime, Sandbox } from '../../src/core/sandbox.ts';
import { RUNTIMES } from '../../src/core/sandbox.ts';
import { isForRuntime } from '../../src/executors/container.ts';
import { temporaryFolder } from './repository.ts';

export interface Engine {
  readonly name: string;
  readonly runtime: Runtime;
  readonly hasWalls: boolean;
  /** Its containers go on when the program that has started them is killed: not with podman of a person without rights. */
  readonly outlives: boolean;
  /** For the environment of whoever calls it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox;
  /** True while there is a container of this name, running or not. */
  readonly has: (container: string) => boolean;
  /** True once it knows that one runs, which is later than what runs in it. */
  readonly runs: (container: string) => boolean;
}

const IMAGE = 'iter-test/thin:2';

/** The stand-in, found as `podman`. */
export function standIn(): Engine {
  const folder = temporaryFolder();
  const program = path.join(folder, 'bin', 'podman');
  for (const part of ['bin', 'images/iter-test/thin:2']) mkdirSync(path.join(folder, part), { recursive: true });
  copyFileSync(path.join(import.meta.dirname, 'engine-stand-in.mjs'), program);
  // a program without an ending is a module only where it is said
  writeFileSync(path.join(folder, 'bin', 'package.json'), '{ "type": "module" }\n');
  chmodSync(program, 0o755);
  const environment = { PATH: `${path.dirname(program)}:${process.env['PATH'] ?? ''}`, CONTAINER_STAND_IN: folder };
  return engine({
    name: 'the stand-in',
    runtime: 'podman',
    hasWalls: false,
    outlives: true,
    environment,
    sandbox: { by: 'container', image: IMAGE },
  });
}

/** Real ones. Their image is a few empty folders: programs are those of this machine. They have no network, which not everyone may make. What keeps one from being tried is said. */
export function realEngines(): Engine[] {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    ...ownStorage(),
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) => (isForRuntime(name) && value !== undefined ? [[name, value]] : [])),
    ),
  };
  return RUNTIMES.flatMap((runtime) => {
    const call = (...argv: readonly string[]) => spawnSync(runtime, argv, { env: environment, encoding: 'utf8' });
    const options = ['--volume=/usr:/usr:ro'];
    const isThere = call('image', 'inspect', IMAGE).status === 0;
    const tries = [
      ...(isThere ? [] : [() => call('import', thinImage(), IMAGE)]),
      () => call('run', '--rm', '--init', '--network=none', ...options, IMAGE, 'git', '--version'),
    ];
    for (const attempt of tries) {
      const { status, error, stderr } = attempt();
      if (status === 0) continue;
      process.stderr.write(`skipped: containers of ${runtime} are not tried, it does not work here: ${error?.message ?? stderr}\n`);
      return [];
    }
    return [
      engine({
        name: runtime,
        runtime,
        hasWalls: true,
        outlives: runtime === 'docker' || process.getuid?.() === 0,
        environment,
        sandbox: { by: 'container', runtime, network: false, image: IMAGE, arguments: options },
      }),
    ];
  });
}

/** Podman of a person without rights keeps images in their home, and each test has a home of its own. */
function ownStorage(): Record<string, string> {
  if (process.getuid?.() === 0) return {};
  const folder = temporaryFolder();
  const file = path.join(folder, 'storage.conf');
  writeFileSync(file, `[storage]\ndriver = "vfs"\nrootless_storage_path = "${folder}/graph"\nrunroot = "${folder}/run"\n`);
  return { CONTAINERS_STORAGE_CONF: file };
}

function engine(of: Omit<Engine, 'has' | 'runs'>): Engine {
  const inspect = (container: string) =>
    spawnSync(of.runtime, ['container', 'inspect', '--format', '{{.State.Running}}', container], { env: of.environment, encoding: 'utf8' });
  return { ...of, has: (container) => inspect(container).status === 0, runs: (container) => inspect(container).stdout.trim() === 'true' };
}

/** A file system for `import`; another one needs another tag. */
function thinImage(): string {
  const folder = temporaryFolder();
  const root = path.join(folder, 'root');
  for (const name of ['usr', 'etc', 'sbin', 'proc', 'sys', 'dev', 'tmp', 'run', 'var/tmp'])
    mkdirSync(path.join(root, name), { recursive: true });
  chmodSync(path.join(root, 'tmp'), 0o1777);
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, path.join(root, name));
  const file = path.join(folder, 'thin.tar');
  const { status, stderr } = spawnSync('tar', ['-C', root, '-cf', file, '.'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return file;
}
