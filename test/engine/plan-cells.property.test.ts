import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { STATUS_WORDS } from '../../src/core/plan.ts';
import { PLAN_COLUMNS } from '../../src/files/plan-matrix.ts';
import { syncPlan } from '../../src/engine/plan-cells.ts';
import { ground } from '../rig/ground.ts';
import { prepared, running } from '../rig/story.ts';

const CELL = /^(\| T\d \| (?:[^|]*\| ){5})([^|]*?)( \| [^|]*\| [^|]*\|)$/gm;
const MATRIX = [
  `| ${PLAN_COLUMNS.join(' | ')} |`,
  `| ${PLAN_COLUMNS.map(() => '---').join(' | ')} |`,
  '| T1 | Do T1 | builder | - | `b1` | A | Not Started | - | 1h |',
  '| T2 | Do T2 | builder | - | `b2` | A | Not Started | - | 1h |',
  '| T3 | Do T3 | builder | - | `b3` | B | Not Started | T1, T2 | 1h |',
].join('\n');
const cells = (text: string): string[] => [...text.matchAll(CELL)].map((row) => row[2] ?? '');
const line = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('', '| a | b |', 'x  ', '\tx', '# H', '> q'))
  .map((text) => text.replace(/[\r\n\u0000\uD800-\uDFFF]/g, '').replace(/^(?:.*(?:`{3}|~{3}|<).*)$/, 'x'));

it('whatever a person saved, only Status cells differ afterwards: they say what is so, and each edited one is a claim once', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build', 'T2 build', 'T3 build < T1 T2');
  await on.run.record(prepared('T2'), ...running('T2'));
  const file = path.join(on.iteration.directory, 'MULTI_AGENT_PLAN.md');
  const edit = fc.record({
    words: fc.tuple(fc.constantFrom(...STATUS_WORDS), fc.constantFrom(...STATUS_WORDS), fc.constantFrom(...STATUS_WORDS)),
    before: fc.array(line, { maxLength: 4 }),
    after: fc.array(line, { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(edit, async ({ words, before, after }) => {
      let row = 0;
      const matrix = MATRIX.replace(CELL, (_, start: string, _word: string, end: string) => `${start}${words[row++] ?? ''}${end}`);
      const saved = [...before, '', matrix, '', ...after].join('\n');
      writeFileSync(file, saved);
      const memory = { complaint: '', seen: { T1: 'Not Started', T2: 'In Progress', T3: 'Not Started' } } as const;
      const said = on.said.length;
      expect(await syncPlan(on.run, on.context, { ...memory })).toBe(true);
      const now = readFileSync(file, 'utf8');
      expect(cells(now)).toEqual(['Not Started', 'In Progress', 'Not Started']);
      row = 0;
      expect(now.replace(CELL, (_, start: string, _word: string, end: string) => `${start}${words[row++] ?? ''}${end}`)).toBe(saved);
      // a claim that is on record already is not made again
      const edited = words.filter((word, index) => word !== cells(now)[index]).length;
      expect(on.said.length - said).toBeLessThanOrEqual(edited);
    }),
    { numRuns: 60 },
  );
});
