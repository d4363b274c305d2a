import { expect, it } from 'vitest';
import type { Level, Result } from '../../src/core/check.ts';
import { gate, missed } from '../../src/core/gate.ts';

/** A result from `must T1.tests passed` or `nice size failed`. */
function result(text: string): Result {
  const [level = '', id = '', outcome = ''] = text.split(' ');
  return { id, level: level as Level, check: 'exists', pass: outcome === 'passed', message: `${id} ${outcome}` };
}

it.each([
  ['GO', []],
  ['GO', ['must a passed', 'should b passed', 'nice c passed']],
  ['GO', ['must a passed', 'nice c failed']],
  ['GO_WITH_CAUTION', ['must a passed', 'should b failed']],
  ['GO_WITH_CAUTION', ['should b failed', 'nice c failed']],
  ['NO_GO', ['must a failed']],
  ['NO_GO', ['must a passed', 'should b failed', 'must c failed']],
  ['NO_GO', ['nice a passed', 'should b passed', 'must c failed']],
])('%s for %j', (decision, results) => {
  expect(gate(results.map(result))).toBe(decision);
});

it('what was missed is said, MUST first, else in the given order', () => {
  const results = ['nice a failed', 'should b failed', 'must c passed', 'must d failed', 'should e failed', 'must f failed'];
  expect(missed(results.map(result))).toEqual([
    'MUST d: d failed',
    'MUST f: f failed',
    'SHOULD b: b failed',
    'SHOULD e: e failed',
    'NICE a: a failed',
  ]);
});

it('nothing missed, nothing said', () => {
  expect(missed([result('must a passed')])).toEqual([]);
});
