import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { LockedError } from '../../src/effects/lock.ts';
import type { MergeOptions } from '../../src/engine/merge.ts';
import { merge } from '../../src/engine/merge.ts';
import { undo } from '../../src/engine/undo.ts';
import { repositoryLock } from '../../src/engine/places.ts';
import { acquire } from '../../src/effects/lock.ts';
import type { Ground } from '../rig/ground.ts';
import { accept, ground, groundIn, made } from '../rig/ground.ts';
import { sh } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const T1: MergeOptions = { strategy: 'linear', target: 'refs/heads/main', dryRun: false, strict: false, tasks: [taskId('T1')] };

let on: Ground;

beforeEach(async () => {
  on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  await accept(on, 'T1', made(on.root, 'main', { says: 'one', files: { 'one.txt': '1\n' } }));
});

describe('two merges at once', () => {
  it('of one iteration: one lands, the other is told who is at it', async () => {
    const ends = await Promise.allSettled([merge(on.iteration, T1, on.context), merge(on.iteration, T1, on.context)]);
    const told = ends.map((end) =>
      end.status === 'fulfilled' ? end.value.outcome : end.reason instanceof LockedError ? 'locked' : 'failed',
    );
    expect(told.toSorted()).toEqual(['landed', 'locked']);
    expect(sh(on.root, 'log', '--format=%s', 'main').split('\n')).toEqual(['one', 'first']);
  });

  it('of two iterations: both land, one on top of the other', async () => {
    const other = await groundIn(on.root, '002-other', 'T1 build');
    await accept(other, 'T1', made(on.root, 'main', { says: 'two', files: { 'two.txt': '2\n' } }));
    const ends = await Promise.all([merge(on.iteration, T1, on.context), merge(other.iteration, T1, other.context)]);
    expect(ends.map((end) => end.outcome)).toEqual(['landed', 'landed']);
    expect(sh(on.root, 'log', '--format=%s', 'main').split('\n').toSorted()).toEqual(['first', 'one', 'two']);
    expect(sh(on.root, 'ls-tree', '--name-only', 'main').split('\n')).toEqual(['a.txt', 'one.txt', 'two.txt']);
    expect([sh(on.root, 'status', '--porcelain', '--', ':!iterations'), sh(on.root, 'fsck', '--strict', '--no-dangling')]).toEqual([
      '',
      '',
    ]);
  });

  it('and an undo of the first of two landings is refused: the other stands on it', async () => {
    const other = await groundIn(on.root, '002-other', 'T1 build');
    await accept(other, 'T1', made(on.root, 'main', { says: 'two', files: { 'two.txt': '2\n' } }));
    await merge(on.iteration, T1, on.context);
    await merge(other.iteration, T1, other.context);
    expect(await undo(on.iteration, on.context)).toMatchObject({ refused: expect.stringContaining('git revert') as string });
    expect(await undo(other.iteration, other.context)).toHaveProperty('undone');
    expect(await undo(on.iteration, on.context)).toHaveProperty('undone');
    expect(sh(on.root, 'log', '--format=%s', 'main')).toBe('first');
  });
});

it('a landing waits for whoever writes in the repository, and sees what was committed meanwhile', async () => {
  const lock = await acquire(repositoryLock(on.iteration.repository.gitDirectory), { what: 'somebody at work' });
  const landing = merge(on.iteration, T1, on.context);
  await until(
    () => on.run.state.validation ?? (on.run.refresh(), on.run.state.validation),
    (validation) => validation !== undefined,
  );
  writeFileSync(path.join(on.root, 'b.txt'), 'meanwhile\n');
  sh(on.root, 'add', 'b.txt');
  sh(on.root, 'commit', '--quiet', '-m', 'meanwhile');
  lock.release();
  expect((await landing).outcome).toBe('landed');
  expect(sh(on.root, 'log', '--format=%s', 'main').split('\n')).toEqual(['one', 'meanwhile', 'first']);
});
