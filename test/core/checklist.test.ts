import { describe, expect, it } from 'vitest';
import type { Answer, ItemAnswer, ItemKind } from '../../src/core/checklist.ts';
import { answerFailures, answerFindings, checklistItems, goodAnswer, ITEM_KINDS } from '../../src/core/checklist.ts';
import { taskId } from '../../src/core/ids.ts';
import { judged } from '../../src/core/review.ts';

const items = checklistItems({ reject_if: ['A secret leaks'], must: ['It works'], nice: ['It is short'], should: ['It reads well'] });
type Written = readonly [string, Answer, string?];
const answered = (...answers: readonly Written[]): ItemAnswer[] =>
  answers.map(([id, answer, note]) => ({ id, answer, ...(note === undefined ? {} : { note }) }));
const findings = (...answers: readonly Written[]): string[] =>
  answerFindings(items, answered(...answers)).map((finding) => `${finding.id} ${finding.level}: ${finding.title}`);
const failures = (...answers: readonly Written[]): string[] =>
  answerFailures(items, answered(...answers), taskId('T4')).map((failure) => failure.message.slice(0, 33));

it('items are numbered must first, then should, nice and reject_if, whatever the order in the file', () => {
  expect(items.map(({ id, kind, text }) => `${id} ${kind} ${text}`)).toEqual([
    'C1 must It works',
    'C2 should It reads well',
    'C3 nice It is short',
    'C4 reject_if A secret leaks',
  ]);
});

describe('answers', () => {
  it.each<[ItemKind, Answer, string | undefined]>([
    ['must', 'yes', undefined],
    ['must', 'no', 'must'],
    ['must', 'na', undefined],
    ['should', 'no', 'should'],
    ['nice', 'no', 'nice'],
    ['nice', 'yes', undefined],
    ['reject_if', 'yes', 'must'],
    ['reject_if', 'no', undefined],
    ['reject_if', 'na', undefined],
  ])('%s: %s gives a finding of level %s', (kind, answer, level) => {
    const [item] = checklistItems({ [kind]: ['x'] });
    expect(answerFindings(item === undefined ? [] : [item], [{ id: 'C1', answer }]).map((finding) => finding.level)).toEqual(
      level === undefined ? [] : [level],
    );
  });

  it('the good answer never is a finding', () => {
    for (const kind of ITEM_KINDS)
      expect(answerFindings(checklistItems({ [kind]: ['x'] }), [{ id: 'C1', answer: goodAnswer(kind) }])).toEqual([]);
  });

  it('a note says why, a task says whose, and an id a written finding has is told apart', () => {
    const answers: ItemAnswer[] = [{ id: 'C1', answer: 'no', note: 'it crashes on 0', task: taskId('T2') }];
    expect(answerFindings(items, answers, [{ id: 'C1', level: 'nice', title: 'mine' }])).toEqual([
      { id: 'checklist-C1', level: 'must', title: 'It works: no, it crashes on 0', task: 'T2' },
    ]);
    expect(findings(['C2', 'no'])).toEqual(['C2 should: It reads well: no']);
  });

  it('a no to a must item asks for changes though the reviewer approves', () => {
    const found = answerFindings(items, answered(['C1', 'no']));
    expect(judged({ verdict: 'approved', findings: found }).verdict).toBe('changes_requested');
    expect(judged({ verdict: 'approved', findings: answerFindings(items, answered(['C2', 'no'])) }).verdict).toBe(
      'approved_with_suggestions',
    );
  });

  it('have to be there for every item that stops the work, and say why where it does not apply', () => {
    expect(failures()).toEqual(['C1 "It works" is not answered; ad', 'C4 "A secret leaks" is not answer']);
    expect(failures(['C1', 'na'], ['C4', 'na', 'no secrets here'])).toEqual(['C1 "It works" is answered na with']);
    expect(failures(['C1', 'no'], ['C4', 'no'])).toEqual([]);
  });
});
