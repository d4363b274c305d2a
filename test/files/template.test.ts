import { describe, expect, test } from 'vitest';
import { commitId, taskId } from '../../src/core/ids.ts';
import { code, oneline, quote, render } from '../../src/files/template.ts';
import type { TemplateValues } from '../../src/files/template-values.ts';

describe('filters', () => {
  test('oneline keeps a value from becoming a line, a cell or a block of its own', () => {
    const values = [
      'a\n## b',
      'a | b',
      '## heading',
      '- [ ] MUST x',
      '> quote',
      '1. item',
      '```sh',
      '---',
      '*emphasis*',
      'T1 <!-- x',
      ' \t\n ',
    ];
    expect(values.map(oneline)).toEqual([
      'a ## b',
      'a \\| b',
      '\\## heading',
      '\\- [ ] MUST x',
      '\\> quote',
      '1\\. item',
      '\\```sh',
      '\\---',
      '*emphasis*',
      'T1 &lt;!-- x',
      '',
    ]);
  });

  test('quote puts every line into the quote, whatever ends it', () => {
    expect(quote('a\r\n## b\n\n```\rc <!-- d')).toBe('> a\n> ## b\n>\n> ```\n> c &lt;!-- d');
  });

  test('code keeps back-ticks and says when there is nothing', () => {
    expect([code('src/a.js'), code('a`b'), code('a\nb'), code('')]).toEqual(['`src/a.js`', '``a`b``', '`a b`', '(empty)']);
  });
});

test('a value that is not there is an error, not an empty place', () => {
  const values = { iteration: '001-try' } as TemplateValues['README.md'];
  expect(() => render('README.md', values)).toThrow(/undefined/);
});

test('placeholders inside values are printed, not filled in', () => {
  const text = render('orchestration-log.md', { iteration: '001-try', lines: [{ at: '12:00', text: '{{ iteration }} {% if %}' }] });
  expect(text).toContain('| 12:00 | - | {{ iteration }} {% if %} |');
});

const attempt: TemplateValues['task.md'] = {
  task: taskId('T2'),
  attempt: 1,
  attempts: 3,
  base: '1234567',
  failures: [],
  findings: [],
  feedback: '',
  continued: false,
  alternatives: [],
  messages: [],
  moreMessages: 0,
  comments: [],
};

describe('TASK.md', () => {
  test('a first attempt is told the facts of the attempt', () => {
    expect(render('task.md', attempt)).toBe(
      [
        '# This attempt',
        '',
        'Attempt 1 of 3 at T2, starting from commit `1234567`.',
        '`ITER_DIR` in your environment is the iteration folder, `ITER_TASK` is `T2`.',
        '',
        'This is a fresh start: nothing was sent back.',
        '',
      ].join('\n'),
    );
  });

  test('a later attempt quotes failures, findings and feedback word for word', () => {
    const text = render('task.md', {
      ...attempt,
      attempt: 2,
      failures: [{ id: 'T2.tests', message: 'command `npm test` ended with 1\nexpected 5 | got 4' }],
      findings: [
        { id: 'F1', level: 'must', title: 'the rate is 0', where: 'src/tax.js:14' },
        { id: 'F2', level: 'nice', title: 'a name' },
      ],
      feedback: '## look again',
      continued: true,
    });
    const lines = text.split('\n').filter((line) => /^(?:>|- `|Your earlier)/.test(line));
    expect(lines).toEqual([
      '> T2.tests: command `npm test` ended with 1',
      '> expected 5 | got 4',
      '> F1 (MUST, src/tax.js:14): the rate is 0',
      '> F2 (NICE): a name',
      '> ## look again',
      'Your earlier work is in this worktree: go on from it.',
    ]);
  });
});

const report: TemplateValues['integration-report.md'] = {
  iteration: '001-try',
  at: '2026-01-10T13:00:00.000Z',
  decision: 'GO_WITH_CAUTION',
  tree: 'abc',
  strategy: 'linear',
  landing: { target: 'main', before: commitId('1'), after: commitId('2'), commits: 3, tasks: [taskId('T2')], backup: 'refs/iter/backup/1' },
  tasks: [{ id: taskId('T2'), title: 'Build | tax', instance: 'builder-tax-001', attempts: 2, commit: '2345678', state: 'merged' }],
  rejections: [
    {
      task: taskId('T4'),
      rejection: 1,
      goto: [taskId('T2')],
      findings: [{ id: 'F1', level: 'must', title: 'the rate\nis 0', task: taskId('T2') }],
    },
  ],
  conflicts: [],
  results: [{ id: 'T2.scope', task: taskId('T2'), level: 'should', check: 'scope', pass: false, message: 'changes a|b' }],
  missed: ['T2.scope: changes a|b'],
};

describe('INTEGRATION_REPORT.md', () => {
  test('it says what landed, what was sent back, what was checked and how to undo it', () => {
    const text = render('integration-report.md', report);
    expect(text.split('\n').filter((line) => /T2|F1|undo|moves/.test(line))).toEqual([
      '3 commits of T2 landed on `main` with the strategy `linear`.',
      '| T2 | Build \\| tax | builder-tax-001 | 2 | `2345678` | merged |',
      '### Rejection 1 by T4, back to T2',
      '- MUST F1 (T2): the rate is 0',
      '| `T2.scope` | T2 | SHOULD | failed | changes a\\|b |',
      '- T2.scope: changes a\\|b',
      '## How to undo',
      'iter undo',
      'moves `main` back to `1`, provided nothing else has landed on it since. Nothing is lost by it: what it takes away is kept under `refs/iter/undone/`, and where the branch was before the landing under `refs/iter/backup/1`.',
    ]);
  });

  test('without a landing there is nothing to undo', () => {
    const { landing: _landing, ...rest } = report;
    expect(render('integration-report.md', rest)).toContain('There is nothing to undo.');
  });
});
