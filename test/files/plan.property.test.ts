import fc from 'fast-check';
import { marked } from 'marked';
import { expect, test } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { STATUS_WORDS } from '../../src/core/plan.ts';
import { parsePlan } from '../../src/files/plan.ts';
import { editCells, setHeaderStatus, type CellEdit } from '../../src/files/plan-edit.ts';
import { PLAN_COLUMNS } from '../../src/files/plan-matrix.ts';
import { replaceTableBody } from '../../src/files/table-edit.ts';
import { linesOf, tablesIn } from '../../src/files/table.ts';

/** Lines that surround a matrix; none of them leaves something open. */
const proseLine = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `p ${text.replace(/[\r\n]/g, '')}`),
  fc.constantFrom(
    '',
    'a | b | c',
    'trailing  ',
    '\ttabbed',
    '# Heading',
    '- item | x',
    '> quote | y',
    '**Status:** Planning',
    'Pr\u00FCfung \u{1F9EA} \u2028 x',
  ),
);
const otherTable = fc
  .array(fc.constantFrom('| T1 | a \\| b | Not Started |', '| T2 |', 'x | y'), { maxLength: 3 })
  .map((rows) => ['', '| Task ID | Agent ID | Status |', '|:--|---|--:|', ...rows, '']);
const fenced = fc.tuple(fc.constantFrom('```', '````', '~~~'), fc.boolean()).map(([fence, comment]) => {
  const [open, close] = comment ? ['<!-- note', '-->'] : [`${fence} text`, fence];
  return ['', open, '| Task ID | Status | Dependencies |', '|---|---|---|', '| T9 | Nonsense | - |', close, ''];
});
const surroundings = fc
  .array(
    fc.oneof(
      proseLine.map((line) => [line]),
      otherTable,
      fenced,
    ),
    { maxLength: 6 },
  )
  .map((blocks) => blocks.flat());

const cellText = fc
  .array(fc.oneof(fc.constantFrom('\\|', '`', ' ', '*', '\u00E9', '\u6F22', '<!-- x -->'), fc.stringMatching(/^[a-zA-Z0-9 ./,-]{1,8}$/)), {
    maxLength: 5,
  })
  .map((parts) => parts.join('').trim());
const padding = fc.constantFrom('', ' ', '  ', '\t');

interface Sample {
  readonly text: string;
  readonly statuses: readonly string[];
}

/** A whole plan: BOM or not, one kind of line ending, columns in any order, rows with or without their outer pipes. */
const sample: fc.Arbitrary<Sample> = fc
  .record({
    bom: fc.constantFrom('', '\uFEFF'),
    newline: fc.constantFrom('\n', '\r\n'),
    final: fc.boolean(),
    before: surroundings,
    after: surroundings,
    columns: fc.shuffledSubarray([...PLAN_COLUMNS, 'Owner'], { minLength: 10 }),
    rows: fc.array(
      fc.record({
        status: fc.constantFrom(...STATUS_WORDS),
        text: cellText,
        left: padding,
        right: padding,
        outer: fc.boolean(),
        needs: fc.nat(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ bom, newline, final, before, after, columns, rows }) => {
    const lines = rows.map((row, index) => {
      const value = (column: string): string => {
        if (column === 'Task ID') return `T${index + 1}`;
        if (column === 'Status') return row.status;
        if (column === 'Branch') return `\`iter/1/T${index + 1}\``;
        if (column === 'Dependencies') return index === 0 ? '-' : `T${(row.needs % index) + 1}`;
        return row.text;
      };
      const cells = columns.map((column) => row.left + value(column) + row.right);
      // without its outer pipes a row must neither lose an empty cell nor read as a list item, a fence or a comment
      const edges = [columns[0], columns.at(-1)].some((column) => column === 'Worktree' || column === 'Branch' || column === 'Estimate');
      const blank = [cells[0], cells.at(-1)].some((cell) => cell?.trim() === '');
      const needsOuter = row.outer || edges || blank || /^\s*[-*+`<\d]/.test(cells[0] ?? '');
      return needsOuter ? `|${cells.join('|')}|` : cells.join('|');
    });
    const matrix = ['', `| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`, ...lines, ''];
    const text = bom + [...before, ...matrix, ...after].join(newline) + (final ? newline : '');
    return { text, statuses: rows.map((row) => row.status) };
  });

const edit: fc.Arbitrary<Omit<CellEdit, 'task'>> = fc.oneof(
  fc.record({ column: fc.constant('Status' as const), value: fc.constantFrom(...STATUS_WORDS) }),
  fc.record({ column: fc.constantFrom('Worktree', 'Branch', 'Estimate'), value: cellText }),
);
const statusesIn = (text: string): string[] => parsePlan(text, 'p').plan.rows.map((row) => row.status);
const pick = (items: readonly unknown[], at: number): number => at % items.length;

test('the matrix is found in any document and its rows read back', () => {
  fc.assert(
    fc.property(sample, ({ text, statuses }) => {
      expect([parsePlan(text, 'p').problems, statusesIn(text)]).toEqual([[], statuses]);
    }),
    { numRuns: 500 },
  );
});

test('an edited status reads back, and editing it back restores the file', () => {
  fc.assert(
    fc.property(sample, fc.nat(), fc.constantFrom(...STATUS_WORDS), ({ text, statuses }, at, word) => {
      const row = pick(statuses, at);
      const task = taskId(`T${row + 1}`);
      const edited = editCells(text, [{ task, column: 'Status', value: word }]);
      expect(statusesIn(edited)).toEqual(statuses.with(row, word));
      expect(editCells(edited, [{ task, column: 'Status', value: statuses[row] ?? '' }])).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test('an edit changes no character outside its cell', () => {
  fc.assert(
    fc.property(sample, fc.nat(), edit, ({ text, statuses }, at, { column, value }) => {
      const row = pick(statuses, at);
      const edited = editCells(text, [{ task: taskId(`T${row + 1}`), column, value }]);
      const [start, end] = cellRange(text, row, column);
      expect(edited.slice(0, start)).toBe(text.slice(0, start));
      expect(edited.endsWith(text.slice(end))).toBe(true);
      expect(edited.slice(start, edited.length - (text.length - end))).not.toMatch(/(?<!\\)\||[\r\n]/);
    }),
    { numRuns: 500 },
  );
});

test('edits to different tasks commute and are the same at once', () => {
  fc.assert(
    fc.property(
      sample.filter(({ statuses }) => statuses.length > 1),
      edit,
      edit,
      ({ text }, one, two) => {
        const [first, second] = [
          { ...one, task: taskId('T1') },
          { ...two, task: taskId('T2') },
        ];
        const forth = editCells(editCells(text, [first]), [second]);
        expect(editCells(editCells(text, [second]), [first])).toBe(forth);
        expect(editCells(text, [second, first])).toBe(forth);
      },
    ),
    { numRuns: 300 },
  );
});

test('replacing the execution log or the header status leaves the matrix as it was', () => {
  fc.assert(
    fc.property(sample, cellText, ({ text, statuses }, note) => {
      const replaced = setHeaderStatus(replaceTableBody(text, ['Task ID', 'Agent ID'], [['T1', note]]), 'Completed');
      expect(statusesIn(replaced)).toEqual(statuses);
      expect(setHeaderStatus(replaceTableBody(replaced, ['Task ID', 'Agent ID'], [['T1', note]]), 'Completed')).toBe(replaced);
    }),
    { numRuns: 300 },
  );
});

test('nothing a person or agent can write makes reading throw', () => {
  const piece = fc.constantFrom(
    '|',
    '-',
    '---',
    '\n',
    '\r',
    '`',
    '```',
    '~~~',
    '<!--',
    '-->',
    '>',
    ' ',
    '\t',
    '\\',
    'Task ID',
    'Status',
    'Dependencies',
    'T1',
    '<<<<<<<',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      parsePlan(pieces.join(''), 'p');
    }),
    { numRuns: 2000 },
  );
});

test('tables are where a Markdown renderer sees them', () => {
  const line = fc.constantFrom(
    '| a | b |',
    '|---|:-:|',
    '--- | ---',
    'a | b \\| c',
    '',
    'prose',
    '```',
    '~~~',
    '<!-- x',
    '-->',
    '    | a | b |',
    '# h | i',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), (lines) => {
      // prose ends our tables and not GFM's, an indented row the other way round: an empty line before them makes both agree
      const text = lines.flatMap((item) => (/^(?:prose|-->| {4})/.test(item) ? ['', item] : [item])).join('\n');
      const ours = tablesIn(linesOf(text)).map((table) => table.header.line.number);
      expect(ours).toEqual(renderedTables(text));
    }),
    { numRuns: 2000 },
  );
});

/** Line numbers of the headers of top-level tables, according to marked. */
function renderedTables(text: string): number[] {
  const numbers: number[] = [];
  let line = 1;
  for (const token of marked.lexer(text)) {
    if (token.type === 'table') numbers.push(line);
    line += token.raw.split('\n').length - 1;
  }
  return numbers;
}

/** Where a cell of the nth row is, found without the scanner under test. */
function cellRange(text: string, row: number, column: string): [number, number] {
  const header = /^.*Parallel Group.*$/m.exec(text);
  const names = (header?.[0] ?? '').split('|').map((name) => name.trim());
  let start = header?.index ?? 0;
  for (let skip = 0; skip < row + 2; skip += 1) start = text.indexOf('\n', start) + 1;
  const content = /^[^\r\n]*/.exec(text.slice(start))?.[0] ?? '';
  const pipes = [...content.matchAll(/(?<!\\)\|/g)].map((match) => match.index);
  const edges = content.startsWith('|') ? pipes : [-1, ...pipes, content.length];
  const index = names.indexOf(column) - 1;
  return [start + (edges[index] ?? 0) + 1, start + (edges[index + 1] ?? 0)];
}
