import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { taskId } from '../../src/core/ids.ts';
import { snapshot } from '../../src/core/snapshot.ts';
import type { Marks } from '../../src/core/stall.ts';
import { evidence, lastSign, looked, silence, watched } from '../../src/core/stall.ts';
import type { Told } from '../rig/story.ts';
import { actions, after, answered, ended, interrupted, picture, plan, running } from '../rig/story.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 10, 12, 0, seconds)).toISOString();
const MARKS: Marks = { output: '10', files: ' M a.txt 3', commit: 'c1', cpu: 5 };

describe('a sign of work', () => {
  const start = watched(MARKS, at(0));

  it.each<[string, Partial<Marks>, number]>([
    ['output', { output: '11' }, 60],
    ['a changed file', { files: ' M a.txt 4' }, 60],
    ['a commit', { commit: 'c2' }, 60],
    ['a second of processor time', { cpu: 6 }, 60],
    ['less than that is none', { cpu: 5.9 }, 0],
    ['the same again is none', {}, 0],
  ])('%s', (_what, change, seen) => {
    expect(lastSign(looked(start, { ...MARKS, ...change }, at(60)).signs)).toBe(at(seen));
  });

  it('processor time adds up over looks', () => {
    const first = looked(start, { ...MARKS, cpu: 5.6 }, at(30));
    expect(lastSign(looked(first, { ...MARKS, cpu: 6.1 }, at(60)).signs)).toBe(at(60));
  });

  it('what was not looked at says nothing, and is compared with what was seen last', () => {
    const partly = looked(start, { output: '10' }, at(30));
    expect(lastSign(partly.signs)).toBe(at(0));
    expect(looked(partly, { ...MARKS, commit: 'c2' }, at(60)).signs.commit).toBe(at(60));
  });

  it('the silence counts from the last of them', () => {
    const { signs } = looked(start, { ...MARKS, output: '11' }, at(60));
    expect([silence(signs, at(60)), silence(signs, at(90))]).toEqual([0, 30_000]);
    expect(evidence(signs)).toBe(
      'no output since 12:01:00 UTC, no file changed since 12:00:00 UTC, no commit since 12:00:00 UTC, less than 1 s of processor time since 12:00:00 UTC',
    );
  });
});

describe('a stalled task', () => {
  const one = plan('T1 build, retries 0', 'T2 review < T1');
  const id = 'T1-stalled';
  const stalled: readonly NewEvent[] = [
    { type: 'task-stalled', task: taskId('T1'), attempt: 1, since: at(0), evidence: 'no output since noon' },
    { type: 'decision-requested', id, kind: 'stall', task: taskId('T1'), question: 'Stuck?', options: [] },
  ];
  const open = (...parts: readonly Told[]): string[] => after(one, running('T1'), stalled, ...parts).decisions.map((asked) => asked.id);
  const stateNow = (...parts: readonly Told[]): string => {
    const [view] = snapshot(one, after(one, running('T1'), stalled, ...parts), { directory: '/i', running: true }).tasks;
    return `${view?.state} ${view?.word}: ${view?.reason ?? ''}`;
  };

  it('goes on running while a person is asked, and says why it counts as one', () => {
    expect([picture(one, running('T1'), stalled)[0], stateNow(), open()]).toEqual([
      'T1 running',
      'stalled Blocked: no output since noon',
      [id],
    ]);
  });

  it('that stirs is running again, and nobody is asked any more', () => {
    const stirs: NewEvent = { type: 'task-stirred', task: taskId('T1'), attempt: 1 };
    expect([stateNow(stirs), open(stirs)]).toEqual(['running In Progress: ', []]);
  });

  it.each<[string, Told]>([
    ['ends', ended('T1')],
    ['is interrupted', interrupted('T1')],
  ])('that %s leaves no question behind', (_how, event) => {
    expect([open(event), after(one, running('T1'), stalled, event).tasks['T1']?.stalled]).toEqual([[], undefined]);
  });

  it('goes on when a person waits', () => {
    expect([stateNow(answered(id, 'wait')), open(answered(id, 'wait'))]).toEqual(['running In Progress: ', []]);
  });

  it('that a person has restarted is stopped and tries again, although no try is left', () => {
    const killed = [answered(id, 'restart'), ended('T1', 1, 'killed', 'stopped by ada')];
    expect(after(one, running('T1'), stalled, answered(id, 'restart')).tasks['T1']?.stop).toBe('ada');
    expect(actions(one, [running('T1'), stalled, ...killed])).toEqual(['send back T1: T1.stalled']);
  });

  it('that a person gives up fails, without another question', () => {
    expect(actions(one, [running('T1'), stalled, answered(id, 'abandon'), ended('T1', 1, 'killed')])).toEqual([
      'fail T1: it showed no sign of work, was stopped and given up',
    ]);
  });

  it('that starts over has forgotten what was to come after its stop', () => {
    const again = [answered(id, 'restart'), ended('T1', 1, 'killed'), running('T1', 2), ended('T1', 2, 'killed')];
    expect(actions(one, [running('T1'), stalled, ...again])).toEqual([expect.stringMatching(/^ask T1-stopped-2/)]);
  });
});
