import { expect, it } from 'vitest';
import type { Level, Result } from '../../src/core/check.ts';
import { gate, missed } from '../../src/core/gate.ts';

/** A result from `must T1.tests passed` or `nice size failed`. */
function result(text: string): Result {
  const [level = '', id = '', outcome = ''] = text.split(' ');
  const marks = outcome === 'near' ? { caution: true as const } : outcome === 'waived' ? { waived: { by: 'Ada', reason: 'r' } } : {};
  const pass = outcome === 'passed' || outcome === 'waived';
  return { id, level: level as Level, check: 'exists', pass, message: `${id} ${outcome}`, ...marks };
}

it.each([
  ['GO', []],
  ['GO', ['must a passed', 'should b passed', 'nice c passed']],
  ['GO', ['must a passed', 'nice c failed']],
  ['GO_WITH_CAUTION', ['must a passed', 'should b failed']],
  ['GO_WITH_CAUTION', ['should b failed', 'nice c failed']],
  ['GO_WITH_CAUTION', ['must a near']],
  ['GO_WITH_CAUTION', ['must a waived', 'should b passed']],
  ['GO_WITH_CAUTION', ['should a waived']],
  ['GO', ['nice a near', 'nice b waived']],
  ['NO_GO', ['must a near', 'must b failed']],
  ['NO_GO', ['must a waived', 'must b failed']],
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

it('a debt with a name on it is said, too', () => {
  const results = ['should a waived', 'must b near', 'must c waived'];
  expect(missed(results.map(result))).toEqual(['MUST b: b near', 'MUST c: c waived', 'SHOULD a: a waived']);
});

it('nothing missed, nothing said', () => {
  expect(missed([result('must a passed')])).toEqual([]);
});
