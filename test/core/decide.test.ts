import { describe, expect, it } from 'vitest';
import { sendBackSet, wakeTime } from '../../src/core/decide.ts';
import { needsMet, openNeeds } from '../../src/core/needs.ts';
import { commitId, taskId } from '../../src/core/ids.ts';
import { taskOf } from '../../src/core/plan.ts';
import {
  accepted,
  actions,
  after,
  answered,
  asked,
  checked,
  claimed,
  ended,
  finding,
  interrupted,
  judged,
  landed,
  landing,
  objecting,
  picture,
  plan,
  prepared,
  rejected,
  running,
  secondsAfterNoon,
  sentBack,
  wentBy,
} from '../rig/story.ts';
import type { Told } from '../rig/story.ts';

const CHAIN = plan('T1 plan', 'T2 build < T1', 'T3 build < T1', 'T4 review < T2 T3, sends back to build at most 3', 'T5 doc < T4');

describe('starting', () => {
  it('what needs nothing starts first', () => {
    expect(actions(CHAIN, [])).toEqual(['start T1 #1']);
  });

  it('a dependent starts when the work it needs is accepted, not when the agent says Completed', () => {
    expect(actions(CHAIN, [running('T1'), claimed('T1', 'Completed', 'agent')], { busy: new Set([taskId('T1')]) })).toEqual([]);
    expect(actions(CHAIN, [accepted('T1')])).toEqual(['start T2 #1', 'start T3 #1']);
  });

  it('passed checks are not enough either', () => {
    expect(actions(CHAIN, [checked('T1')])).toEqual(['accept T1']);
  });

  it('all needs have to be met, not one of them', () => {
    expect(actions(CHAIN, [accepted('T1'), accepted('T2')])).toEqual(['start T3 #1']);
  });

  it('work that has landed counts as accepted', () => {
    expect(actions(CHAIN, [accepted('T1'), landing(), landed('T1')])).toEqual(['start T2 #1', 'start T3 #1']);
  });

  it('no more start than there is room for beside what is busy', () => {
    const wide = plan('T1 build', 'T2 build', 'T3 build', 'T4 build');
    expect(actions(wide, [running('T1')], { maxParallel: 3, busy: new Set([taskId('T1')]) })).toEqual(['start T2 #1', 'start T3 #1']);
    expect(actions(wide, [running('T1')], { maxParallel: 1, busy: new Set([taskId('T1')]) })).toEqual([]);
  });

  it('what only judges or records is done at once, however little room there is', () => {
    const wide = plan('T1 build', 'T2 build', 'T3 build');
    const told = [running('T1'), ended('T1'), checked('T2'), running('T3')];
    expect(actions(wide, told, { maxParallel: 1, busy: new Set([taskId('T3')]) })).toEqual(['check T1', 'accept T2']);
  });

  it('judging and recovering come before starting more, and take up room; accepting takes none', () => {
    const wide = plan('T1 build', 'T2 build', 'T3 build', 'T4 build');
    expect(actions(wide, [running('T2'), ended('T2')], { maxParallel: 2 })).toEqual(['start T1 #1', 'check T2']);
    expect(actions(wide, [running('T2')], { maxParallel: 2 })).toEqual(['start T1 #1', 'recover T2']);
    expect(actions(wide, [checked('T2')], { maxParallel: 2 })).toEqual(['start T1 #1', 'accept T2', 'start T3 #1']);
  });

  it('nothing is done about a task somebody is busy with', () => {
    expect(actions(CHAIN, [running('T1'), ended('T1')], { busy: new Set([taskId('T1')]) })).toEqual([]);
  });

  it('a selection leaves everything else alone, without using up room', () => {
    const wide = plan('T1 build', 'T2 build');
    expect(actions(wide, [], { maxParallel: 1, only: new Set([taskId('T2')]) })).toEqual(['start T2 #1']);
  });

  it('a row the log does not know is passed over', () => {
    const state = after(plan('T1 build'));
    const wide = plan('T1 build', 'T2 build < T1 T9');
    expect(openNeeds(wide, taskOf(wide, taskId('T2')), state)).toEqual(['T1', 'T9']);
    const lone = plan('T2 build < T9');
    expect(needsMet(lone, taskOf(lone, taskId('T2')), state)).toBe(false);
  });
});

describe('interruption', () => {
  const one = plan('T1 build, retries 1');

  it.each([
    ['starting', [prepared('T1')]],
    ['running', [running('T1')]],
  ])('an attempt nobody watches any more is recovered: %s', (_phase, told) => {
    expect(actions(one, told)).toEqual(['recover T1']);
  });

  it('an interrupted attempt keeps its number and uses up nothing', () => {
    const told = [running('T1'), interrupted('T1')];
    expect(actions(one, told)).toEqual(['start T1 #1']);
    const again = [...told, checked('T1', 1, { fails: ['tests'] })];
    expect(actions(one, again)).toEqual(['send back T1: tests']);
  });

  it('one that was interrupted before its agent was there, too', () => {
    expect(actions(one, [prepared('T1'), interrupted('T1')])).toEqual(['start T1 #1']);
  });

  it('work that was left to be judged is judged, not done again', () => {
    expect(actions(one, [running('T1'), ended('T1')])).toEqual(['check T1']);
  });

  it('a task that starts over while it runs, or after an interruption, gets a new number', () => {
    const two = plan('T1 build', 'T2 review < T1, sends back to build at most 3', 'T3 doc < T1');
    const back = rejected('T2', 1, { goto: 'T1', reset: 'T1 T2 T3' }, 'must F1');
    const told = [accepted('T1'), running('T3'), objecting('T2', 1, 'must F1'), back, accepted('T1', 2)];
    expect(actions(two, told)).toEqual(['start T2 #2', 'start T3 #2']);
    const cut = [accepted('T1'), running('T3'), interrupted('T3'), objecting('T2', 1, 'must F1'), back, accepted('T1', 2)];
    expect(actions(two, cut)).toEqual(['start T2 #2', 'start T3 #2']);
  });
});

describe('checks that fail', () => {
  const twice = plan('T1 build, retries 1');

  it('send the work back, with every failure', () => {
    expect(actions(twice, [checked('T1', 1, { fails: ['tests', 'lint'] })])).toEqual(['send back T1: tests lint']);
  });

  it('the next attempt has the next number', () => {
    expect(actions(twice, [checked('T1', 1, { fails: ['tests'] }), sentBack('T1', 1, 'tests')])).toEqual(['start T1 #2']);
  });

  it('after the last retry the task has failed, and says why', () => {
    const first = [checked('T1', 1, { fails: ['tests'] }), sentBack('T1', 1, 'tests')];
    expect(actions(twice, [...first, checked('T1', 2, { fails: ['tests', 'lint', 'size'] })])).toEqual([
      'fail T1: 2 attempts used up; still failing: tests: tests is wrong and 2 more',
    ]);
    expect(actions(plan('T1 build'), [checked('T1', 1, { fails: ['tests'] })])).toEqual([
      'fail T1: 1 attempt used up; still failing: tests: tests is wrong',
    ]);
  });

  it('warnings stop nothing', () => {
    expect(actions(twice, [checked('T1', 1, { warns: ['size'] })])).toEqual(['accept T1']);
  });

  it('a failed or accepted task is left alone', () => {
    const failed = { type: 'task-failed', task: taskId('T1'), attempt: 1, reason: 'used up' } as const;
    expect(actions(plan('T1 build', 'T2 doc < T1'), [checked('T1', 1, { fails: ['tests'] }), failed])).toEqual([]);
    expect(actions(plan('T1 build'), [accepted('T1')])).toEqual([]);
  });

  it('attempts before a reset do not count against the retries', () => {
    const pair = plan('T1 build, retries 1', 'T2 review < T1, sends back to build at most 3');
    const told = [
      checked('T1', 1, { fails: ['tests'] }),
      sentBack('T1', 1, 'tests'),
      accepted('T1', 2),
      objecting('T2', 1, 'must F1'),
      rejected('T2', 1, { goto: 'T1', reset: 'T1 T2' }, 'must F1'),
      checked('T1', 3, { fails: ['tests'] }),
    ];
    expect(actions(pair, told)).toEqual(['send back T1: tests']);
  });
});

describe('a person is asked', () => {
  it('about an agent that says it is blocked, instead of sending it round again', () => {
    const told = [running('T1'), claimed('T1', 'Blocked', 'agent', 'no access'), ended('T1'), judged('T1', 1, { fails: ['tests'] })];
    expect(actions(plan('T1 build, retries 5'), told)).toEqual(['ask T1-blocked-1 (again|fail): T1 is blocked: no access']);
  });

  it('not when its work passes all the same', () => {
    const told = [running('T1'), claimed('T1', 'Blocked', 'agent'), ended('T1'), judged('T1', 1)];
    expect(actions(plan('T1 build'), told)).toEqual(['accept T1']);
  });

  it('a block without a word is said so', () => {
    const told = [running('T1'), claimed('T1', 'Blocked', 'agent'), ended('T1'), judged('T1', 1, { fails: ['tests'] })];
    expect(actions(plan('T1 build'), told)).toEqual(['ask T1-blocked-1 (again|fail): T1 is blocked: it gave no reason']);
  });

  it('about work that a person stopped, before it is judged', () => {
    const told = [running('T1'), ended('T1', 1, 'killed', 'stopped by ada')];
    expect(actions(plan('T1 build'), told)).toEqual([
      'ask T1-stopped-1 (again|done|fail): T1 was stopped during attempt 1: stopped by ada; what it wrote is still in its worktree',
    ]);
  });

  it('about an account that is refused, instead of judging work that could not begin, and without using up a try', () => {
    const of = plan('T1 build, retries 0');
    const told = [running('T1'), wentBy('T1', 1, { exit: 0, verdict: 'auth', reason: '401 Incorrect API key' })];
    expect(actions(of, told)).toEqual(['ask T1-auth-1 (again|fail): rehearsal is not signed in: 401 Incorrect API key']);
    const again = [...told, asked('T1', 'T1-auth-1'), answered('T1-auth-1', 'again')];
    expect(actions(of, again)).toEqual(['start T1 #2']);
    expect(after(of, ...again, prepared('T1', 2)).tasks['T1']?.tries).toBe(1);
    expect(actions(of, [running('T1'), wentBy('T1', 1, { exit: 41, verdict: 'auth' })])).toEqual([
      'ask T1-auth-1 (again|fail): rehearsal is not signed in',
    ]);
  });

  it('once for all tasks of an account: the others wait for the same answer, those yet to start do not, and one answer frees them', () => {
    const of = plan('T1 build', 'T2 build', 'T3 build', 'T4 build');
    const other = { ...of, tasks: of.tasks.map((task) => (task.id === 'T4' ? { ...task, provider: 'other' } : task)) };
    const refused = (task: string) => [running(task), wentBy(task, 1, { exit: 1, verdict: 'auth' as const })];
    const account = { agent: 'rehearsal', provider: 'rehearsal' };
    const both = [...refused('T1'), ...refused('T2')].flat();
    expect(actions(other, both)).toEqual(['ask T1-auth-1 (again|fail): rehearsal is not signed in', 'start T3 #1', 'start T4 #1']);
    const question = { ...asked('T1', 'T1-auth-1'), question: 'rehearsal is not signed in', signIn: account };
    expect(actions(other, [both, question])).toEqual(['join T2', 'start T4 #1']);
    const waiting = [both, question, { type: 'decision-joined', id: 'T1-auth-1', task: taskId('T2') }] as const;
    const open = after(other, ...waiting);
    expect([
      open.decisions.map((one) => one.question),
      open.tasks['T2']?.phase,
      wakeTime(other, open, { maxParallel: 3, busy: new Set() }),
    ]).toEqual([['rehearsal is not signed in; T1, T2 wait for it'], { name: 'awaiting-human', decision: 'T1-auth-1' }, undefined]);
    expect(actions(other, [...waiting, answered('T1-auth-1', 'again')])).toEqual([
      'start T1 #2',
      'start T2 #2',
      'start T3 #1',
      'start T4 #1',
    ]);
    expect(picture(other, ...waiting, answered('T1-auth-1', 'fail')).slice(0, 2)).toEqual([
      'T1 failed: given up by ada',
      'T2 failed: given up by ada',
    ]);
  });

  it('about an account, and nothing of it wakes the launch by the clock meanwhile', () => {
    const of = plan('T1 build', 'T2 build, retries 1');
    const until = { ...sentBack('T2', 1, 'a'), until: secondsAfterNoon(99) } as const;
    const question = { ...asked('T1', 'T1-auth-1'), signIn: { agent: 'rehearsal', provider: 'rehearsal' } };
    const wakes = (...told: readonly Told[]) =>
      wakeTime(of, after(of, checked('T2', 1, { fails: ['a'] }), until, running('T1'), ...told), {
        maxParallel: 3,
        busy: new Set([taskId('T1')]),
      });
    expect([wakes(), wakes(question)]).toEqual([secondsAfterNoon(99), undefined]);
  });

  it('about an account as long as anybody waits for the answer, also when the first to ask starts over', () => {
    const of = plan('T1 build', 'T2 build');
    const refused = (task: string) => [running(task), wentBy(task, 1, { exit: 1, verdict: 'auth' as const })].flat();
    const question = { ...asked('T1', 'T1-auth-1'), question: 'who?', signIn: { agent: 'rehearsal', provider: 'rehearsal' } };
    const joins = { type: 'decision-joined', id: 'T1-auth-1', task: taskId('T2') } as const;
    const again = (task: string) => ({ type: 'task-reset', goto: [taskId(task)], reset: [taskId(task)], by: 'ada' }) as const;
    const open = (...resets: readonly string[]) =>
      after(of, refused('T1'), refused('T2'), question, joins, ...resets.map(again)).decisions.map((one) => [
        one.id,
        one.task,
        one.question,
      ]);
    expect([open('T1'), open('T2'), open('T1', 'T2')]).toEqual([[['T1-auth-1', 'T2', 'who?']], [['T1-auth-1', 'T1', 'who?']], []]);
  });

  it.each(['ok', 'error', 'unfinished', 'limit', 'killed'] as const)('not about a run that went as %s: its work is judged', (verdict) => {
    expect(actions(plan('T1 build'), [running('T1'), wentBy('T1', 1, { exit: 1, verdict })])).toEqual(['check T1']);
  });

  it.each(['exited', 'timeout', 'not-started'] as const)('not about one that ended as %s', (outcome) => {
    expect(actions(plan('T1 build'), [running('T1'), ended('T1', 1, outcome)])).toEqual(['check T1']);
  });

  it('once, and then nothing happens until the answer', () => {
    const told = [running('T1'), ended('T1', 1, 'killed'), asked('T1', 'T1-stopped-1')];
    expect(actions(plan('T1 build'), told)).toEqual([]);
    expect(actions(plan('T1 build'), [...told, answered('T1-stopped-1', 'again')])).toEqual(['start T1 #2']);
    expect(actions(plan('T1 build'), [...told, answered('T1-stopped-1', 'done')])).toEqual(['check T1']);
    expect(actions(plan('T1 build'), [...told, answered('T1-stopped-1', 'fail')])).toEqual([]);
  });
});

describe('reviews', () => {
  const built = [accepted('T1'), accepted('T2'), accepted('T3')];

  it.each(['approved', 'approved_with_suggestions'] as const)('%s lets the work pass', (verdict) => {
    expect(actions(CHAIN, [...built, checked('T4', 1, { verdict, findings: [finding('should F1')] })])).toEqual(['accept T4']);
  });

  it.each(['changes_requested', 'rejected'] as const)('%s sends it back to the whole step when no task is named', (verdict) => {
    expect(actions(CHAIN, [...built, checked('T4', 1, { verdict, findings: [finding('must F1')] })])).toEqual([
      'reject T4 (1) to T2 T3, reset T2 T3 T4 T5: F1',
    ]);
  });

  it('only the tasks that MUST findings name work again, and everything downstream of them', () => {
    expect(actions(CHAIN, [...built, objecting('T4', 1, 'must F1 T3', 'should F2 T2')])).toEqual([
      'reject T4 (1) to T3, reset T3 T4 T5: F1 F2',
    ]);
  });

  it('one open finding about nobody, or about a task of another step, is about everybody', () => {
    const everybody = { goto: ['T2', 'T3'], reset: ['T2', 'T3', 'T4', 'T5'] };
    const review = taskOf(CHAIN, taskId('T4'));
    expect(sendBackSet(CHAIN, review, [finding('must F1 T3'), finding('must F2')])).toEqual(everybody);
    expect(sendBackSet(CHAIN, review, [finding('must F1 T3'), finding('must F2 T1')])).toEqual(everybody);
    expect(sendBackSet(CHAIN, review, [finding('must F1 T1')])).toEqual(everybody);
    expect(sendBackSet(CHAIN, review, [])).toEqual(everybody);
  });

  it('the task that reviews is itself a task with checks: without a report there is nothing to judge', () => {
    const strict = plan('T1 build', 'T2 review < T1, sends back to build at most 3, retries 1');
    expect(actions(strict, [accepted('T1'), checked('T2', 1, { fails: ['report'], verdict: 'approved' })])).toEqual([
      'send back T2: report',
    ]);
  });

  it('a verdict without a gate decides nothing', () => {
    expect(actions(plan('T1 review'), [checked('T1', 1, { verdict: 'rejected', findings: [finding('must F1')] })])).toEqual(['accept T1']);
  });

  it('the last rejection goes to a person, with what is still open', () => {
    const pair = plan('T1 build', 'T2 review < T1, sends back to build at most 2');
    const first = [accepted('T1'), objecting('T2', 1, 'must F1'), rejected('T2', 1, { goto: 'T1', reset: 'T1 T2' }, 'must F1')];
    const second = [...first, accepted('T1', 2), objecting('T2', 2, 'must F1', 'must F2', 'nice F3')];
    expect(actions(pair, second)).toEqual([
      'ask T2-rejection-2 (again|accept|fail): T2 has rejected the work 2 times; still open: F1 F1 is open; F2 F2 is open',
    ]);
    const question = [...second, asked('T2', 'T2-rejection-2')];
    expect(actions(pair, [...question, answered('T2-rejection-2', 'accept')])).toEqual([]);
    expect(actions(pair, [...question, answered('T2-rejection-2', 'again', { reset: 'T1 T2' })])).toEqual(['start T1 #3']);
    const round = [...question, answered('T2-rejection-2', 'again', { reset: 'T1 T2' }), accepted('T1', 3), objecting('T2', 3, 'must F1')];
    expect(actions(pair, round)).toEqual(['reject T2 (1) to T1, reset T1 T2: F1']);
  });

  it('a reviewer that comes too late, for work that starts over, decides nothing', () => {
    const both = plan('T1 build', 'T2 review < T1, sends back to build at most 3', 'T3 review < T1, sends back to build at most 3');
    const told = [
      accepted('T1'),
      running('T3'),
      objecting('T2', 1, 'must F1'),
      rejected('T2', 1, { goto: 'T1', reset: 'T1 T2 T3' }, 'must F1'),
      ended('T3'),
      judged('T3', 1, { verdict: 'approved' }),
    ];
    expect(actions(both, told)).toEqual(['start T1 #2']);
  });

  it('the commit a task was accepted at is the one that was checked', () => {
    expect(after(CHAIN, accepted('T1')).tasks['T1']?.phase).toEqual({ name: 'accepted', commit: commitId('T1-head-1') });
  });
});
