import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, sh, write } from '../rig/repository.ts';

/** Every alternative writes the same file another way, so that no two of them could ever be merged. */
const WORKFLOW = `version: 1
name: ways
steps:
  - id: build
    role: builder
    retry: { max: 0 }
    alternatives:
      - { id: short, agent: "command:node make.mjs 1", with: { approach: one line } }
      - { id: long, agent: "command:node make.mjs 9", with: { approach: nine lines } }
      - { id: broken, agent: "command:false", with: { approach: nothing } }
    prompt: "Do it by {{ alternative.approach }}"
    deliverables: [{ id: note, path: "notes/{{ alternative.id }}.md", fields: { score: number } }]
    checks: [{ commits: { min: 1 } }]
  - id: bench
    run: node bench.mjs
  - id: choose
    pick: PICK
  - id: doc
    run: node doc.mjs
finally:
  - id: sweep
    run: node sweep.mjs
`;

const SCRIPTS = {
  'make.mjs': `import { mkdirSync, writeFileSync } from 'node:fs';
const lines = Number(process.argv[2]);
writeFileSync('result.txt', 'line\\n'.repeat(lines));
mkdirSync('.iter/out/notes', { recursive: true });
writeFileSync('.iter/out/notes/' + process.env.ITER_ALTERNATIVE + '.md', '---\\nscore: ' + lines + '\\n---\\n');
`,
  'bench.mjs': `import { existsSync, writeFileSync } from 'node:fs';
const ways = process.env.ITER_ALTERNATIVES.split('\\n').map((line) => line.split(' ')[0]);
writeFileSync('bench.txt', ways.join(' ') + (existsSync('result.txt') ? ' and a result' : '') + '\\n');
`,
  'doc.mjs': `import { readFileSync, writeFileSync } from 'node:fs';
writeFileSync('doc.txt', readFileSync('result.txt', 'utf8').split('\\n').length - 1 + ' lines\\n');
`,
  'sweep.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync('swept.txt', 'yes\\n');\n",
};

async function made(pick: string): Promise<{ root: string; directory: string }> {
  const root = repositoryWith(SCRIPTS);
  write(root, { '../ways.yaml': WORKFLOW.replace('PICK', pick) });
  await done(root, ['new', 'try', '-w', '../ways.yaml', '--agent', 'rehearsal']);
  return { root, directory: path.join(root, 'iterations', '001-try') };
}

async function states(root: string): Promise<Record<string, string>> {
  const { tasks } = jsonOf(await done(root, ['status', '--json'])) as { tasks: { id: string; state: string }[] };
  return Object.fromEntries(tasks.map((task) => [task.id, task.state]));
}

describe('the same work done in several ways', () => {
  it('is compared by the rule, and only the winner lands; a way that failed holds nobody up', async () => {
    const { root } = await made('{ from: build, by: alternative.outputs.score }');
    await done(root, ['launch']);
    expect(await states(root)).toEqual({
      T1: 'superseded',
      T2: 'accepted',
      T3: 'superseded',
      T4: 'accepted',
      T5: 'accepted',
      T6: 'accepted',
      T7: 'accepted',
    });
    const { steps } = jsonOf(await done(root, ['compare', '--json'])) as { steps: Record<string, unknown>[] };
    expect(steps).toMatchObject([
      {
        step: 'build',
        pick: 'T5',
        picked: 'T2',
        ways: [
          {
            id: 'short',
            task: 'T1',
            state: 'superseded',
            attempts: 1,
            failures: [],
            figures: { files: 1, lines: 1, outputs: { score: 1 } },
          },
          { id: 'long', task: 'T2', state: 'accepted', attempts: 1, failures: [], figures: { files: 1, lines: 9, outputs: { score: 9 } } },
          { id: 'broken', task: 'T3', state: 'superseded', attempts: 1, failures: [{ id: 'failed' }] },
        ],
      },
    ]);
    const table = (await done(root, ['compare'])).stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));
    expect(table[0]).toBe('build: T5 took T2');
    expect(table[3]).toMatch(/^ \| long \* \| T2 \| accepted \| passed \| 1 \| 9 \| 1 \| \d+\.\d \| score 9$/);
    const merged = jsonOf(await done(root, ['merge', '--json'])) as { merged: { task: string }[] };
    expect(merged.merged.map((one) => one.task)).toEqual(['T2', 'T4', 'T6', 'T7']);
    expect(sh(root, 'show', 'main:result.txt').split('\n')).toHaveLength(9);
    expect(sh(root, 'show', 'main:bench.txt')).toBe('short long');
    expect(sh(root, 'show', 'main:doc.txt')).toBe('9 lines');
    const prompt = readFileSync(path.join(root, 'iterations', '001-try', '.run', 'prompts', 'T4-1.md'), 'utf8');
    expect(prompt).toMatch(/## Several ways of the same work[^]*- `short`: T1, commit `[0-9a-f]{40}`\n- `long`: T2/);
    expect(sh(root, 'show', 'main:swept.txt')).toBe('yes');
    expect(sh(root, 'for-each-ref', '--format=%(refname)', 'refs/iter/archive')).toBe('refs/iter/archive/001-try/T1/1');
    expect((jsonOf(await done(root, ['status', '--json'])) as { status: string }).status).toBe('merged');
  });

  it('has nothing to compare in an iteration without alternatives, and says so', async () => {
    const root = repositoryWith({ 'a.txt': 'a\n' });
    await done(root, ['new', 'try', '--agent', 'rehearsal', '--input', 'issue=x']);
    const said = await iter(root, ['compare']);
    expect({ exit: said.exit, what: said.stderr.split(';')[0] }).toEqual({ exit: 2, what: '001-try has no alternatives' });
  });

  it('is picked by a person where there is no rule, who may also send all of it back', async () => {
    const { root, directory } = await made('{ from: build, ask: Which one? }');
    expect((await iter(root, ['launch'])).exit).toBe(5);
    const { decisions } = jsonOf(await iter(root, ['decide', '--json'])) as {
      decisions: { id: string; question: string; options: { id: string }[] }[];
    };
    expect(decisions.map(({ id, question }) => ({ id, question }))).toEqual([{ id: 'T5-pick-1', question: 'Which one? (T5)' }]);
    expect(decisions[0]?.options.map((option) => option.id)).toEqual(['short', 'long', 'reject', 'abort']);
    await done(root, ['decide', 'T5-pick-1', '--option', 'reject', '-m', 'both again']);
    expect((await iter(root, ['launch'])).exit).toBe(5);
    await done(root, ['decide', '--option', 'short']);
    await done(root, ['launch']);
    await done(root, ['merge']);
    expect(sh(root, 'show', 'main:result.txt')).toBe('line');
    const started = eventsOf(directory).filter((event) => event.type === 'attempt-started');
    expect(started.filter((event) => event['task'] === 'T1' || event['task'] === 'T2')).toHaveLength(4);
  });

  it('lands nothing while none of the ways is taken', async () => {
    const { root } = await made('{ from: build }');
    expect((await iter(root, ['launch'])).exit).toBe(5);
    const refused = await iter(root, ['merge', '--task', 'T1']);
    expect({ exit: refused.exit, result: sh(root, 'ls-tree', '--name-only', 'main', 'result.txt') }).toEqual({ exit: 3, result: '' });
  });

  it('leaves what is done at the end undone no more than the rest: it runs also when a step before it failed', async () => {
    const root = repositoryWith({ ...SCRIPTS, 'doc.mjs': 'process.exit(1);\n' });
    write(root, {
      '../ways.yaml': WORKFLOW.replace('PICK', '{ from: build, by: alternative.outputs.score }').replace(
        'run: node doc.mjs',
        'run: node doc.mjs\n    retry: { max: 0 }\n    checks: [{ commits: { min: 1 } }]',
      ),
    });
    await done(root, ['new', 'try', '-w', '../ways.yaml', '--agent', 'rehearsal']);
    expect((await iter(root, ['launch'])).exit).toBe(1);
    expect(await states(root)).toMatchObject({ T6: 'failed', T7: 'accepted' });
  });
});
