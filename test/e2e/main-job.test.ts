import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { commit, repositoryWith, sh } from '../rig/repository.ts';

const FILES = { 'README.md': '# Shop\n', 'notes.txt': 'buy milk\n', 'src/price.js': 'export const price = 1;\n' };

/** A repository with one part built and accepted, ready to land. */
async function accepted(...flags: readonly string[]): Promise<string> {
  const root = repositoryWith(FILES);
  await done(root, ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root), ...flags]);
  await done(root, ['launch']);
  return root;
}

const head = (root: string, branch = 'main'): string => sh(root, 'rev-parse', branch);

describe('the main job', () => {
  it('lands work with nothing but a name, and leaves an uncommitted edit elsewhere as it was', async () => {
    const root = repositoryWith(FILES);
    writeFileSync(path.join(root, 'notes.txt'), 'buy milk and bread\n');
    const made = await done(root, ['new', 'try', '--agent', 'rehearsal']);
    const exits = [];
    for (const command of ['launch', 'validate', 'merge']) exits.push((await iter(root, [command])).exit);
    expect({
      exits,
      warned: made.stderr.includes('1 uncommitted path is not seen by them'),
      notes: readFileSync(path.join(root, 'notes.txt'), 'utf8'),
      status: sh(root, 'status', '--porcelain').split('\n'),
      subjects: sh(root, 'log', '--format=%s', 'main').split('\n'),
      landed: sh(root, 'ls-tree', '-r', '--name-only', 'main').split('\n'),
      fsck: sh(root, 'fsck', '--strict', '--no-dangling'),
    }).toEqual({
      exits: [0, 0, 0],
      warned: true,
      notes: 'buy milk and bread\n',
      status: [' M notes.txt', '?? iterations/'],
      subjects: ['Add rehearsal/001-try/t2.md', 'first'],
      landed: ['README.md', 'notes.txt', 'rehearsal/001-try/t2.md', 'src/price.js'],
      fsck: '',
    });
  });

  it('does it again for a second iteration, on top of the first', async () => {
    const root = await accepted();
    await done(root, ['merge']);
    await done(root, ['new', 'again', '--agent', 'rehearsal', '-w', partsWorkflow(root)]);
    await done(root, ['launch']);
    await done(root, ['merge']);
    expect(sh(root, 'log', '--format=%s', 'main').split('\n')).toEqual([
      'Add rehearsal/002-again/t1.md',
      'Add rehearsal/001-try/t1.md',
      'first',
    ]);
  });

  it('does all of it with one command', async () => {
    const root = repositoryWith(FILES);
    const run = await iter(root, ['run', 'try', '--agent', 'rehearsal']);
    expect({ exit: run.exit, subjects: sh(root, 'log', '--format=%s', 'main').split('\n') }).toEqual({
      exit: 0,
      subjects: ['Add rehearsal/001-try/t2.md', 'first'],
    });
  });

  it('works from a folder inside the repository and from a worktree of an agent', async () => {
    const root = repositoryWith(FILES);
    await done(path.join(root, 'src'), ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root)]);
    await done(path.join(root, 'src'), ['launch', '1']);
    const worktree = path.join(path.dirname(root), 'project-worktrees', '001-try', 'T1');
    expect([jsonOf(await done(worktree, ['status', '--json']))['status'], (await iter(worktree, ['merge', 'try'])).exit]).toEqual([
      'ready-to-merge',
      0,
    ]);
  });
});

/** What a value is made of: the type of everything in it, one example for a list. */
function shape(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
}

describe('the JSON of the contract', () => {
  it('has the promised fields for new, status, validate and merge', async () => {
    const root = repositoryWith(FILES);
    const made = jsonOf(await done(root, ['new', 'try', '--agent', 'rehearsal', '--json']));
    await done(root, ['launch']);
    const status = jsonOf(await done(root, ['status', '--json']));
    const verdict = jsonOf(await done(root, ['validate', '--json']));
    const landed = jsonOf(await done(root, ['merge', '--json']));
    expect([made, status, verdict, landed].map((one) => one['schemaVersion'])).toEqual([1, 1, 1, 1]);
    expect(shape(made)).toEqual({
      schemaVersion: 'number',
      iteration: 'string',
      dir: 'string',
      tasks: [
        {
          id: 'string',
          step: 'string',
          role: 'string',
          agent: 'string',
          branch: 'string',
          needs: [],
          group: 'string',
          targets: [],
          deliverables: ['string'],
          estimateTokens: 'number',
          risk: { score: 'number', level: 'string' },
        },
      ],
    });
    expect(shape(status)).toEqual({
      schemaVersion: 'number',
      iteration: 'string',
      status: 'string',
      decision: 'null',
      tasks: [
        {
          id: 'string',
          step: 'string',
          role: 'string',
          agent: 'string',
          state: 'string',
          word: 'string',
          attempt: 'number',
          since: 'string',
          branch: 'string',
          worktree: 'string',
          commit: 'string',
          tokens: 'null',
          costUsd: 'null',
          needs: [],
          blockedBy: [],
          blockers: [],
          reason: 'null',
        },
      ],
      decisions: [],
      budget: { estimateTokens: 'number', tokens: 'null', usd: 'null', accounts: [] },
      conflicts: [],
      foreign: [],
    });
    expect(shape(verdict)).toEqual({
      schemaVersion: 'number',
      decision: 'string',
      tree: 'string',
      criteriaHash: 'string',
      results: [
        {
          id: 'string',
          task: 'string',
          level: 'string',
          check: 'string',
          pass: 'boolean',
          message: 'string',
          file: 'string',
          line: 'null',
          measured: 'string',
          expected: 'string',
        },
      ],
      missed: [],
    });
    expect(shape(landed)).toEqual({
      schemaVersion: 'number',
      decision: 'string',
      target: 'string',
      before: 'string',
      after: 'string',
      merged: [{ task: 'string', commits: ['string'] }],
      conflicts: [],
      rejected: [],
    });
  });

  it('is the same bytes each time the same tree is judged, fresh or from the record', async () => {
    const root = await accepted('--input', 'test_command=node -e 0');
    const first = await done(root, ['validate', '--json']);
    const second = await done(root, ['validate', '--json']);
    const fresh = await done(root, ['validate', '--json', '--fresh']);
    expect([second.stdout, fresh.stdout]).toEqual([first.stdout, first.stdout]);
  });
});

describe('landing', () => {
  it('says so when there is nothing left to land', async () => {
    const root = await accepted();
    await done(root, ['merge']);
    const before = head(root);
    const again = await iter(root, ['merge']);
    expect({ exit: again.exit, said: again.stdout.includes('nothing to land'), moved: head(root) !== before }).toEqual({
      exit: 0,
      said: true,
      moved: false,
    });
  });

  it('can be taken back once, with the checkout', async () => {
    const root = await accepted();
    const before = head(root);
    await done(root, ['merge']);
    const undone = await iter(root, ['undo']);
    const twice = await iter(root, ['undo']);
    expect({
      exits: [undone.exit, twice.exit],
      at: head(root),
      status: sh(root, 'status', '--porcelain'),
    }).toEqual({ exits: [0, expect.toBeOneOf([1, 2])], at: before, status: '?? iterations/' });
  });

  it('is not taken back when somebody has built on it', async () => {
    const root = await accepted();
    await done(root, ['merge']);
    const after = commit(root, { 'src/price.js': 'export const price = 2;\n' }, 'raise the price');
    const undone = await iter(root, ['undo']);
    expect({ exit: undone.exit, hint: undone.stderr.includes('git revert'), at: head(root) }).toEqual({ exit: 1, hint: true, at: after });
  });

  it('leaves a checkout of another branch alone', async () => {
    const root = await accepted();
    const before = head(root);
    sh(root, 'switch', '--quiet', '--create', 'elsewhere');
    const merged = await done(root, ['merge']);
    expect({
      said: merged.stderr.includes('left alone'),
      moved: head(root) !== before,
      here: [sh(root, 'symbolic-ref', 'HEAD'), head(root, 'HEAD')],
      status: sh(root, 'status', '--porcelain'),
    }).toEqual({ said: true, moved: true, here: ['refs/heads/elsewhere', before], status: '?? iterations/' });
  });

  it('waits for an uncommitted edit in what it would touch, and lands once it is stashed', async () => {
    const root = await accepted('--targets', 'notes.txt');
    const before = head(root);
    writeFileSync(path.join(root, 'notes.txt'), 'my own words\n');
    const refused = await iter(root, ['merge']);
    const untouched = [head(root), readFileSync(path.join(root, 'notes.txt'), 'utf8')];
    sh(root, 'stash', 'push', '--quiet', '--', 'notes.txt');
    const landed = await iter(root, ['merge']);
    expect({ exits: [refused.exit, landed.exit], named: refused.stderr.includes('notes.txt'), untouched }).toEqual({
      exits: [1, 0],
      named: true,
      untouched: [before, 'my own words\n'],
    });
    expect(readFileSync(path.join(root, 'notes.txt'), 'utf8')).toContain('buy milk');
  });

  it('goes on top of what somebody committed to the target meanwhile', async () => {
    const root = await accepted();
    commit(root, { 'src/price.js': 'export const price = 2;\n' }, 'raise the price');
    await done(root, ['merge']);
    expect(sh(root, 'log', '--format=%s', 'main').split('\n')).toEqual(['Add rehearsal/001-try/t1.md', 'raise the price', 'first']);
  });

  it.each([
    {
      strategy: 'linear',
      history: [
        ['Add rehearsal/001-try/t2.md', 1],
        ['Add rehearsal/001-try/t1.md', 1],
      ],
    },
    {
      strategy: 'squash',
      history: [
        ['Build two', 1],
        ['Build one', 1],
      ],
    },
    {
      strategy: 'merge-commit',
      history: [
        ['Merge T2: Build two', 2],
        ['Merge T1: Build one', 2],
      ],
    },
  ])('follows the strategy $strategy', async ({ strategy, history }) => {
    const root = await accepted('--input', 'parts=one,two');
    await done(root, ['merge', '--strategy', strategy]);
    const lines = sh(root, 'log', '--first-parent', '--format=%s|%P', '-2', 'main').split('\n');
    expect({
      history: lines.map((line) => [line.split('|')[0], line.split('|')[1]?.split(' ').length]),
      landed: sh(root, 'ls-tree', '-r', '--name-only', 'main', 'rehearsal').split('\n'),
      status: sh(root, 'status', '--porcelain'),
    }).toEqual({ history, landed: ['rehearsal/001-try/t1.md', 'rehearsal/001-try/t2.md'], status: '?? iterations/' });
  });
});
