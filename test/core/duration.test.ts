/** Durations: the form in files is exact, the form for people is short. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationText, formatDuration, parseDuration } from '../../src/core/duration.ts';

test('each unit is read as milliseconds', () => {
  const read = ['500ms', '90s', '10m', '1.5h', '2d', '10 m'].map(parseDuration);
  expect(read).toEqual([500, 90_000, 600_000, 5_400_000, 172_800_000, 600_000]);
});

test('text that is no duration is undefined', () => {
  const read = ['', '10', 'm', '-1m', '1h30m', '1w', '10M', '1e3s', '99999999999999d'].map(parseDuration);
  expect(read.filter((length) => length !== undefined)).toEqual([]);
});

test('a duration is written in its shortest exact form', () => {
  const written = [0, 1, 1500, 60_000, 90_000, 600_000, 5_400_000, 86_400_000, 90_061_001].map(durationText);
  expect(written).toEqual(['0d', '1ms', '1.5s', '1m', '90s', '10m', '90m', '1d', '90061001ms']);
});

test('every written duration is read back as the same number', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (length) => parseDuration(durationText(length)) === length));
});

test('people see the two largest units, rounded down', () => {
  const shown = [-5, 0, 999, 1000, 59_999, 60_000, 65_000, 3_599_999, 7_380_000, 86_399_999, 100_800_000].map(formatDuration);
  expect(shown).toEqual(['0ms', '0ms', '999ms', '1s', '59s', '1m 00s', '1m 05s', '59m 59s', '2h 03m', '23h 59m', '1d 04h']);
});
