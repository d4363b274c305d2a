import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { MAX_PLAN_BYTES, parsePlan } from '../../src/files/plan.ts';
import { HEAD, plan, T1, T2, T3 } from '../rig/small-plan.ts';

const problems = (text: string): string[] => parsePlan(text, 'PLAN.md').problems.map(problemLine);
const rows = (text: string): string[] => parsePlan(text, 'PLAN.md').plan.rows.map((row) => `${row.line} ${row.id} ${row.status}`);
describe('reading the matrix', () => {
  test('a row becomes a task with its line, its cells and its needs', () => {
    const { plan: read } = parsePlan(plan(T1, T2, T3), 'PLAN.md');
    expect(read.rows[2]).toEqual({
      id: 'T3',
      line: 9,
      description: 'Review it',
      agent: 'reviewer-001 / `review`',
      branch: 'iter/1/T3',
      group: 'C',
      status: 'Not Started',
      needs: ['T1', 'T2'],
    });
  });

  test('a good plan has no problem', () => {
    expect(problems(plan(T1, T2, T3))).toEqual([]);
  });

  test('columns are found by name, in any order, with columns of people between them', () => {
    const text = [
      '| Owner | dependencies | **Status** | Estimate | Branch | Worktree | Task ID | Parallel  group | Agent/Skills | Description |',
      '|:--|--|:-:|--|--|--|--:|--|--|--|',
      '| Ada | - | Blocked | 1h | `b` | `w` | T7 | A | who / `x` | what |',
    ].join('\n');
    const read = parsePlan(text, 'PLAN.md');
    expect({ ...read.plan.rows[0], problems: read.problems }).toMatchObject({
      id: 'T7',
      status: 'Blocked',
      branch: 'b',
      group: 'A',
      problems: [],
    });
  });

  test('an escaped pipe is part of a cell, a pipe in back-ticks is not', () => {
    const escaped = T2.replace('Build it', 'Build a \\| b');
    expect(parsePlan(plan(T1, escaped), 'PLAN.md').plan.rows[1]?.description).toBe('Build a | b');
    expect(problems(plan(T1, T2.replace('Build it', 'Build `a|b`')))).toEqual([
      'PLAN.md:8: the row has 10 cells, the header 9; write "\\|" for a pipe inside a cell and "-" for an empty one',
    ]);
  });

  test('rows may lack their outer pipes and be indented', () => {
    const bare = T2.replace(/^\| /, '').replace(/ \|$/, '');
    expect(rows(plan(T1, bare, `      ${T3}`))).toEqual(['7 T1 Completed', '8 T2 In Progress', '9 T3 Not Started']);
  });

  test('a byte order mark, CRLF and a missing last line ending change nothing', () => {
    const text = `\uFEFF${[...HEAD, T1, T2].join('\r\n')}`;
    expect([rows(text), problems(text)]).toEqual([['3 T1 Completed', '4 T2 In Progress'], []]);
  });

  test.each([
    ['a fence of back-ticks', '```', '```'],
    ['a fence of tildes that shows back-ticks', '~~~~\n```', '~~~~'],
    ['a fence with an info string', '```markdown', '```'],
    ['a comment', '<!-- an example:', '-->'],
    ['a <pre> block', '<pre>', '</pre>'],
    ['a fence in a quote', '> ```\n> x', ''],
    ['a fence on the line of a list marker', '- ```\n  x', '  ```'],
  ])('a matrix inside %s is not the matrix', (_, opening, closing) => {
    const hidden = opening.startsWith('>') ? [...HEAD, T3].map((line) => `> ${line}`) : [...HEAD, T3];
    const indented = opening.startsWith('-') ? hidden.map((line) => `  ${line}`) : hidden;
    const text = `${[opening, ...indented, closing].join('\n')}\n\n${plan(T1, T2)}`;
    expect(parsePlan(text, 'PLAN.md').plan.rows.map((row) => row.id)).toEqual(['T1', 'T2']);
  });

  test('a fence in a list ends with the list, closed or not', () => {
    expect(rows(`- \`\`\`\n  x\n\n${plan(T1)}`)).toEqual(['10 T1 Completed']);
  });

  test('a fence on the first line is seen behind a byte order mark', () => {
    expect(rows(`\uFEFF\`\`\`\n${[...HEAD, T3].join('\n')}\n\`\`\`\n${plan(T1)}`)).toEqual(['12 T1 Completed']);
  });

  test('a comment on one line hides nothing else', () => {
    expect(rows(`<!-- note -->\n${plan(T1)}`)).toEqual(['8 T1 Completed']);
  });

  test('a dependency written twice counts once', () => {
    expect(parsePlan(plan(T1, T2.replace('| T1 |', '| T1, T1, |')), 'PLAN.md').plan.rows[1]?.needs).toEqual(['T1']);
  });

  test('an indented code block is not the matrix', () => {
    const text = `${[...HEAD, T3].map((line) => `    ${line}`).join('\n')}\n\n${plan(T1)}`;
    expect(parsePlan(text, 'PLAN.md').plan.rows.map((row) => row.id)).toEqual(['T1']);
  });

  test('a comment marker quoted in prose hides nothing', () => {
    expect(rows(`Write \`<!-- x\` for a note.\n\n${plan(T1)}`)).toEqual(['9 T1 Completed']);
  });

  test('of two matrices the first one counts', () => {
    const text = `${plan(T1)}\n${[...HEAD, T2].join('\n')}`;
    expect([rows(text), problems(text)]).toEqual([['7 T1 Completed'], []]);
  });

  test('a note glued below the matrix is no row', () => {
    expect(problems(plan(T1, T2, '**Skills:** what the agent loads'))).toEqual([]);
  });
});

describe('problems of a plan', () => {
  test('a status is one of five words, exactly', () => {
    const wrong = T1.replace('Completed', 'Done');
    const other = T2.replace('In Progress', 'in progress');
    expect(problems(plan(wrong, other))).toEqual([
      'PLAN.md:7: unknown status "Done"; use one of Not Started, In Progress, Blocked, Completed, Failed',
      'PLAN.md:8: unknown status "in progress"; did you mean "In Progress"?',
    ]);
  });

  test('everything wrong is said at once, by line', () => {
    const text = plan(
      T1.replace('| T1 |', '| T01 |'),
      T2.replace('| T1 |', '| T2, T9 |').replace('In Progress', 'Started'),
      T2.replace('iter/1/T2', 'iter/1/T2b').replace('| T1 |', '| - |'),
      T3.replace('iter/1/T3', 'iter/1/T2').replace('T1, T2', 'T2 T4'),
      '| T4 | short |',
    );
    expect(problems(text)).toEqual([
      'PLAN.md:7: bad task id "T01"; use T and a number, as in T1',
      'PLAN.md:8: unknown status "Started"; use one of Not Started, In Progress, Blocked, Completed, Failed',
      'PLAN.md:8: task T2 depends on itself; remove it from its Dependencies',
      'PLAN.md:8: unknown dependency "T9"; name tasks of the matrix, as in "T1, T2", or "-" for none',
      'PLAN.md:9: task T2 is already on line 8; give one of them another id',
      'PLAN.md:10: unknown dependency "T2 T4"; name tasks of the matrix, as in "T1, T2", or "-" for none',
      'PLAN.md:10: branch "iter/1/T2" belongs to T2 already; give T3 a branch of its own',
      'PLAN.md:11: the row has 2 cells, the header 9; write "\\|" for a pipe inside a cell and "-" for an empty one',
    ]);
  });

  test.each(['T0', 't1', 'T', 'T1a', '`T1`', ''])('"%s" is no task id', (id) => {
    expect(problems(plan(T1.replace('| T1 |', `| ${id} |`)))).toEqual([`PLAN.md:7: bad task id "${id}"; use T and a number, as in T1`]);
  });

  test.each(['-', '', '\u2014', 'none'])('dependencies "%s" are none', (cell) => {
    expect(parsePlan(plan(T2.replace('| T1 |', `| ${cell} |`)), 'PLAN.md')).toMatchObject({
      plan: { rows: [{ needs: [] }] },
      problems: [],
    });
  });

  test('tasks without a branch do not share one', () => {
    expect(problems(plan(T1.replace('`iter/1/T1`', '-'), T2.replace('`iter/1/T2`', '-')))).toEqual([]);
  });

  test('missing columns are named', () => {
    const text = '| Task ID | Status | Dependencies | Branch |\n|--|--|--|--|\n| T1 | Failed | - | b |';
    expect(problems(text)).toEqual([
      'PLAN.md:1: the task matrix has no columns "Description", "Agent/Skills", "Worktree", "Parallel Group", "Estimate"; add them to the header',
    ]);
  });

  test('a matrix that lost its Status column is found by its heading', () => {
    const without = plan(T1).replaceAll(' Status |', '').replace('--------|--------------|----------|\n', '--------------|----------|\n');
    expect(problems(without)).toEqual(['PLAN.md:5: the task matrix has no column "Status"; add it to the header']);
  });

  test('a column that is there twice is a problem', () => {
    const text = plan(T1).replace('| Estimate |', '| Status |');
    expect(problems(text)).toContain('PLAN.md:5: the task matrix has two columns "Status"; rename one of them');
  });

  test('no matrix at all says what to add', () => {
    expect(problems('# Plan\n')).toEqual([
      'PLAN.md: no task matrix found; add a table with the columns Task ID | Description | Agent/Skills | Worktree | Branch | Parallel Group | Status | Dependencies | Estimate under "## 3. Task Assignment Matrix"',
    ]);
  });

  test('a header whose row of dashes does not fit is pointed at', () => {
    expect(problems(plan(T1).replace('|----------|\n', '|\n'))).toEqual([
      'PLAN.md:5: the header of the task matrix has no row of dashes for its columns below it; put a row with 9 cells like "---" under it',
    ]);
  });

  test('rows behind an empty line or a note are cut off, and that is said', () => {
    expect(problems(plan(T1, '', T2, 'a note', T3))).toEqual([
      'PLAN.md:9: the row of T2 is cut off from the task matrix; remove what stands between it and the rows above',
      'PLAN.md:11: the row of T3 is cut off from the task matrix; remove what stands between it and the rows above',
    ]);
  });

  test('a merge conflict is one problem and its two sides are not judged', () => {
    const text = plan(T1, '<<<<<<< HEAD', T2, '=======', T2.replace('In Progress', 'Someday'), '>>>>>>> other', T3);
    expect([problems(text), rows(text)]).toEqual([
      ['PLAN.md:8: a merge conflict that git left, up to line 12; keep the lines that are right and delete the markers'],
      ['7 T1 Completed', '13 T3 Not Started'],
    ]);
  });

  test('other lines with as many pipes are not rows that were cut off', () => {
    expect(problems(plan(T1, '', '| a | b | c | d | e | f | g | h | i |'))).toEqual([]);
  });

  test('a conflict that is never closed is a problem in its place among the others', () => {
    expect(problems(plan(T1.replace('Completed', 'Done'), '', '<<<<<<< HEAD'))).toEqual([
      'PLAN.md:7: unknown status "Done"; use one of Not Started, In Progress, Blocked, Completed, Failed',
      'PLAN.md:9: a conflict marker of git; keep the lines that are right and delete the markers',
    ]);
  });

  test('a lone closing marker is a problem, an underlined heading and a fenced conflict are not', () => {
    const fenced = '```\n<<<<<<< a\n=======\n>>>>>>> b\n```\n';
    expect(problems(`Title\n=======\n\n${fenced}\n>>>>>>> topic\n\n${plan(T1)}`)).toEqual([
      'PLAN.md:10: a conflict marker of git; keep the lines that are right and delete the markers',
    ]);
  });

  test('a plan over 5 MB is refused unread', () => {
    const large = plan(T1) + 'x'.repeat(MAX_PLAN_BYTES);
    const wide = plan(T1) + '\u20AC'.repeat(MAX_PLAN_BYTES / 3);
    const just = plan(T1) + 'x'.repeat(MAX_PLAN_BYTES - plan(T1).length);
    const refusal = ['PLAN.md: the plan is larger than 5 MB; move what is not part of the plan to other files'];
    expect([problems(large), problems(wide), problems(just)]).toEqual([refusal, refusal, []]);
  });
});
