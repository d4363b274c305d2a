/** Whatever checks a workflow makes, the file made from them says exactly these checks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Check, Criterion } from '../../src/core/check.ts';
import { COMPARISONS, DISPOSITIONS, FORMATS, SEVERITIES } from '../../src/core/check.ts';
import { taskId } from '../../src/core/ids.ts';
import { VERDICTS } from '../../src/core/review.ts';
import { criterionLine, parseCriteria } from '../../src/files/criteria.ts';
import { codeSpan, piecesOf } from '../../src/files/code-span.ts';

const odd = fc.string({
  unit: fc.constantFrom(
    '`',
    '``',
    ' ',
    '|',
    '"',
    "'",
    '\\',
    '<!--',
    '-->',
    '—',
    ' — ',
    'a',
    'é',
    '漢',
    '🙂',
    '\u2028',
    '[',
    '*',
    '_',
    '#',
    '-',
    ' and ',
    ',',
  ),
});
const text = fc
  .oneof(odd, fc.string(), fc.string({ unit: 'grapheme' }))
  .filter((content) => content.trim() !== '' && !/[\r\n]/.test(content));
const path = text.filter((content) => !/^\/|^\\\\|^[A-Za-z]:[/\\]|\0/.test(content) && !content.split(/[/\\]/).includes('..'));
const word = fc.stringMatching(/^[a-z0-9./=-]{1,8}$/);
const place = fc.constantFrom('iteration' as const, 'repository' as const);
const bytes = fc.nat({ max: 2 ** 40 });
const source = fc.record({ in: fc.constantFrom('iteration' as const, 'repository' as const, 'base' as const), file: path });
const pattern = text.map((content) => `(?i)${content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`);
const metricPath = fc
  .array(fc.oneof(fc.stringMatching(/^[a-z@_ -]{1,8}$/), fc.stringMatching(/^"[a-z. ]{1,6}"$/)), { minLength: 1, maxLength: 4 })
  .map((parts) => `${parts.join('.')}[0]`)
  .filter((made) => made.trim() === made);
const percent = fc.oneof(fc.nat({ max: 1000 }), fc.constantFrom(0.5, 2.25));
const some = <Word>(words: readonly Word[]) => fc.subarray([...words], { minLength: 1 });
const list = (of: fc.Arbitrary<string>) => fc.array(of, { minLength: 1, maxLength: 4 });

const criterion: fc.Arbitrary<Criterion> = fc.oneof(
  fc.record({ check: fc.constant('exists' as const), in: place, file: path }),
  fc.record({ check: fc.constant('size' as const), in: place, file: path, min: bytes }),
  fc.record({ check: fc.constant('size' as const), in: place, file: path, max: bytes }),
  fc.tuple(bytes, bytes, path).map(([a, b, file]) => ({
    check: 'size' as const,
    in: 'repository' as const,
    file,
    min: Math.min(a, b),
    max: Math.max(a, b),
  })),
  fc.record({
    check: fc.constant('headings' as const),
    in: place,
    file: path,
    headings: list(text),
  }),
  fc.record({ check: fc.constant('contains' as const), in: place, file: path, words: list(text) }),
  fc.record({
    check: fc.constant('matches' as const),
    in: place,
    file: path,
    pattern,
  }),
  fc.record({
    check: fc.constant('format' as const),
    in: place,
    file: path,
    format: fc.constantFrom(...FORMATS),
  }),
  fc.record({ check: fc.constant('not_contains' as const), in: place, file: path, words: list(text) }),
  fc.record({ check: fc.constantFrom('placeholders' as const), in: place, file: path }),
  fc.record({ check: fc.constant('not_matches' as const), in: place, file: path, pattern }),
  fc.record({ check: fc.constant('schema' as const), in: place, file: path, schema: source }),
  fc.record({ check: fc.constant('frontmatter' as const), in: place, file: path, schema: source }),
  fc.record({ check: fc.constant('traces' as const), in: place, file: path, pattern, ids: source }),
  fc.record({ check: fc.constant('summary' as const), in: place, file: path, tokens: fc.integer({ min: 1, max: 999_999_999 }) }),
  fc.record({ check: fc.constant('checklist' as const), in: place, file: path, heading: text }),
  fc.record({ check: fc.constant('checklist' as const), in: place, file: path }),
  fc.record(
    {
      check: fc.constant('metric' as const),
      in: place,
      file: path,
      path: metricPath,
      op: fc.constantFrom(...COMPARISONS),
      value: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((value) => (value === 0 ? 0 : value)),
      caution: percent,
    },
    { requiredKeys: ['check', 'in', 'file', 'path', 'op', 'value'] },
  ),
  fc.record(
    {
      check: fc.constant('metric' as const),
      in: place,
      file: path,
      path: metricPath,
      op: fc.constant('improves' as const),
      direction: fc.constantFrom('lower' as const, 'higher' as const),
      by: percent,
      baseline: fc.record({
        in: fc.constantFrom('iteration' as const, 'repository' as const, 'base' as const),
        file: path,
        path: metricPath,
      }),
      caution: percent,
    },
    { requiredKeys: ['check', 'in', 'file', 'path', 'op', 'direction', 'by', 'baseline'] },
  ),
  fc.tuple(place, path, metricPath).map(([where, file, named]) => ({
    check: 'metric' as const,
    in: where,
    file,
    path: named,
    op: 'improves' as const,
    direction: 'higher' as const,
    by: 0,
    baseline: { in: 'base' as const, file, path: named },
  })),
  fc.record(
    {
      check: fc.constant('verdict' as const),
      in: place,
      file: path,
      verdicts: some(VERDICTS),
      openMust: fc.nat({ max: 999_999 }),
      openShould: fc.nat({ max: 999_999 }),
    },
    { requiredKeys: ['check', 'in', 'file', 'verdicts', 'openMust'] },
  ),
  fc.record({
    check: fc.constant('dispositions' as const),
    in: place,
    file: path,
    review: source,
    levels: some(['must', 'should', 'nice'] as const),
    allowed: some(DISPOSITIONS),
  }),
  fc.constant({ check: 'secrets' as const }),
  fc.record({ check: fc.constant('blockers' as const), open: fc.nat({ max: 999_999 }), severity: fc.constantFrom(...SEVERITIES) }),
  fc.constantFrom(
    { check: 'git' as const, clean: true },
    { check: 'git' as const, clean: true, fits: 'release/1.x' },
    { check: 'git' as const, clean: false, fits: 'main' },
  ),
  fc.record({ check: fc.constant('disk_free' as const), bytes }),
  fc.record({
    check: fc.constant('tools' as const),
    tools: list(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,10}( ?>= ?v?\d{1,3}(\.\d{1,3}){0,3})?$/)),
  }),
  fc.record({
    check: fc.constant('expr' as const),
    expression: fc.constantFrom('steps.review.rejections < 3', "env == 'prod' || inputs.a == '`x`'", 'true', "steps['a-b'].outputs.n >= 2"),
  }),
  fc.record({
    check: fc.constant('command' as const),
    run: fc
      .array(
        fc.oneof(
          word,
          word.map((part) => `'${part} \`|\`'`),
        ),
        { minLength: 1 },
      )
      .map((words) => ['run', ...words].join(' ')),
    timeout: fc.integer({ min: 1, max: 2_147_483_647 }),
  }),
  fc.record({ check: fc.constant('commits' as const), min: fc.nat({ max: 999_999_999 }) }),
  fc.record({
    check: fc.constant('scope' as const),
    allow: list(path),
    deny: fc.array(path, { maxLength: 3 }),
  }),
  fc.record({ check: fc.constant('scope' as const), allow: fc.constant([]), deny: list(path) }),
  fc.record({
    check: fc.constant('unreadable' as const),
    text: fc.stringMatching(/^[A-Z][a-z]{1,9}( [a-z`]{1,9}){0,4}$/).filter((words) => !/^(File|Command|Branch)/.test(words)),
  }),
);
const level = fc.constantFrom('must' as const, 'should' as const, 'nice' as const);
/** What may stand behind a sentence: it holds no comment, and no word of a waiver. */
const remark = fc.stringMatching(/^[A-Za-z`][A-Za-z0-9`(), .:'-]{0,20}[a-z]$/);
/** A bracket that closes the waiver before a dash is one. */
const reason = remark.filter((text) => !/\)\s*-/.test(text));
const person = fc.stringMatching(/^[A-Z][a-z]{0,8}( [A-Z][a-z]{1,8})?$/);
const checks = fc
  .uniqueArray(
    fc.tuple(
      criterion,
      level,
      fc.constantFrom('T1', 'T2', 'T10', undefined),
      fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/),
      fc.record({ hint: remark, waived: fc.record({ by: person, reason }) }, { requiredKeys: [] }),
    ),
    { selector: ([, , task, id]) => `${task ?? 'all'}.${id}` },
  )
  .map((made) =>
    made.map(([what, rank, task, id, { hint, waived }]): Check => ({
      ...what,
      ...(hint === undefined || what.check === 'unreadable' ? {} : { hint }),
      ...(waived === undefined || what.check === 'unreadable' ? {} : { waived }),
      level: rank,
      id: `${task ?? 'all'}.${id}`,
      ...(task === undefined ? {} : { task: taskId(task) }),
    })),
  );

/** The file as a template would make it, with the noise a person adds around the checks. */
function render(list: readonly Check[], end: string): string {
  const sections = list.flatMap((check) => [
    `## ${check.task ?? 'Everything'} — title`,
    '',
    '<!-- - [ ] file `x` exists -->',
    criterionLine(check),
    '```',
    '- [ ] file `y` exists',
    '```',
  ]);
  return ['# Completion criteria', ...sections, ''].join(end);
}

test('checks written to the file are read back as they were', () => {
  fc.assert(
    fc.property(checks, fc.constantFrom('\n', '\r\n'), (list, end) => {
      const read = parseCriteria(render(list, end), 'COMPLETION_CRITERIA.md');
      expect(read.problems).toEqual([]);
      expect(read.checks.map((check) => ({ ...check, line: undefined }))).toEqual(list);
    }),
    { numRuns: 1000 },
  );
});

test('any text of one line survives a code span, and no piece of a line is lost', () => {
  fc.assert(
    fc.property(text, odd, (content, around) => {
      expect(piecesOf(codeSpan(content))).toEqual([{ kind: 'span', text: content, raw: codeSpan(content) }]);
      expect(
        piecesOf(around)
          .map((piece) => piece.raw)
          .join(''),
      ).toBe(around);
    }),
    { numRuns: 1000 },
  );
});

test('any text at all is read without a crash, and again the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(odd, fc.constantFrom('- [ ] ', 'MUST ', 'file ', ' exists', 'branch changes ', '\n', '## T1\n', '```\n'))),
      (parts) => {
        expect(parseCriteria(parts.join(''), 'f')).toEqual(parseCriteria(parts.join(''), 'f'));
      },
    ),
    { numRuns: 1000 },
  );
});
