import { describe, expect, it } from 'vitest';
import { resetTime, timeOf, waitUntil } from '../../src/core/provider-limit.ts';

const NOW = '2026-11-21T12:00:30.000Z';

describe('when a limit ends', () => {
  it.each([
    ['usage limit reached|1795275000', '2026-11-21T15:30:00.000Z'],
    ['"resetsAt":1795275000', '2026-11-21T15:30:00.000Z'],
    ['12:00 error, resets at 2026-11-21T18:00:00Z', '2026-11-21T18:00:00.000Z'],
    ['try again in 2 hours 30 minutes', '2026-11-21T14:30:30.000Z'],
    ['Your quota will reset after 4h30m2s.', '2026-11-21T16:30:32.000Z'],
    ['Please retry in 33.5s.', '2026-11-21T12:01:03.500Z'],
    ['try again in 1 day 3 hours', '2026-11-22T15:00:30.000Z'],
    ['"retry-after":"20"', '2026-11-21T12:00:50.000Z'],
    ['limit reached, resets 3pm (Europe/Berlin)', '2026-11-21T14:00:00.000Z'],
    ['resets 3:30pm', '2026-11-21T15:30:00.000Z'],
    // past for today: tomorrow's
    ['resets 9am', '2026-11-22T09:00:00.000Z'],
    ['resets 12am', '2026-11-22T00:00:00.000Z'],
  ])('%s', (text, time) => {
    expect(resetTime(text, NOW)).toBe(time);
  });

  it.each(['429 Too Many Requests', '2026-11-21T18:00:00Z request failed', 'resets 3pm (Nowhere/Land)', 'try again in a moment'])(
    '%s does not say',
    (text) => {
      expect(resetTime(text, NOW)).toBe(undefined);
    },
  );
});

describe('a time as an agent writes it', () => {
  it.each([
    ['2026-11-21T18:00:00Z', '2026-11-21T18:00:00.000Z'],
    ['15m', '2026-11-21T12:15:30.000Z'],
    ['later', undefined],
    ['2026-99-99T18:00:00Z', undefined],
    ['99999999999d', undefined],
    ['', undefined],
  ])('%s', (text, time) => {
    expect(timeOf(text, NOW)).toBe(time);
  });
});

describe('how long to wait', () => {
  it('as long as was said', () => {
    expect(waitUntil('2026-11-21T18:00:00.000Z', { now: NOW, refusals: 3 })).toEqual({ until: '2026-11-21T18:00:00.000Z', guessed: false });
  });

  it('no time at all when the time that was said is over', () => {
    expect(waitUntil('2026-11-21T11:00:00.000Z', { now: NOW, refusals: 0 })).toEqual({ until: NOW, guessed: false });
  });

  it('twice as long after each refusal that says nothing, half an hour at most', () => {
    const waits = [0, 1, 2, 4, 5, 60].map((refusals) => Date.parse(waitUntil(undefined, { now: NOW, refusals }).until) - Date.parse(NOW));
    expect(waits.map((wait) => wait / 60_000)).toEqual([1, 2, 4, 16, 30, 30]);
  });

  it('a time more than eight days off is a misread one', () => {
    expect(waitUntil('2026-11-29T12:00:30.000Z', { now: NOW, refusals: 0 }).guessed).toBe(false);
    expect(waitUntil('2026-11-29T12:00:31.000Z', { now: NOW, refusals: 0 })).toEqual({ until: '2026-11-21T12:01:30.000Z', guessed: true });
  });
});
