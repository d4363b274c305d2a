import { describe, expect, it } from 'vitest';
import { decide, wakeTime } from '../../src/core/decide.ts';
import type { NewEvent } from '../../src/core/event.ts';
import { taskId } from '../../src/core/ids.ts';
import { snapshot } from '../../src/core/snapshot.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Told } from '../rig/story.ts';
import { actions, after, answered, checked, ended, failed, interrupted, plan, running } from '../rig/story.ts';

const BEFORE = '2026-01-10T12:29:59.999Z';
const UNTIL = '2026-01-10T12:30:00.000Z';

/** T1 to T3 of one provider, T4 of another. */
const WIDE: Plan = withProvider(plan('T1 build', 'T2 build', 'T3 build', 'T4 build'), 'T4', 'other');

function withProvider(of: Plan, id: string, provider: string): Plan {
  return { ...of, tasks: of.tasks.map((task) => (task.id === id ? { ...task, provider } : task)) };
}

const limited = (task: string, attempt = 1, until = UNTIL, guessed = false): NewEvent => ({
  type: 'provider-limited',
  provider: 'rehearsal',
  task: taskId(task),
  attempt,
  until,
  guessed,
  reason: 'too many requests',
});

const probed = (task: string): NewEvent => ({ type: 'limit-probed', provider: 'rehearsal', task: taskId(task) });
const busy = (...ids: readonly string[]) => ({ busy: new Set(ids.map(taskId)) });
const attempts = (of: Plan, parts: readonly Told[]) => after(of, ...parts).tasks['T1'];

describe('a provider that refuses', () => {
  const refused = [running('T1'), limited('T1')];

  it('holds up all its tasks until the time it said, and nobody else', () => {
    expect(actions(WIDE, refused, { now: BEFORE })).toEqual(['start T4 #1']);
  });

  it('is tried by one task from then on, under its old number', () => {
    expect(actions(WIDE, refused, { now: UNTIL })).toEqual(['start T1 #1', 'start T4 #1']);
  });

  it('is not tried by a second one while the first is at work, whether or not it has got as far as its agent', () => {
    expect(actions(WIDE, [...refused, probed('T1')], { now: UNTIL, ...busy('T1', 'T4') })).toEqual([]);
    expect(actions(WIDE, [...refused, probed('T1'), running('T1')], { now: UNTIL, ...busy('T1', 'T4') })).toEqual([]);
  });

  it('works again for all when the trying attempt has come to an end of its own', () => {
    const over = [...refused, probed('T1'), running('T1'), ended('T1')];
    expect(actions(WIDE, over, { now: UNTIL, ...busy('T4') })).toEqual(['check T1', 'start T2 #1', 'start T3 #1']);
  });

  it('still refuses when somebody who was at work before comes to an end', () => {
    const other = [running('T1'), running('T2'), limited('T1'), ended('T2')];
    expect(actions(WIDE, other, { now: BEFORE })).toEqual(['check T2', 'start T4 #1']);
  });

  it('is tried anew when the trying attempt was interrupted', () => {
    const cut = [...refused, probed('T1'), running('T1'), interrupted('T1')];
    expect(actions(WIDE, cut, { now: UNTIL })).toEqual(['start T1 #1', 'start T4 #1']);
  });

  it("uses up nobody's tries: with no retries left the attempt still goes on", () => {
    const often = [running('T1'), limited('T1'), probed('T1'), running('T1'), limited('T1', 1, UNTIL), probed('T1'), running('T1')];
    expect({ attempt: attempts(WIDE, often)?.attempt, tries: attempts(WIDE, often)?.tries }).toEqual({ attempt: 1, tries: 1 });
  });

  it('a later time of another task of the same moment holds, and it counts as one refusal', () => {
    const state = after(WIDE, running('T1'), running('T2'), limited('T1'), limited('T2', 1, '2026-01-10T12:40:00.000Z'));
    expect(state.limits?.['rehearsal']).toMatchObject({ until: '2026-01-10T12:40:00.000Z', refusals: 1 });
  });

  it('a time that was said holds over one that is guessed', () => {
    const state = after(WIDE, running('T1'), running('T2'), limited('T1', 1, '2026-01-10T12:50:00.000Z', true), limited('T2'));
    expect(state.limits?.['rehearsal']).toMatchObject({ until: UNTIL, guessed: false });
  });

  it('is asked about after eight refusals in a row, and tried as often again when the person says so', () => {
    const round = [probed('T1'), running('T1'), limited('T1')];
    const seven = [...refused, ...Array.from({ length: 6 }, () => round).flat(2)];
    expect(actions(WIDE, seven, { now: UNTIL, ...busy('T4') })).toEqual(['start T1 #1']);
    const eight = [...seven, ...round.flat()];
    const [asks] = actions(WIDE, eight, { now: UNTIL, ...busy('T4') });
    expect(asks).toMatch(/^ask T1-limit-\d+ \(probe\|fail\): rehearsal has refused 8 times in a row: too many requests$/);
    const [, id = ''] = /^ask (\S+)/.exec(asks ?? '') ?? [];
    const asked: NewEvent = { type: 'decision-requested', id, kind: 'escalation', task: taskId('T1'), question: 'On?', options: [] };
    expect(actions(WIDE, [...eight, asked, answered(id, 'probe')], { now: UNTIL, ...busy('T4') })).toEqual(['start T1 #1']);
  });

  it('wakes the launch at its time, and only when something waits for that alone', () => {
    const free = { maxParallel: 10, now: BEFORE, ...busy() };
    const chain = plan('T1 build', 'T2 review < T1');
    expect(wakeTime(WIDE, after(WIDE, ...refused), free)).toBe(UNTIL);
    expect(wakeTime(WIDE, after(WIDE, running('T1')), free)).toBe(undefined);
    expect(wakeTime(chain, after(chain, failed('T1'), limited('T2')), free)).toBe(undefined);
  });

  it('is what people see as the reason, for a task that was cut off and for one that has not started', () => {
    const view = snapshot(WIDE, after(WIDE, ...refused), { directory: '/i', running: true });
    expect(view.tasks.map((task) => `${task.id} ${task.state} ${task.word}: ${task.reason ?? ''}`)).toEqual([
      `T1 limited Blocked: rehearsal is limited until ${UNTIL}: too many requests`,
      `T2 limited Blocked: rehearsal is limited until ${UNTIL}: too many requests`,
      `T3 limited Blocked: rehearsal is limited until ${UNTIL}: too many requests`,
      'T4 ready Not Started: ',
    ]);
  });
});

describe('places of a provider', () => {
  const narrow: Plan = { ...WIDE, perProvider: { rehearsal: 2 } };

  it('are not more than the workflow gives it', () => {
    expect(actions(narrow, [])).toEqual(['start T1 #1', 'start T2 #1', 'start T4 #1']);
    expect(actions(narrow, [running('T1')], busy('T1'))).toEqual(['start T2 #1', 'start T4 #1']);
  });

  it('that are taken leave the others to those of another provider', () => {
    expect(actions(narrow, [], { maxParallel: 3 })).toEqual(['start T1 #1', 'start T2 #1', 'start T4 #1']);
  });
});

describe('a pause before another attempt', () => {
  const paused = (grows: 'fixed' | 'exponential'): Plan => {
    const of = plan('T1 build, retries 9');
    return { ...of, tasks: of.tasks.map((task) => ({ ...task, backoff: { grows, delay: 60_000, longest: 200_000 } })) };
  };
  /** Seconds from now until the next attempt, after so many tries. */
  const pauses = (of: Plan, tries: number): number => {
    const tried = Array.from({ length: tries }, (_, index) => checked('T1', index + 1, { fails: ['tests'] })).flat();
    const [action] = decide(of, after(of, tried), { maxParallel: 1, now: BEFORE, ...busy() });
    return action?.do === 'send-back' && action.until !== undefined ? (Date.parse(action.until) - Date.parse(BEFORE)) / 1000 : -1;
  };

  it('stays the same, or doubles with each up to the longest', () => {
    expect([1, 2, 3, 4, 9].map((tries) => pauses(paused('fixed'), tries))).toEqual([60, 60, 60, 60, 60]);
    expect([1, 2, 3, 4, 9].map((tries) => pauses(paused('exponential'), tries))).toEqual([60, 120, 200, 200, 200]);
  });

  it('is over at its time, which is kept with the state and wakes the launch', () => {
    const of = paused('fixed');
    const back: NewEvent = { type: 'task-sent-back', task: taskId('T1'), attempt: 1, failures: [], until: UNTIL };
    const told = [checked('T1', 1, { fails: ['tests'] }), back];
    expect(actions(of, told, { now: BEFORE })).toEqual([]);
    expect(actions(of, told, { now: UNTIL })).toEqual(['start T1 #2']);
    expect(wakeTime(of, after(of, ...told), { maxParallel: 1, now: BEFORE, ...busy() })).toBe(UNTIL);
  });

  it('is none where the step asks for none', () => {
    expect(pauses(plan('T1 build, retries 9'), 1)).toBe(-1);
  });
});
