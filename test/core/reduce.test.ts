import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, NewEvent } from '../../src/core/event.ts';
import { commitId, taskId, treeId } from '../../src/core/ids.ts';
import { EMPTY, fold, reduce } from '../../src/core/reduce.ts';
import {
  accepted,
  after,
  answered,
  asked,
  checked,
  claimed,
  conflicted,
  ended,
  failures,
  finding,
  headOf,
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
  told,
} from '../rig/story.ts';
import type { Told } from '../rig/story.ts';

const ONE = plan('T1 build');
const PAIR = plan('T1 build', 'T2 build', 'T3 review < T1 T2, sends back to build at most 3', 'T4 doc < T3');
const task = (of: typeof ONE, id: string, ...parts: readonly Told[]) => after(of, ...parts).tasks[id];
const launch: NewEvent = { type: 'launch-started', pid: 7, host: 'here', maxParallel: 2 };

describe('an attempt', () => {
  it.each<[string, readonly Told[], string]>([
    ['waits at first', [], 'T1 waiting'],
    ['starts when its ground is ready', [prepared('T1')], 'T1 starting'],
    ['runs when its agent has a process', [running('T1')], 'T1 running'],
    ['is checked when the agent has ended', [running('T1'), ended('T1')], 'T1 checking'],
    ['has been checked', [checked('T1')], 'T1 checked'],
    ['is accepted', [accepted('T1')], 'T1 accepted'],
    ['waits again after an interruption', [running('T1'), interrupted('T1')], 'T1 waiting'],
    [
      'is sent back with what failed',
      [checked('T1', 1, { fails: ['a', 'b'] }), sentBack('T1', 1, 'a', 'b')],
      'T1 rejected: a: a is wrong; b: b is wrong',
    ],
    [
      'fails with the reason',
      [checked('T1'), { type: 'task-failed', task: taskId('T1'), attempt: 1, reason: 'used up' }],
      'T1 failed: used up',
    ],
  ])('%s', (_what, parts, line) => {
    expect(picture(ONE, ...parts)).toEqual([line]);
  });

  it('without a process is only starting: a person may be doing it', () => {
    const started: NewEvent = { type: 'attempt-started', task: taskId('T1'), attempt: 1, agent: 'manual', log: 'l' };
    expect(picture(ONE, prepared('T1'), started)).toEqual(['T1 starting']);
  });

  it('keeps where it works, from what, and where its log is', () => {
    expect(task(ONE, 'T1', running('T1', 2))).toMatchObject({
      attempt: 2,
      worktree: '/trees/T1',
      base: 'T1-base',
      head: 'T1-base',
      log: '.run/logs/T1-2.log',
      phase: { name: 'running', pid: 102 },
    });
  });

  it('its head follows what is committed and checked', () => {
    const rest: NewEvent = { type: 'work-committed', task: taskId('T1'), attempt: 1, commit: commitId('rest'), paths: 2 };
    expect(task(ONE, 'T1', running('T1'), ended('T1'), rest)?.head).toBe('rest');
    expect(task(ONE, 'T1', running('T1'), ended('T1'), rest, judged('T1', 1))?.head).toBe(headOf('T1'));
  });

  it('the number of tries grows with each attempt, but not when one starts again after an interruption', () => {
    expect(task(ONE, 'T1', running('T1'), interrupted('T1'), running('T1'))).toMatchObject({ attempt: 1, tries: 1 });
    expect(task(ONE, 'T1', checked('T1', 1, { fails: ['a'] }), sentBack('T1', 1, 'a'), running('T1', 2))).toMatchObject({
      attempt: 2,
      tries: 2,
    });
  });

  it('what failed, what was only warned about and what was found are kept for the next one', () => {
    const found = [finding('should F1')];
    const sent = task(ONE, 'T1', checked('T1', 1, { fails: ['a'], warns: ['b'], findings: found }), sentBack('T1', 1, 'a'));
    expect(sent).toMatchObject({ failures: failures('a'), warnings: failures('b'), findings: found });
  });

  it('findings stay when a later check has none to say', () => {
    const found = [finding('must F1')];
    expect(task(ONE, 'T1', checked('T1', 1, { findings: found }), checked('T1', 2))?.findings).toEqual(found);
  });

  it('the checked phase holds exactly what this check found', () => {
    expect(task(ONE, 'T1', checked('T1', 1, { fails: ['a'], verdict: 'rejected', findings: [finding('must F1')] }))?.phase).toEqual({
      name: 'checked',
      commit: 'T1-head-1',
      failures: failures('a'),
      verdict: 'rejected',
      findings: [finding('must F1')],
    });
  });

  it('accepted work has nothing left to tell a next attempt but its warnings', () => {
    const done = task(ONE, 'T1', checked('T1', 1, { fails: ['a'] }), sentBack('T1', 1, 'a'), accepted('T1', 2, { warns: ['w'] }));
    expect(done).toMatchObject({ failures: [], findings: [], warnings: failures('w'), head: headOf('T1', 2) });
  });

  it('how it ended stands in the phase', () => {
    expect(task(ONE, 'T1', running('T1'), ended('T1', 1, 'timeout', 'no end'))?.phase).toEqual({
      name: 'checking',
      outcome: 'timeout',
      reason: 'no end',
    });
  });
});

describe('what comes too late counts for nothing', () => {
  const back = rejected('T3', 1, { goto: 'T2', reset: 'T2 T3 T4' }, 'must F1 T2');

  it('the end of an attempt that was taken back', () => {
    expect(picture(PAIR, running('T2'), back, ended('T2'))[1]).toBe('T2 rejected: MUST F1: F1 is open');
    expect(picture(PAIR, running('T2'), back, interrupted('T2'))[1]).toBe('T2 rejected: MUST F1: F1 is open');
  });

  it('the start of an agent on such an attempt', () => {
    const late = running('T2')[1] as NewEvent;
    expect(picture(PAIR, prepared('T2'), back, late)[1]).toBe('T2 rejected: MUST F1: F1 is open');
  });

  it('a verdict on such work', () => {
    expect(picture(PAIR, running('T2'), ended('T2'), back, judged('T2', 1))[1]).toBe('T2 rejected: MUST F1: F1 is open');
  });

  it('news of an earlier attempt', () => {
    expect(picture(PAIR, running('T2'), back, running('T2', 2), ended('T2', 1))[1]).toBe('T2 running');
    expect(picture(PAIR, running('T2', 2), ended('T2', 2), judged('T2', 1))[1]).toBe('T2 checking');
  });
});

describe('time', () => {
  it('since is when the state began, whatever else happens in it', () => {
    expect(task(ONE, 'T1')?.since).toBe(secondsAfterNoon(0));
    expect(task(ONE, 'T1', prepared('T1'))?.since).toBe(secondsAfterNoon(1));
    expect(task(ONE, 'T1', running('T1'), claimed('T1', 'Completed'), claimed('T1', 'Failed'))?.since).toBe(secondsAfterNoon(2));
  });

  it('the first launch is remembered, the present one replaced', () => {
    const twice = after(ONE, launch, { type: 'launch-ended', outcome: 'stopped' }, { ...launch, pid: 8 });
    expect(twice).toMatchObject({ firstLaunch: secondsAfterNoon(1), launch: { pid: 8, host: 'here', since: secondsAfterNoon(3) } });
    expect(twice.outcome).toBeUndefined();
  });

  it('an ended launch leaves its outcome', () => {
    const over = after(ONE, launch, { type: 'launch-ended', outcome: 'waiting' });
    expect(over.outcome).toBe('waiting');
    expect(over.launch).toBeUndefined();
  });
});

describe('claims', () => {
  it('are on record while the attempt lasts and change no state', () => {
    const state = task(ONE, 'T1', running('T1'), claimed('T1', 'Blocked', 'agent', 'no key'));
    expect(state?.claim).toEqual({ word: 'Blocked', by: 'agent', message: 'no key' });
    expect(state?.phase.name).toBe('running');
    expect(task(ONE, 'T1', running('T1'), claimed('T1', 'Blocked'), ended('T1'))?.claim?.word).toBe('Blocked');
  });

  it.each<[string, readonly Told[]]>([
    ['the next attempt', [ended('T1'), judged('T1', 1, { fails: ['a'] }), sentBack('T1', 1, 'a'), prepared('T1', 2)]],
    ['an interruption', [interrupted('T1')]],
    ['a reset', [rejected('T1', 1, { goto: 'T1', reset: 'T1' }, 'must F1')]],
  ])('%s ends them', (_what, parts) => {
    expect(task(ONE, 'T1', running('T1'), claimed('T1', 'Completed'), ...parts)?.claim).toBeUndefined();
  });

  it('Completed in the plan ends the work of a person', () => {
    const mine = [prepared('T1'), asked('T1', 'T1-manual-1', 'manual')];
    expect(picture(ONE, ...mine, claimed('T1', 'Completed'))).toEqual(['T1 checking']);
    expect(after(ONE, ...mine, claimed('T1', 'Completed')).decisions).toEqual([]);
    expect(picture(ONE, ...mine, claimed('T1', 'Blocked'))).toEqual(['T1 awaits T1-manual-1']);
    expect(after(ONE, ...mine, claimed('T1', 'Blocked')).decisions).toHaveLength(1);
  });

  it('Completed in the plan does not answer a question of another kind', () => {
    expect(picture(ONE, prepared('T1'), asked('T1', 'T1-stopped-1'), claimed('T1', 'Completed'))).toEqual(['T1 awaits T1-stopped-1']);
  });
});

describe('stopping', () => {
  const stop: NewEvent = { type: 'stop-requested', task: taskId('T1'), by: 'ada' };

  it('is asked for while the attempt runs and forgotten when it has ended', () => {
    expect(task(ONE, 'T1', running('T1'), stop)?.stop).toBe('ada');
    expect(task(ONE, 'T1', running('T1'), stop, ended('T1', 1, 'killed'))?.stop).toBeUndefined();
    expect(task(ONE, 'T1', running('T1'), stop, interrupted('T1'))?.stop).toBeUndefined();
  });
});

describe('a rejection', () => {
  const built = [accepted('T1'), accepted('T2'), objecting('T3', 1, 'must F1 T2', 'should F2', 'nice F3 T1')];
  const back = rejected('T3', 1, { goto: 'T2', reset: 'T2 T3 T4' }, 'must F1 T2', 'should F2', 'nice F3 T1');

  it('sends the named work back with what is about it, and what depends on it waits again', () => {
    expect(picture(PAIR, ...built, back)).toEqual([
      'T1 accepted',
      'T2 rejected: MUST F1: F1 is open; SHOULD F2: F2 is open',
      'T3 waiting',
      'T4 waiting',
    ]);
  });

  it('what was found is not lost when something before it starts over at the same time', () => {
    const found = rejected('T3', 1, { goto: 'T2', reset: 'T2 T3 T4' }, 'must F1 T2');
    const again: NewEvent = { type: 'task-reset', goto: [taskId('T1')], reset: ['T1', 'T2', 'T3', 'T4'].map(taskId), by: 'Ada' };
    expect(task(PAIR, 'T2', accepted('T2'), found, again)).toMatchObject({
      phase: { name: 'rejected' },
      findings: [finding('must F1 T2')],
    });
    expect(task(PAIR, 'T2', accepted('T2'), found, running('T2', 2), again)?.phase.name).toBe('waiting');
  });

  it('work that is being done anew is not what was accepted before, not even when the new attempt is cut off', () => {
    const ground: NewEvent = { ...prepared('T2'), inputs: 'same' } as NewEvent;
    const whole = [ground, ...accepted('T2').slice(1)];
    const found = rejected('T3', 1, { goto: 'T2', reset: 'T2 T3 T4' }, 'must F1 T2');
    expect(task(PAIR, 'T2', whole, found)?.done).toMatchObject({ inputs: 'same', attempt: 1 });
    expect(task(PAIR, 'T2', whole, found, running('T2', 2), interrupted('T2', 2))?.done).toBeUndefined();
  });

  it('the findings are kept for those who work again, not for the reviewer', () => {
    const { tasks } = after(PAIR, ...built, back);
    expect(tasks['T2']?.findings.map((one) => one.id)).toEqual(['F1', 'F2']);
    expect(tasks['T3']?.findings).toEqual([]);
  });

  it('a finding says where', () => {
    const located: NewEvent = {
      ...(back as Extract<NewEvent, { type: 'review-rejected' }>),
      findings: [{ ...finding('must F1'), where: 'src/a.ts:3' }],
    };
    expect(picture(PAIR, ...built, located)[1]).toBe('T2 rejected: MUST F1: F1 is open (src/a.ts:3)');
  });

  it('is counted for the review; its own tries start anew like those of the others', () => {
    const { tasks } = after(PAIR, ...built, back);
    expect(tasks['T3']).toMatchObject({ rejections: 1, tries: 0, attempt: 1 });
    expect(tasks['T2']).toMatchObject({ rejections: 0, tries: 0, attempt: 1, failures: [] });
  });

  it('what failed in work that starts over is not told again', () => {
    const failing = [checked('T2', 1, { fails: ['a'] }), sentBack('T2', 1, 'a'), running('T2', 2)];
    expect(task(PAIR, 'T2', ...failing)?.failures).toEqual(failures('a'));
    expect(task(PAIR, 'T2', ...failing, back)?.failures).toEqual([]);
  });

  it('closes questions about work that starts over', () => {
    const open = after(PAIR, ...built, asked('T2', 'Q2'), asked('T1', 'Q1'), back).decisions;
    expect(open.map((one) => one.id)).toEqual(['Q1']);
  });
});

describe('questions to a person', () => {
  const question = [running('T1'), ended('T1', 1, 'killed'), asked('T1', 'Q1')];

  it('stop the task until they are answered', () => {
    expect(picture(ONE, ...question)).toEqual(['T1 awaits Q1']);
    expect(after(ONE, ...question).decisions).toEqual([
      {
        id: 'Q1',
        kind: 'escalation',
        task: 'T1',
        question: 'What about T1?',
        options: [{ id: 'again', label: 'again' }],
        since: secondsAfterNoon(4),
      },
    ]);
  });

  it('are asked once', () => {
    expect(after(ONE, ...question, asked('T1', 'Q1')).decisions).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['done', 'T1 checking', 'the work is judged as it stands'],
    ['again', 'T1 rejected: look at b', 'another attempt, which hears what the person said'],
    ['fail', 'T1 failed: look at b', 'given up for that reason'],
    ['accept', 'T1 accepted', 'accepted as it is'],
  ])('%s: %s, %s', (option, line) => {
    const state = after(ONE, ...question, answered('Q1', option, { reason: 'look at b' }));
    expect(picture(ONE, ...question, answered('Q1', option, { reason: 'look at b' }))).toEqual([line]);
    expect(state.decisions).toEqual([]);
  });

  it('giving up without a reason says who gave up', () => {
    expect(picture(ONE, ...question, answered('Q1', 'fail'))).toEqual(['T1 failed: given up by ada']);
  });

  it('what a person said reaches the next attempt, until the task is reset again', () => {
    const again = [...question, answered('Q1', 'again', { reason: 'look at b' })];
    expect(task(ONE, 'T1', ...again)?.feedback).toBe('look at b');
    expect(task(ONE, 'T1', ...again, rejected('T1', 1, { goto: 'T1', reset: 'T1' }, 'must F1'))?.feedback).toBeUndefined();
  });

  it('accepted as it is leaves nothing to be told, and stands at the head that was checked', () => {
    const done = task(
      ONE,
      'T1',
      checked('T1', 1, { fails: ['a'], findings: [finding('must F1')] }),
      asked('T1', 'Q1'),
      answered('Q1', 'accept'),
    );
    expect(done).toMatchObject({ phase: { name: 'accepted', commit: headOf('T1') }, failures: [], findings: [] });
  });

  it('an answer to a question that is not open changes nothing', () => {
    expect(after(ONE, ...question, answered('Q9', 'fail'))).toEqual(after(ONE, ...question));
  });

  it('an answer nobody knows closes the question and nothing else', () => {
    expect(picture(ONE, ...question, answered('Q1', 'perhaps'))).toEqual(['T1 awaits Q1']);
  });

  it('one more round for a review gives its findings to those who work again, and the person’s words to all', () => {
    const told = [accepted('T1'), accepted('T2'), objecting('T3', 1, 'must F1 T2', 'should F2'), asked('T3', 'T3-rejection-1')];
    const again = answered('T3-rejection-1', 'again', { reset: 'T2 T3 T4', reason: 'be brief' });
    expect(picture(PAIR, ...told, again)).toEqual([
      'T1 accepted',
      'T2 rejected: MUST F1: F1 is open; SHOULD F2: F2 is open; be brief',
      'T3 rejected: be brief',
      'T4 rejected: SHOULD F2: F2 is open; be brief',
    ]);
  });

  it('and its rejections count from nothing', () => {
    const told = [rejected('T3', 2, { goto: 'T1', reset: 'T1 T3' }, 'must F1'), asked('T3', 'Q3')];
    expect(task(PAIR, 'T3', ...told)?.rejections).toBe(2);
    expect(task(PAIR, 'T3', ...told, answered('Q3', 'again', { reset: 'T1 T3' }))?.rejections).toBe(0);
  });
});

describe('a conflict', () => {
  const both = [accepted('T1'), accepted('T2')];

  it('sends the later work back with where its attempt is kept, and what depends on it waits', () => {
    expect(picture(PAIR, ...both, accepted('T3'), conflicted('T2', 'T2 T3 T4', 'a.txt', 'b.txt'))).toEqual([
      'T1 accepted',
      'T2 rejected: its work conflicts with other accepted work in a.txt, b.txt; this attempt starts from that work, and the work of attempt 1 is kept at refs/iter/archive/T2/1: bring it in again (git merge refs/iter/archive/T2/1) and resolve by hand what conflicts',
      'T3 waiting',
      'T4 waiting',
    ]);
  });

  it('its next attempt has to contain what it conflicted with', () => {
    const { tasks, conflicts } = after(PAIR, ...both, conflicted('T2', 'T2', 'a.txt'));
    expect([tasks['T2']?.onto, tasks['T1']?.onto]).toEqual(['onto', undefined]);
    expect(conflicts).toEqual([{ task: 'T2', paths: ['a.txt'] }]);
  });

  it('the newest one of a task replaces the one before, and a landing clears them', () => {
    const twice = [...both, conflicted('T2', 'T2', 'a.txt'), conflicted('T1', 'T1', 'c.txt'), conflicted('T2', 'T2', 'b.txt')];
    expect(after(PAIR, ...twice).conflicts).toEqual([
      { task: 'T1', paths: ['c.txt'] },
      { task: 'T2', paths: ['b.txt'] },
    ]);
    expect(after(PAIR, ...twice, landing(), landed()).conflicts).toEqual([]);
  });
});

describe('a landing', () => {
  it('is under way between its two events', () => {
    expect(after(PAIR, landing('T1')).landing).toEqual({ target: 'refs/heads/main', before: 'before', after: 'after', tasks: ['T1'] });
    expect(after(PAIR, landing(), landed()).landing).toBeUndefined();
  });

  it('merges what was accepted among its tasks, and only that', () => {
    const told = [accepted('T1'), accepted('T2'), checked('T3'), landing(), landed('T1', 'T3')];
    expect(picture(PAIR, ...told)).toEqual(['T1 merged', 'T2 accepted', 'T3 checked', 'T4 waiting']);
    expect(after(PAIR, ...told)).toMatchObject({
      landed: { target: 'refs/heads/main', before: 'before', after: 'after', tasks: ['T1'], at: secondsAfterNoon(16), decision: 'GO' },
      tasks: { T1: { phase: { name: 'merged', commit: headOf('T1') }, since: secondsAfterNoon(16) } },
    });
  });

  const undone: NewEvent = { type: 'landing-undone', target: 'refs/heads/main', before: commitId('after'), after: commitId('before') };

  it('that is undone makes its work accepted again', () => {
    const told = [accepted('T1'), landing(), landed('T1'), undone];
    expect(picture(PAIR, ...told)).toEqual(['T1 accepted', 'T2 waiting', 'T3 waiting', 'T4 waiting']);
    expect(after(PAIR, ...told).landed).toBeUndefined();
    expect(task(PAIR, 'T1', ...told)?.phase).toEqual({ name: 'accepted', commit: headOf('T1') });
  });

  it('that is undone leaves what an earlier one merged, and that one is the last again', () => {
    const first = [accepted('T1'), landing(), landed('T1')];
    const told = [...first, accepted('T2'), landing(), landed('T1', 'T2'), undone];
    expect(picture(PAIR, ...told)).toEqual(['T1 merged', 'T2 accepted', 'T3 waiting', 'T4 waiting']);
    expect(after(PAIR, ...told).landed).toEqual(after(PAIR, ...first).landed);
    expect(picture(PAIR, ...told, undone).slice(0, 2)).toEqual(['T1 accepted', 'T2 accepted']);
  });

  it('cannot be undone when there was none', () => {
    expect(after(PAIR, accepted('T1'), undone)).toEqual(after(PAIR, accepted('T1')));
  });

  it('the last validation is remembered with its tree', () => {
    const validation: NewEvent = {
      type: 'validation-finished',
      decision: 'NO_GO',
      tree: treeId('tree'),
      criteriaHash: 'hash',
      passed: 1,
      failed: 2,
    };
    expect(after(ONE, validation).validation).toEqual({ decision: 'NO_GO', tree: 'tree', at: secondsAfterNoon(1) });
  });

  it('work kept elsewhere changes nothing', () => {
    const archived: NewEvent = { type: 'work-archived', task: taskId('T1'), attempt: 1, ref: 'r', commit: commitId('c') };
    expect(after(ONE, archived)).toEqual(after(ONE));
  });
});

describe('the log as it may be', () => {
  it('making the iteration again loses nothing', () => {
    const events = told(ONE, running('T1'));
    const [created] = events;
    expect(created === undefined ? undefined : fold([...events, created])).toEqual(fold(events));
  });

  it.each(['T9', 'constructor', '__proto__', 'toString'])('events about the task %s, which is not in the plan, are passed over', (id) => {
    const strange = [
      accepted(id),
      sentBack(id, 1, 'a'),
      claimed(id, 'Completed'),
      asked(id, 'Q9'),
      conflicted(id, id, 'a.txt'),
      rejected(id, 1, { goto: id, reset: id }, 'must F1'),
    ];
    expect(after(ONE, ...strange)).toEqual(after(ONE));
  });

  const id = fc.constantFrom('T1', 'T2', 'T3', 'T4', 'T9', 'constructor', '__proto__');
  const attempt = fc.integer({ min: 0, max: 3 });
  const question = fc.constantFrom('Q1', 'Q2');
  const anything: fc.Arbitrary<Told> = fc.oneof(
    fc.tuple(id, attempt).map(([name, number]) => prepared(name, number)),
    fc.tuple(id, attempt).map(([name, number]) => running(name, number)[1] as NewEvent),
    fc.tuple(id, attempt, fc.constantFrom('exited' as const, 'killed' as const)).map(([name, number, how]) => ended(name, number, how)),
    fc.tuple(id, attempt).map(([name, number]) => interrupted(name, number)),
    fc
      .tuple(id, attempt, fc.constantFrom([], ['a']), fc.constantFrom(undefined, 'approved' as const, 'rejected' as const))
      .map(([name, number, fails, verdict]) =>
        judged(name, number, { fails, ...(verdict === undefined ? {} : { verdict, findings: [finding('must F1 T2')] }) }),
      ),
    fc.tuple(id, attempt).map(([name, number]) => accepted(name, number)),
    fc.tuple(id, attempt).map(([name, number]) => sentBack(name, number, 'a')),
    fc.tuple(id, id, id).map(([name, goto, reset]) => rejected(name, 1, { goto, reset: `${goto} ${reset}` }, 'must F1', 'should F2 T2')),
    fc.tuple(id, attempt).map(([name, number]): NewEvent => ({ type: 'task-failed', task: taskId(name), attempt: number, reason: 'x' })),
    fc.tuple(id, fc.constantFrom('Completed' as const, 'Blocked' as const)).map(([name, word]) => claimed(name, word)),
    id.map((name): NewEvent => ({ type: 'stop-requested', task: taskId(name), by: 'ada' })),
    fc
      .tuple(id, question, fc.constantFrom('manual' as const, 'escalation' as const))
      .map(([name, which, kind]) => asked(name, which, kind)),
    fc
      .tuple(question, fc.constantFrom('done', 'again', 'accept', 'fail', 'other'), id)
      .map(([which, option, reset]) => answered(which, option, { reset, reason: 'because' })),
    fc.tuple(id, id).map(([name, reset]) => conflicted(name, reset, 'a.txt')),
    fc.constantFrom(landing(), launch, { type: 'launch-ended', outcome: 'failed' } as const),
    fc.tuple(id, id).map(([one, other]) => landed(one, other)),
    fc.constant<NewEvent>({ type: 'landing-undone', target: 'refs/heads/main', before: commitId('a'), after: commitId('b') }),
  );

  it('any events in any order give a state, and never a task that is not in the plan', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), (parts) => {
        const state = after(PAIR, ...parts);
        expect(Object.keys(state.tasks)).toEqual(['T1', 'T2', 'T3', 'T4']);
        expect(state.decisions.every((open) => Object.hasOwn(state.tasks, open.task))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('reading a log in two parts gives what reading it at once gives', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 30 }), fc.nat(), (parts, where) => {
        const events: Event[] = told(PAIR, ...parts);
        const cut = where % (events.length + 1);
        expect(fold(events.slice(cut), fold(events.slice(0, cut)))).toEqual(fold(events));
      }),
    );
  });

  it('a state is never changed in place', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 20 }), (parts) => {
        let state = EMPTY;
        for (const event of told(PAIR, ...parts)) {
          const before = structuredClone(state);
          const next = reduce(state, event);
          expect(state).toEqual(before);
          state = next;
        }
      }),
      { numRuns: 50 },
    );
  });
});
