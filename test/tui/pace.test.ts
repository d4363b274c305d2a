import { expect, it } from 'vitest';
import { createPace } from '../../src/tui/pace.ts';

/** A pace whose time the test moves; `looks` are the times at which was looked. */
function paced() {
  let now = 0;
  let alarms: { readonly at: number; readonly ring: () => void }[] = [];
  const looks: number[] = [];
  const after = (milliseconds: number, ring: () => void): (() => void) => {
    const alarm = { at: now + milliseconds, ring };
    alarms.push(alarm);
    return () => void (alarms = alarms.filter((one) => one !== alarm));
  };
  const pace = createPace(() => void looks.push(now), { now: () => now, after });
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    const due = alarms.filter((one) => one.at <= now);
    alarms = alarms.filter((one) => one.at > now);
    for (const { ring } of due) ring();
  };
  return { pace, looks, pass, set: (time: number) => void (now = time) };
}

it('a burst of changes is one look at its start and one at the end of the pause', () => {
  const { pace, looks, pass } = paced();
  for (let change = 0; change < 1000; change += 1) pace.ask();
  pace.drawn();
  for (let change = 0; change < 1000; change += 1) pace.ask();
  pass(99);
  expect(looks).toEqual([0]);
  pass(1);
  pace.drawn();
  pass(500);
  expect(looks).toEqual([0, 100]);
  pace.ask();
  expect(looks).toEqual([0, 100, 600]);
});

it.each([
  { cost: 0, pause: 100 },
  { cost: 25, pause: 100 },
  { cost: 60, pause: 240 },
  { cost: 249, pause: 996 },
  { cost: 3000, pause: 1000 },
])('after a look that took $cost ms, drawing included, the next is $pause ms away', ({ cost, pause }) => {
  const { pace, looks, pass } = paced();
  pace.ask();
  pass(cost);
  pace.ask();
  pace.drawn();
  pass(pause - 1);
  expect(looks).toEqual([0]);
  pass(1);
  expect(looks).toEqual([0, cost + pause]);
});

it('nothing is looked at before what was looked at is drawn', () => {
  const { pace, looks, pass } = paced();
  pace.ask();
  pace.ask();
  pass(10_000);
  expect(looks).toEqual([0]);
});

it('a clock that is set back while a look goes on makes no long pause and no endless one', () => {
  const { pace, looks, pass, set } = paced();
  set(5000);
  pace.ask();
  set(1000);
  pace.drawn();
  pace.ask();
  pass(100);
  expect(looks).toEqual([5000, 1100]);
});

it('what a key draws in between starts no pause, and after the end nothing is looked at', () => {
  const { pace, looks, pass } = paced();
  pace.drawn();
  pace.ask();
  pace.drawn();
  pace.drawn();
  pace.ask();
  pace.end();
  pass(10_000);
  expect(looks).toEqual([0]);
});
