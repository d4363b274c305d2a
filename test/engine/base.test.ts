import { expect, it } from 'vitest';
import { commitId, taskId } from '../../src/core/ids.ts';
import type { Plan } from '../../src/core/plan.ts';
import { taskOf } from '../../src/core/plan.ts';
import type { State } from '../../src/core/state.ts';
import { baseOf } from '../../src/engine/base.ts';
import type { Made } from '../rig/ground.ts';
import { made, stateWith } from '../rig/ground.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { plan } from '../rig/story.ts';

const WIDE = plan('T1 build', 'T2 build', 'T3 build', 'T4 review < T3 T1 T2');

const base = (root: string, of: Plan, state: State, id = 'T4') => baseOf(root, of, state, taskOf(of, taskId(id)));

function three(root: string, second: Readonly<Record<string, string>> = { 'two.txt': '2\n' }): Readonly<Record<'T1' | 'T2' | 'T3', Made>> {
  return {
    T1: made(root, 'main', { says: 'one', files: { 'one.txt': '1\n' } }),
    T2: made(root, 'main', { says: 'two', files: second }),
    T3: made(root, 'main', { says: 'three', files: { 'three.txt': '3\n' } }),
  };
}

it('what needs nothing starts at the base of the plan', async () => {
  const root = repositoryWith({ a: 'a\n' });
  const of: Plan = { ...WIDE, base: commitId(sh(root, 'rev-parse', 'HEAD')) };
  expect(await base(root, of, stateWith(of, {}), 'T1')).toEqual({ commit: of.base });
});

it('what needs one task starts at its head', async () => {
  const root = repositoryWith({ a: 'a\n' });
  const of = plan('T1 build', 'T2 doc < T1');
  const work = made(root, 'main', { says: 'one', files: { 'one.txt': '1\n' } });
  expect(await base(root, of, stateWith(of, { T1: work }), 'T2')).toEqual({ commit: work.head });
});

it('what needs several starts at their merge, the same each time', async () => {
  const root = repositoryWith({ a: 'a\n' });
  const state = stateWith(WIDE, three(root));
  const found = await base(root, WIDE, state);
  expect('commit' in found ? sh(root, 'ls-tree', '--name-only', found.commit).split('\n') : found).toEqual([
    'a',
    'one.txt',
    'three.txt',
    'two.txt',
  ]);
  expect(await base(root, WIDE, state)).toEqual(found);
});

it('a conflict is owned by the task that comes later in the plan', async () => {
  const root = repositoryWith({ a: 'a\n' });
  const works = three(root, { 'one.txt': 'mine\n' });
  expect(await base(root, WIDE, stateWith(WIDE, works))).toEqual({ conflict: { task: 'T2', onto: works.T1.head, paths: ['one.txt'] } });
});

it('a task that was sent back by a conflict starts on what it conflicted with', async () => {
  const root = repositoryWith({ a: 'a\n' });
  const onto = made(root, 'main', { says: 'other', files: { 'other.txt': 'o\n' } });
  const state = stateWith(WIDE, {});
  const owner = state.tasks['T1'];
  if (owner === undefined) throw new Error('no T1');
  expect(await base(root, WIDE, { ...state, tasks: { ...state.tasks, T1: { ...owner, onto: onto.head } } }, 'T1')).toEqual({
    commit: onto.head,
  });
});

it('a need that is not accepted is our mistake', async () => {
  const root = repositoryWith({ a: 'a\n' });
  await expect(base(root, WIDE, stateWith(WIDE, {}))).rejects.toThrow('T4 needs T1, which is not accepted');
});
