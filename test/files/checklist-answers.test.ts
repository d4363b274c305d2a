import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checklistItems } from '../../src/core/checklist.ts';
import { problemLine } from '../../src/core/problem.ts';
import { parseAnswers } from '../../src/files/checklist-answers.ts';

const ITEMS = checklistItems({ must: ['a', 'b', 'c', 'd'], reject_if: ['e'] });
const read = (...yaml: string[]) => parseAnswers(['---', ...yaml, '---', '', 'Prose.'].join('\n'), 'r.md', ITEMS);

describe('answers', () => {
  it('are read beside a verdict, in the spellings people use', () => {
    const { answers, problems } = read(
      'verdict: approved',
      'checklist:',
      '  - { id: C1, answer: yes }',
      '  - { id: C2, answer: No, note: "not: yet", task: T3 }',
      '  - { id: C3, answer: N/A, note: no database }',
      '  - { id: C4, answer: true }',
      '  - { id: C5, answer: false }',
    );
    expect(problems).toEqual([]);
    expect(answers).toEqual([
      { id: 'C1', answer: 'yes' },
      { id: 'C2', answer: 'no', note: 'not: yet', task: 'T3' },
      { id: 'C3', answer: 'na', note: 'no database' },
      { id: 'C4', answer: 'yes' },
      { id: 'C5', answer: 'no' },
    ]);
  });

  it('that cannot be read are told with their line, all of them', () => {
    const { problems } = read(
      'checklist:',
      '  - { id: C1, answer: maybe }',
      '  - { id: C9, answer: yes }',
      '  - text',
      '  - { answer: yes }',
      '  - { id: C2 }',
      '  - { id: C3, answer: no, task: t1 }',
      '  - { id: C4, answer: yes }',
      '  - { id: C4, answer: no }',
    );
    expect(problems.map(problemLine)).toEqual([
      'r.md:3: unknown answer "maybe" to C1; write yes, no or na',
      'r.md:4: the checklist has no item "C9"; did you mean "C1"?',
      'r.md:5: answer 3 is no entry with keys; write id and answer',
      'r.md:6: answer 4 has no id; write one of C1, C2, C3, C4, C5',
      'r.md:7: answer 5 says nothing; write yes, no or na',
      'r.md:8: "t1" is no task id; task ids are T1, T2, …',
      'r.md:4: C4 is answered twice; keep one of the answers',
    ]);
  });

  it('that are not there at all are no fault of the reading, a file without front matter is', () => {
    expect(read('verdict: approved')).toEqual({ answers: [], problems: [] });
    expect(read('checklist:')).toEqual({ answers: [], problems: [] });
    expect(read('checklist: all good').problems.map(problemLine)).toEqual([
      'r.md:2: the answers to the checklist are no list; write "- { id: C1, answer: yes }" for each item',
    ]);
    expect(parseAnswers('# Prose', 'r.md', ITEMS).problems.map((problem) => problem.what)).toEqual(['the file has no front matter']);
  });

  it('written as JSON in front matter come back as they are', () => {
    const note = fc
      .string()
      .map((text) => text.trim())
      .filter((text) => text !== '');
    const answer = fc.record(
      { id: fc.constantFrom('C1', 'C2', 'C3'), answer: fc.constantFrom('yes', 'no', 'na'), note, task: fc.constantFrom('T1', 'T12') },
      { requiredKeys: ['id', 'answer'] },
    );
    fc.assert(
      fc.property(fc.uniqueArray(answer, { selector: ({ id }) => id }), (list) => {
        expect(read(`checklist: ${JSON.stringify(list)}`)).toEqual({ answers: list, problems: [] });
      }),
    );
  });
});
