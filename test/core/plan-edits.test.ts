import { describe, expect, it } from 'vitest';
import type { StatusClaim } from '../../src/core/claims.ts';
import { taskId } from '../../src/core/ids.ts';
import type { StatusWord } from '../../src/core/plan.ts';
import type { CellEdit, Judged } from '../../src/core/plan-edits.ts';
import { heldValue, isHeldRow, judgeEdits, planWrite, rowEdits } from '../../src/core/plan-edits.ts';
import type { Told } from '../rig/story.ts';
import { accepted, after, answered, asked, checked, failed, plan, running, sentBack } from '../rig/story.ts';

const PLAN = plan('T1 build', 'T2 build');
const [T1, T2] = [taskId('T1'), taskId('T2')];
const word = (status: StatusWord, task = T1): StatusClaim => ({ task, word: status, line: 20 });
const cell = (column: string, task = T1): CellEdit => ({ task, column, was: 'a', now: 'b', line: 20 });

describe('the cells of a row', () => {
  const row = (id: string, cells: Record<string, string>) => ({ id: taskId(id), line: 20, cells });
  const edits = (rows: ReturnType<typeof row>[], seen: Record<string, Record<string, string>>) =>
    rowEdits(rows, seen, (id) => id !== 'T9').map((edit) => `${edit.task} ${edit.column}: ${edit.was} > ${edit.now}`);

  it('are edited where they differ from what iter saw', () => {
    const seen = { T1: { Branch: 'a', Dependencies: '' } };
    expect(edits([row('T1', { Branch: 'a', Dependencies: 'T2' }), row('T2', { Branch: 'x' })], seen)).toEqual(['T1 Dependencies:  > T2']);
  });

  it('of what is no task yet are one edit, of the whole row, each time it changes', () => {
    const fresh = row('T9', { Branch: 'a' });
    expect([edits([fresh], {}), edits([fresh], { T9: { Branch: 'a' } }), edits([fresh], { T9: { Branch: 'b' } })]).toEqual([
      ['T9 row:  > {"Branch":"a"}'],
      [],
      ['T9 row:  > {"Branch":"a"}'],
    ]);
  });
});

describe('a word in a Status cell', () => {
  const verdicts = (judged: Judged) => [...judged.claims.map(() => 'a claim'), ...judged.refused.map(({ reason }) => reason)];
  const said = (status: StatusWord, ...told: readonly Told[]) =>
    verdicts(judgeEdits({ words: [word(status)], cells: [] }, after(PLAN, ...told), []));

  it('is a claim while the work is in progress, and no step back', () => {
    const places: Told[][] = [
      [running('T1')],
      [checked('T1')],
      [checked('T1', 1, { fails: ['a'] }), sentBack('T1', 1, 'a')],
      [running('T1'), asked('T1', 'D1')],
    ];
    expect(places.map((told) => said('Completed', ...told))).toEqual([['a claim'], ['a claim'], ['a claim'], ['a claim']]);
    expect(said('Not Started', running('T1'))).toEqual(['its work has begun; to have it done anew: iter retry T1']);
  });

  it('says nothing of work that has not begun, is done, or has failed, and the answer names the command that does', () => {
    expect([said('Completed'), said('Blocked'), said('In Progress', accepted('T1')), said('Not Started', failed('T1'))]).toEqual([
      ['its work has not begun; to do without it: iter skip T1 --reason "…"'],
      ['its work has not begun; what stands in its way: iter block --task T1'],
      ['its work is done; to have it done again: iter retry T1'],
      ['it has failed; to try again: iter retry T1'],
    ]);
  });

  it('of an agent counts in its own row, and alone', () => {
    const state = after(PLAN, running('T1'), running('T2'));
    const words = [word('Completed'), word('Blocked', T2)];
    expect(verdicts(judgeEdits({ words, cells: [] }, state, [T1]))).toEqual([
      'a claim',
      'it is not the row of T1, and an agent speaks for its own row only',
    ]);
    expect(verdicts(judgeEdits({ words, cells: [cell('Dependencies')] }, state, [T1, T2]))).toEqual([
      'a claim',
      'an agent edits the Status of its row and nothing else, and Dependencies came with it',
    ]);
    expect(verdicts(judgeEdits({ words, cells: [cell('Dependencies')] }, state, []))).toEqual(['a claim', 'a claim']);
  });
});

describe('another cell', () => {
  const cells = [cell('Branch'), cell('Dependencies'), cell('row', taskId('T9'))];
  const state = after(PLAN, running('T1'));

  it("is a person's to edit; of what an agent writes iter's own facts are put back, and the rest is asked about", () => {
    const picture = ({ restored, open }: Judged) => ({ restored: restored.map((one) => one.column), open: open.map((one) => one.column) });
    expect(picture(judgeEdits({ words: [], cells }, state, []))).toEqual({ restored: [], open: [] });
    expect(picture(judgeEdits({ words: [], cells }, state, [T1]))).toEqual({ restored: ['Branch'], open: ['Dependencies', 'row'] });
  });

  it('does not hold before a person has said that it is in order, and from then on it does', () => {
    const row = { id: taskId('T9'), line: 21, cells: { Branch: 'x' } };
    const edits = [cell('Dependencies'), { task: row.id, column: 'row', was: '', now: JSON.stringify(row.cells), line: 21 }];
    const found: Told = { type: 'foreign-write-found', id: 'F1', tasks: [T1], writes: edits.map((edit) => planWrite(edit, [T1])) };
    const holds = (...told: readonly Told[]) => {
      const { foreign } = after(PLAN, running('T1'), ...told);
      return [heldValue(foreign, T1, { column: 'Dependencies', now: 'b' }), isHeldRow(foreign, row)];
    };
    expect([
      holds(),
      holds(found),
      holds(found, asked('T1', 'F1'), answered('F1', 'again')),
      holds(found, asked('T1', 'F1'), answered('F1', 'mine')),
    ]).toEqual([
      ['b', false],
      ['a', true],
      ['a', true],
      ['b', false],
    ]);
    // another value is another edit
    expect(heldValue(after(PLAN, found).foreign, T1, { column: 'Dependencies', now: 'c' })).toBe('c');
  });
});
