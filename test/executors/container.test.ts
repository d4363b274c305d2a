import { expect, it } from 'vitest';
import type { Container } from '../../src/executors/container.ts';
import { containerArguments, isForRuntime, placesOf } from '../../src/executors/container.ts';

const CELL = {
  worktree: '/home/ada/shop-worktrees/T1',
  network: true,
  hidden: ['/home/ada', '/tmp'],
  readable: ['/home/ada/shop', '/home/ada/.codex'],
  writable: ['/home/ada/shop/.git/objects', '/home/ada/.codex'],
  guarded: ['/home/ada/shop-worktrees/T1/.git', '/home/ada/shop/.git/objects/info'],
};
const CONTAINER: Container = {
  runtime: 'podman',
  image: 'shop-agents:3',
  name: 'iter-001-try-T1-1-0a1b2c3d4e5f',
  label: '/home/ada/shop/iterations/001-try:T1-1',
  options: ['--memory=4g'],
  user: { uid: 1000, gid: 1000 },
};

it('has no rights, a name, the person as its user, each place as it is here, and variables by their names', () => {
  expect(containerArguments(CONTAINER, CELL, ['HOME', 'PATH', 'SHELL', 'ITER_TASK'])).toEqual([
    'podman',
    'run',
    '--rm',
    '--init',
    '--interactive',
    '--pull=never',
    '--log-driver=none',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    '--security-opt=label=disable',
    '--name=iter-001-try-T1-1-0a1b2c3d4e5f',
    '--label=iter=/home/ada/shop/iterations/001-try:T1-1',
    '--userns=keep-id',
    '--user=1000:1000',
    '--memory=4g',
    '--tmpfs=/home/ada:rw,exec,mode=1777,notmpcopyup',
    '--volume=/home/ada/.codex:/home/ada/.codex:rw',
    '--volume=/home/ada/shop:/home/ada/shop:ro',
    '--volume=/home/ada/shop-worktrees/T1:/home/ada/shop-worktrees/T1:rw',
    '--volume=/home/ada/shop-worktrees/T1/.git:/home/ada/shop-worktrees/T1/.git:ro',
    '--volume=/home/ada/shop/.git/objects:/home/ada/shop/.git/objects:rw',
    '--volume=/home/ada/shop/.git/objects/info:/home/ada/shop/.git/objects/info:ro',
    '--tmpfs=/tmp:rw,exec,mode=1777,notmpcopyup',
    '--env=HOME',
    '--env=ITER_TASK',
    '--workdir=/home/ada/shop-worktrees/T1',
    '--entrypoint=sh',
    'shop-agents:3',
    '-c',
    'PATH="$PATH:$ITER_DIR/.run/bin"; export PATH; exec "$@"',
    'iter',
  ]);
});

it.each<[string, Partial<Container>, readonly string[]]>([
  ['podman of a person without rights maps them to themselves', {}, ['--userns=keep-id', '--user=1000:1000']],
  ['podman of root is root already', { user: { uid: 0, gid: 0 } }, ['--user=0:0']],
  ['docker maps nobody', { runtime: 'docker' }, ['--user=1000:1000']],
])('%s', (_, of, options) => {
  const words = containerArguments({ ...CONTAINER, ...of }, CELL, []);
  expect(words.filter((word) => word.startsWith('--user'))).toEqual(options);
});

it('has the accounts it is given', () => {
  const words = containerArguments(
    { ...CONTAINER, runtime: 'docker', accounts: '/home/ada/shop/iterations/001-try/.run/passwd' },
    CELL,
    [],
  );
  expect(words).toContain('--volume=/home/ada/shop/iterations/001-try/.run/passwd:/etc/passwd:ro');
});

it('has no network when it is told so, whatever the options say', () => {
  const networks = (network: boolean) =>
    containerArguments({ ...CONTAINER, options: ['--network=host', '--net=slirp4netns', '--memory=4g'] }, { ...CELL, network }, []).filter(
      (word) => word.startsWith('--net') || word.startsWith('--memory'),
    );
  expect(networks(true)).toEqual(['--network=host', '--net=slirp4netns', '--memory=4g']);
  expect(networks(false)).toEqual(['--memory=4g', '--network=none']);
});

it('what is said of a place last holds', () => {
  const cell = { ...CELL, hidden: ['/a'], readable: ['/a', '/b'], writable: ['/b', '/c'], guarded: ['/c'] };
  expect(placesOf(cell)).toEqual([
    ['/a', 'ro'],
    ['/b', 'rw'],
    ['/c', 'ro'],
    ['/home/ada/shop-worktrees/T1', 'rw'],
  ]);
});

it('podman and docker get what tells them of their engine, and nothing else', () => {
  const names = [
    'DOCKER_HOST',
    'DOCKER_CONTEXT',
    'CONTAINER_HOST',
    'CONTAINERS_CONF',
    'DBUS_SESSION_BUS_ADDRESS',
    'OPENAI_API_KEY',
    'MY_DOCKER_HOST',
  ];
  expect(names.filter(isForRuntime)).toEqual(names.slice(0, 5));
});
