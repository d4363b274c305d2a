import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from './landing-scenarios/checkout.ts';
import { CONTENT } from './landing-scenarios/content.ts';
import { GIT } from './landing-scenarios/git.ts';
import { HOOKS } from './landing-scenarios/hooks.ts';
import { HISTORY } from './landing-scenarios/history.ts';
import { UNDO } from './landing-scenarios/undo.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const TEXT = readFileSync(path.join(ROOT, 'docs', 'landing.md'), 'utf8');

/** The rows of the table below a heading, without its head. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = TEXT.split(`\n## ${heading}\n`);
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) => line.slice(2, -2).split(' | '));
}

describe('docs/landing.md', () => {
  it.each([
    ['What the work is made of', CONTENT],
    ['What has become of branches and worktrees', HISTORY],
    ['What is in your checkout', CHECKOUT],
    ['What git, its settings and the disk do', GIT],
    ['What hooks and signatures do', HOOKS],
    ['Taking a landing back', UNDO],
  ])('says what the tests play: %s', (heading, rows) => {
    expect(rowsBelow(heading)).toEqual(rows.map(({ when, iter }) => [when, iter]));
  });

  it('names only tests that there are', () => {
    const named = [...rowsBelow('Tested elsewhere'), ...rowsBelow('As a pull request')];
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter(([, file = '', title = '']) => !readFileSync(path.join(ROOT, file), 'utf8').includes(title));
    expect(missing).toEqual([]);
  });

  it('has no row twice', () => {
    const all = [
      ...CONTENT,
      ...HISTORY,
      ...CHECKOUT,
      ...GIT,
      ...HOOKS,
      ...UNDO.map((row) => ({ ...row, when: `${row.when}, undone` })),
    ].map(({ when }) => when);
    expect(all.filter((when, index) => all.indexOf(when) !== index)).toEqual([]);
    expect(all.length).toBeGreaterThan(60);
  });
});
