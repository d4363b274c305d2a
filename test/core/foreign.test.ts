import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { NewEvent } from '../../src/core/event.ts';
import type { Surroundings } from '../../src/core/foreign.ts';
import { differenceText, differences, isFact, lookedAt } from '../../src/core/foreign.ts';
import { taskId } from '../../src/core/ids.ts';
import { after, checked, ended, plan, running } from '../rig/story.ts';

const told = (before: Surroundings, now: Surroundings): string[] =>
  differences(before, now).map((one) => `${differenceText(one)}${isFact(one) ? ', a fact' : ''}`);

describe('two looks around a task', () => {
  it('tell what nobody does in passing from what a person may be doing', () => {
    const before = {
      'branch refs/heads/main': 'a',
      'branch refs/heads/old': 'a',
      'head HEAD': 'ref: refs/heads/main',
      'file a.txt': ' M 1',
      'file b.txt': ' M 1',
    };
    const now = {
      'branch refs/heads/main': 'b',
      'branch refs/heads/new': 'b',
      'head HEAD': 'ref: refs/heads/new',
      'setting core.hookspath': '/x',
      'hook hooks/pre-push': '1',
      'file a.txt': ' M 2',
      'file c.txt': '?? 1',
      'file d.txt': ' D gone',
      'rule iterations/001-a/COMPLETION_CRITERIA.md': 'x',
    };
    expect(told(before, now)).toEqual([
      'refs/heads/main moved, a fact',
      'refs/heads/new is new',
      'refs/heads/old is gone, a fact',
      'a.txt in the main checkout changed',
      'b.txt in the main checkout is as committed again',
      'c.txt in the main checkout is new',
      'd.txt in the main checkout is gone',
      'the main checkout is on another branch',
      'hooks/pre-push of the repository is new, a fact',
      'iterations/001-a/COMPLETION_CRITERIA.md is new',
      'the setting core.hookspath of the repository is new, a fact',
    ]);
  });

  it('compare the worktree of another task only when it was idle all the time', () => {
    const file = 'worktree T1 src/a.ts';
    const idle = { [lookedAt('T1')]: 'since noon' };
    expect(told(idle, { ...idle, [file]: ' M 1' })).toEqual(['src/a.ts in the worktree of T1 changed, a fact']);
    expect(told(idle, { [lookedAt('T1')]: 'since one', [file]: ' M 1' })).toEqual([]);
    expect(told({}, { ...idle, [file]: ' M 1' })).toEqual([]);
  });
});

describe('work that passed its checks while something outside changed', () => {
  const two = plan('T1 build', 'T2 build');
  const free = { maxParallel: 2, busy: new Set<never>() };
  const done = [...running('T1'), ended('T1'), checked('T1'), ...running('T2'), ended('T2'), checked('T2')].flat();
  const found = (blocks: boolean): NewEvent => ({
    type: 'foreign-write-found',
    id: 'T1-foreign-1',
    tasks: [taskId('T1'), taskId('T2')],
    writes: [{ place: 'branch refs/heads/main', now: 'b', what: 'refs/heads/main moved', blocks }],
  });
  const actions = (...events: readonly NewEvent[]): string[] =>
    decide(two, after(two, ...events), free).map((action) => `${action.do} ${action.task}`);

  it('is accepted when that was a warning only', () => {
    expect(actions(...done, found(false))).toEqual(['accept T1', 'accept T2']);
  });

  it('waits for one answer for all that ran, and is judged again after it', () => {
    expect(actions(...done, found(true))).toEqual(['ask T1', 'ask T2']);
    const asked: NewEvent = {
      type: 'decision-requested',
      id: 'T1-foreign-1',
      kind: 'escalation',
      task: taskId('T1'),
      question: '?',
      options: [],
    };
    expect(actions(...done, found(true), asked)).toEqual([]);
    const answered: NewEvent = { type: 'decision-made', id: 'T1-foreign-1', option: 'mine', by: 'ada' };
    expect(actions(...done, found(true), asked, answered)).toEqual(['check T1', 'accept T2']);
  });
});
