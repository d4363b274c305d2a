import { expect, it } from 'vitest';
import { approversFor, mayApprove } from '../../src/core/caution.ts';
import type { Verdict } from '../../src/core/check.ts';
import { treeId } from '../../src/core/ids.ts';

const tree = treeId('a'.repeat(40));
const verdict: Verdict = { decision: 'GO_WITH_CAUTION', tree, criteriaHash: 'h', results: [], missed: [] };
const named = { decision: { cautionApprovers: ['Ada', 'Grace Hopper'] } };
const by = (person: string, criteriaHash = 'h') => ({ caution: { tree, criteriaHash, by: person } });

it('a landing with caution waits for one of the people named, and for nobody when none is', () => {
  expect([
    approversFor({}, {}, verdict),
    approversFor(named, {}, { ...verdict, decision: 'GO' }),
    approversFor(named, {}, verdict),
    approversFor(named, by('ada'), verdict),
    approversFor(named, by('Eve'), verdict),
  ]).toEqual([[], [], ['Ada', 'Grace Hopper'], [], ['Ada', 'Grace Hopper']]);
});

it('an approval is good for one tree and one set of criteria', () => {
  expect(approversFor(named, by('Ada', 'other'), verdict)).toHaveLength(2);
  expect(approversFor(named, by('Ada'), { ...verdict, tree: treeId('b'.repeat(40)) })).toHaveLength(2);
});

it('case and outer space mean nothing in a name, everything else does', () => {
  expect([' grace hopper', 'Grace', ''].map((name) => mayApprove(['Ada', 'Grace Hopper'], name))).toEqual([true, false, false]);
});
