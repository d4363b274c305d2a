import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { drivenAgents } from '../rig/driven.ts';
import type { Order } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

interface Place {
  readonly root: string;
  readonly criteria: string;
}

async function accepted(...flags: readonly string[]): Promise<Place> {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  await done(root, ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root), ...flags]);
  await done(root, ['launch']);
  return { root, criteria: path.join(root, 'iterations', '001-try', 'COMPLETION_CRITERIA.md') };
}

function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  writeFileSync(file, after);
}

/** The number of the line that holds these words. */
function lineOf(file: string, words: string): number {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(words)) + 1
  );
}

async function decision(root: string, ...flags: readonly string[]): Promise<readonly unknown[]> {
  const judged = await iter(root, ['validate', '--json', ...flags]);
  return [judged.exit, jsonOf(judged)['decision']];
}

const MISSING = '- [ ] MUST `changelog` file `CHANGELOG.md` exists\n';

describe('the gate', () => {
  it('follows a criterion a person adds, and lands again once it is taken out', async () => {
    const { root, criteria } = await accepted();
    const before = sh(root, 'rev-parse', 'main');
    const green = await decision(root);
    edit(criteria, (text) => `${text}\n${MISSING}`);
    const red = await decision(root);
    const refused = await iter(root, ['merge']);
    const unmoved = sh(root, 'rev-parse', 'main') === before;
    edit(criteria, (text) => text.replace(MISSING, ''));
    const landed = await iter(root, ['merge']);
    expect({ green, red, refused: refused.exit, named: refused.stdout.includes('CHANGELOG.md'), unmoved, landed: landed.exit }).toEqual({
      green: [0, 'GO'],
      red: [3, 'NO_GO'],
      refused: 3,
      named: true,
      unmoved: true,
      landed: 0,
    });
  });

  it('does not care about ticks', async () => {
    const { root, criteria } = await accepted();
    edit(criteria, (text) => `${text}\n${MISSING.replace('[ ]', '[x]')}`);
    const ticked = await decision(root);
    edit(criteria, (text) => text.replaceAll('[ ]', '[x]').replace(MISSING.replace('[ ]', '[x]'), ''));
    expect([ticked, await decision(root)]).toEqual([
      [3, 'NO_GO'],
      [0, 'GO'],
    ]);
  });

  it('reports a check box it cannot read with its line, and lets a SHOULD pass unless it is strict', async () => {
    const { root, criteria } = await accepted();
    edit(criteria, (text) => `${text}\n- [ ] SHOULD feel right on a phone\n`);
    const judged = await iter(root, ['validate']);
    const lax = await decision(root);
    const strict = await decision(root, '--strict');
    const refused = await iter(root, ['merge', '--strict']);
    const landed = await iter(root, ['merge']);
    expect({
      named: judged.stdout.includes(`COMPLETION_CRITERIA.md:${lineOf(criteria, 'feel right')}`),
      lax,
      strict,
      merges: [refused.exit, landed.exit],
    }).toEqual({ named: true, lax: [0, 'GO_WITH_CAUTION'], strict: [3, 'GO_WITH_CAUTION'], merges: [3, 0] });
  });

  it('takes no part of a criteria file it cannot read, and says all that is wrong with it', async () => {
    const { root, criteria } = await accepted();
    edit(criteria, (text) => `${text}\n- [ ] MUST \`a\` file \`x.md\` matches \`(\`\n- [ ] MUST \`a\` command \`node -e "\` exits 0\n`);
    const judged = await iter(root, ['validate', '--json']);
    expect({
      exit: judged.exit,
      stdout: judged.stdout,
      lines: [...judged.stderr.matchAll(/COMPLETION_CRITERIA\.md:(\d+)/g)].map((match) => Number(match[1])),
    }).toEqual({ exit: 2, stdout: '', lines: expect.arrayContaining([lineOf(criteria, '`x.md`'), lineOf(criteria, 'node -e')]) });
  });

  it('stops work whose test command is red on the whole of it', async () => {
    const { root, criteria } = await accepted();
    edit(criteria, (text) => `${text}\n- [ ] MUST \`tests\` command \`node -e "process.exit(3)"\` exits 0\n`);
    const merged = await iter(root, ['merge']);
    expect([merged.exit, /exit 3, expected exit 0/.test(merged.stdout), sh(root, 'rev-list', '--count', 'main')]).toEqual([3, true, '1']);
  });

  it('is not the last word: hooks and the signature have theirs, unless they are left out by name', async () => {
    const { root } = await accepted();
    writeFileSync(path.join(root, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\necho not today\nexit 1\n', { mode: 0o755 });
    sh(root, 'config', 'commit.gpgSign', 'true');
    sh(root, 'config', 'gpg.program', 'false');
    const ends = [];
    for (const flags of [['--pr'], [], ['--no-verify'], ['--no-verify', '--no-gpg-sign']]) {
      const { exit, stderr } = await iter(root, ['merge', ...flags]);
      ends.push([exit, /there is no remote|not today|could not sign/.exec(stderr)?.[0]]);
    }
    expect(ends).toEqual([
      [2, 'there is no remote'],
      [1, 'not today'],
      [1, 'could not sign'],
      [0, undefined],
    ]);
  });

  it('of two pieces of work that are green alone and red together lands the first and sends the other back, or neither', async () => {
    const root = repositoryWith({ 'README.md': '# Shop\n' });
    const agents = drivenAgents();
    const piece = (file: string): Order[] => [{ do: 'write', path: file, text: 'one\n' }, { do: 'commit' }];
    agents.order('T1', piece('tax.txt'));
    agents.order('T2', piece('cart.txt'));
    const notBoth = `node -e "const fs = require('fs'); process.exit(fs.existsSync('tax.txt') && fs.existsSync('cart.txt') ? 1 : 0)"`;
    const flags = ['--agent', agents.agent, '-w', partsWorkflow(root), '--input', 'parts=tax,cart'];
    await done(root, ['new', 'try', ...flags, '--input', `test_command=${notBoth}`]);
    const launched = await iter(root, ['launch'], agents.env);
    const whole = await iter(root, ['merge', '--whole']);
    expect([launched.exit, whole.exit, sh(root, 'rev-list', '--count', 'main')]).toEqual([0, 3, '1']);
    const merged = await iter(root, ['merge', '--json']);
    expect([merged.exit, sh(root, 'ls-tree', '--name-only', 'main')]).toEqual([3, 'README.md\ntax.txt']);
    expect(jsonOf(merged)).toMatchObject({ decision: 'GO', merged: [{ task: 'T1' }], sentBack: ['T2'] });
    expect(merged.stderr).toContain('T2 did not land and goes back: green without its work, red with it');
  });
});
