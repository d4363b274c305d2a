import { expect, it } from 'vitest';
import { bubblewrapArguments } from '../../src/executors/bubblewrap.ts';

const CELL = {
  worktree: '/home/ada/shop-worktrees/T1',
  network: true,
  hidden: ['/tmp', '/home/ada'],
  readable: ['/home/ada/shop'],
  writable: ['/home/ada/shop/.git/objects', '/home/ada/shop/.git/worktrees/T1'],
  guarded: ['/home/ada/shop-worktrees/T1/.git', '/home/ada/shop/.git/objects/info'],
};

it('first hides, then shows, then lets write, then guards, each folder before what lies in it', () => {
  const words = bubblewrapArguments({ ...CELL, hidden: ['/tmp/inner', '/tmp', '/home/ada'] }).join(' ');
  expect(words.replaceAll(/ (?=--)/g, '\n').split('\n')).toEqual([
    'bwrap',
    '--ro-bind / /',
    '--dev /dev',
    '--proc /proc',
    '--unshare-pid',
    '--unshare-ipc',
    '--cap-drop ALL',
    '--tmpfs /home/ada',
    '--tmpfs /tmp',
    '--tmpfs /tmp/inner',
    '--ro-bind /home/ada/shop /home/ada/shop',
    '--bind /home/ada/shop-worktrees/T1 /home/ada/shop-worktrees/T1',
    '--bind /home/ada/shop/.git/objects /home/ada/shop/.git/objects',
    '--bind /home/ada/shop/.git/worktrees/T1 /home/ada/shop/.git/worktrees/T1',
    '--ro-bind /home/ada/shop-worktrees/T1/.git /home/ada/shop-worktrees/T1/.git',
    '--ro-bind /home/ada/shop/.git/objects/info /home/ada/shop/.git/objects/info',
    '--chdir /home/ada/shop-worktrees/T1',
    '--',
  ]);
});

it('has a network unless it is told otherwise', () => {
  expect([true, false].map((network) => bubblewrapArguments({ ...CELL, network }).includes('--unshare-net'))).toEqual([false, true]);
});
