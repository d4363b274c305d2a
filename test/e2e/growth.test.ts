import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, sh, write } from '../rig/repository.ts';

const WORKFLOW = `version: 1
name: grows
steps:
  - id: plan
    run: node plan.mjs
    deliverables: [{ id: parts, path: context/parts.md, fields: { parts: list } }]
  - id: build
    run: node build.mjs
    targets: { from: steps.plan.outputs.parts }
    checks: [{ commits: { min: 1 } }]
  - id: check
    run: node check.mjs
    targets: { from: build, allocate: { strategy: one-each } }
    join: each
    deliverables: [{ id: seen, path: "context/seen.{{ target.slug }}.md" }]
  - id: sum
    run: node sum.mjs
`;

const SCRIPTS = {
  'plan.mjs': `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
mkdirSync('.iter/out/context', { recursive: true });
const parts = readFileSync(process.env.ITER_DIR + '/../../parts.txt', 'utf8').trim().split('\\n').filter(Boolean);
writeFileSync('.iter/out/context/parts.md', '---\\nparts: ' + JSON.stringify(parts) + '\\n---\\n');
`,
  'build.mjs': `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('built', { recursive: true });
writeFileSync('built/' + process.env.ITER_TARGETS.replace(/\\W/g, '_') + '.txt', process.env.ITER_TARGETS + '\\n');
`,
  'check.mjs': `import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
mkdirSync('.iter/out/context', { recursive: true });
const name = process.env.ITER_TARGETS.replace(/\\W/g, '-');
writeFileSync('.iter/out/context/seen.' + name + '.md', readdirSync('built').join(' ') + '\\n');
`,
  'sum.mjs':
    "import { readdirSync, writeFileSync } from 'node:fs';\nwriteFileSync('sum.txt', readdirSync('.').includes('built') ? readdirSync('built').join(' ') + '\\n' : 'none\\n');\n",
};

async function made(parts: string): Promise<{ root: string; directory: string }> {
  const root = repositoryWith(SCRIPTS);
  write(root, { '../grows.yaml': WORKFLOW, 'parts.txt': parts });
  await done(root, ['new', 'try', '-w', '../grows.yaml', '--agent', 'rehearsal']);
  return { root, directory: path.join(root, 'iterations', '001-try') };
}

async function picture(root: string): Promise<string[]> {
  const { tasks } = jsonOf(await done(root, ['status', '--json'])) as {
    tasks: { id: string; step: string; state: string; needs: string[] }[];
  };
  return tasks.map((task) => `${task.id} ${task.step} ${task.state} < ${task.needs.join(' ')}`);
}

describe('a list that a step delivers', () => {
  it('becomes tasks while the iteration runs, with rows, criteria and work that lands', async () => {
    const { root, directory } = await made('tax\nthe cart\n');
    expect(await picture(root)).toEqual(['T1 plan ready < ', 'T2 build waiting < T1', 'T3 check waiting < T2', 'T4 sum waiting < T3']);
    await done(root, ['launch']);
    expect(await picture(root)).toEqual([
      'T1 plan accepted < ',
      'T2 build accepted < T1 T5 T6',
      'T3 check accepted < T2 T7 T8',
      'T4 sum accepted < T3',
      'T5 build accepted < T1',
      'T6 build accepted < T1',
      'T7 check accepted < T5',
      'T8 check accepted < T6',
    ]);
    expect(readFileSync(path.join(directory, 'context', 'seen.tax.md'), 'utf8')).toBe('tax.txt\n');
    expect(readFileSync(path.join(directory, 'COMPLETION_CRITERIA.md'), 'utf8')).toMatch(/## T5 .*\n\n- \[ \] MUST `T5\.commits`/);
    expect(readFileSync(path.join(directory, 'MULTI_AGENT_PLAN.md'), 'utf8')).toMatch(
      /\| T6 \| Build: the cart \|.*\| Completed +\| T1 \|/,
    );
    await done(root, ['merge']);
    expect(sh(root, 'show', 'main:sum.txt')).toBe('tax.txt the_cart.txt');
  });

  it('that is empty is nothing to do', async () => {
    const { root } = await made('\n');
    await done(root, ['launch']);
    expect(await picture(root)).toEqual(
      ['T1 plan accepted < ', 'T2 build accepted < T1', 'T3 check accepted < T2', 'T4 sum failed < T3']
        .slice(0, 3)
        .concat(['T4 sum accepted < T3']),
    );
  });

  it('that cannot be worked on goes back with what is wrong, and another list changes the tasks', async () => {
    const { root, directory } = await made(`${'x'.repeat(301)}\ntax\n`);
    expect((await iter(root, ['launch'])).exit).toBe(5);
    const { decisions } = jsonOf(await iter(root, ['decide', '--json'])) as { decisions: { id: string; question: string }[] };
    expect(decisions[0]).toMatchObject({ id: 'T2-list-1', question: expect.stringContaining('has 301 characters') as string });
    write(root, { 'parts.txt': 'tax\n' });
    await done(root, ['reject', 'T2-list-1']);
    await done(root, ['launch']);
    expect(
      eventsOf(directory)
        .filter((event) => event.type === 'tasks-added')
        .map((event) => event['tasks']),
    ).toEqual([['T5'], ['T6']]);
  });
});

describe('a row a person adds to the plan', () => {
  it('is a task from then on, with a prompt, criteria and work that lands; one that says too little is told', async () => {
    const root = repositoryWith({ 'a.txt': 'a\n' });
    await done(root, ['new', 'try', '--agent', 'rehearsal', '--input', 'issue=x']);
    const plan = path.join(root, 'iterations', '001-try', 'MULTI_AGENT_PLAN.md');
    const text = readFileSync(plan, 'utf8');
    const last = /^\| T4 .*$/m.exec(text)?.[0] ?? '';
    const row = (id: string, who: string): string => `| ${id} | Look at the {{ rest }} | ${who} | - | - | A | Not Started | T1 | 1 h |`;
    writeFileSync(plan, text.replace(last, `${last}\n${row('T5', 'builder')}\n${row('T9', 'bilder')}`));
    const launched = await done(root, ['launch']);
    expect(launched.stderr).toContain('T9 names the unknown role "bilder"');
    expect(launched.stderr.match(/T9 names/g)).toHaveLength(1);
    expect((await picture(root)).at(-1)).toBe('T5 added accepted < T1');
    expect(readFileSync(path.join(root, 'iterations', '001-try', 'agent-prompts', 'T5-builder-agent-prompt.md'), 'utf8')).toContain(
      'Look at the {{ rest }}',
    );
    const merged = jsonOf(await done(root, ['merge', '--json'])) as { merged: { task: string }[] };
    expect(merged.merged.map((one) => one.task)).toContain('T5');
  });
});
