/** Checks that need the repository, the machine or the story so far: on real git, as iter validate runs them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Result } from '../../src/core/check.ts';
import { merge } from '../../src/engine/merge.ts';
import { validate } from '../../src/engine/validate.ts';
import { renderMessage } from '../../src/files/messages.ts';
import type { Change, Ground } from '../rig/ground.ts';
import { accept, ground, made } from '../rig/ground.ts';
import { commit, sh } from '../rig/repository.ts';

const LINEAR = { strategy: 'linear', target: 'refs/heads/main' } as const;
const SCHEMA = '{"type": "object", "required": ["p50"]}';

let on: Ground;

beforeEach(async () => {
  on = await ground({ 'a.txt': 'old\n', 'bench.json': '{"p50": 100}', 'schema.json': SCHEMA }, 'T1 build', 'T2 build');
});

/** Everything both tasks change, and the criteria; gives what is judged. */
async function judged(
  files: Readonly<Record<string, Change>>,
  ...lines: string[]
): Promise<{ decision: string; said: string[]; results: readonly Result[]; missed: readonly string[] }> {
  await work(files);
  criteria(lines);
  return look();
}

async function work(files: Readonly<Record<string, Change>>): Promise<void> {
  await accept(on, 'T1', made(on.root, 'main', { says: 'one', files }));
  await accept(on, 'T2', made(on.root, 'main', { says: 'two', files: { 'two.txt': '2\n' } }));
}

function criteria(lines: readonly string[]): void {
  writeFileSync(path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md'), `# Criteria\n\n${lines.map((line) => `${line}\n`).join('')}`);
}

async function look(): ReturnType<typeof judged> {
  const answer = await validate(on.run, LINEAR, on.context);
  if ('problems' in answer) throw new Error(JSON.stringify(answer.problems));
  const { decision, results, missed } = answer.verdict;
  return { decision, results, missed, said: results.map((one) => `${one.pass ? 'pass' : 'FAIL'} ${one.message}`) };
}

it('a schema is that of the commit agents start from: a task cannot loosen it', async () => {
  const { decision, said } = await judged(
    { 'schema.json': '{}', 'bench.json': '{}' },
    '- [ ] MUST file `bench.json` fits the schema `schema.json`',
    '- [ ] SHOULD file `bench.json` fits the schema in file `schema.json`',
  );
  expect(said).toEqual([
    "FAIL bench.json:1:1: does not fit the schema schema.json: the whole must have required property 'p50'",
    'pass bench.json: fits the schema schema.json',
  ]);
  expect(decision).toBe('NO_GO');
});

it('an improvement is measured against the base, and a near miss is a caution', async () => {
  const { decision, said, missed } = await judged(
    { 'bench.json': '{"p50": 85}' },
    '- [ ] MUST `faster` metric `p50` of file `bench.json` is lower than at the base by at least 10%',
    '- [ ] MUST `goal` metric `p50` of file `bench.json` is at most 80',
  );
  expect(said).toEqual([
    'pass bench.json: p50 is 85, before 100 (-15%)',
    'FAIL bench.json: p50 is 85; at most 80 wanted; missed by no more than 10%',
  ]);
  expect([decision, missed]).toEqual([
    'GO_WITH_CAUTION',
    ['MUST goal: bench.json: p50 is 85; at most 80 wanted; missed by no more than 10%'],
  ]);
});

it('a waived MUST lands as a debt with a name; a tick alone waives nothing', async () => {
  const ticked = await judged({ 'a.txt': 'x\n' }, '- [x] MUST `gone` file `gone.txt` exists');
  expect(ticked.decision).toBe('NO_GO');
  criteria([
    '- [x] MUST `gone` file `gone.txt` exists (waived by Ada: comes with the next release)',
    '- [x] MUST `there` file `a.txt` exists (waived by Ada: not needed)',
  ]);
  const { decision, missed, results } = await look();
  expect([decision, missed]).toEqual([
    'GO_WITH_CAUTION',
    ['MUST gone: gone.txt: no such file; waived by Ada: comes with the next release'],
  ]);
  expect(results.map((one) => [one.pass, one.waived])).toEqual([
    [true, { by: 'Ada', reason: 'comes with the next release' }],
    [true, undefined],
  ]);
});

it('secrets are looked for in added lines only, and named by file and line', async () => {
  const token = `npm_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
  commit(on.root, { 'old.txt': `${token}\n` }, 'before');
  const { said } = await judged(
    { 'a.txt': `old\nkey ${token}\n`, 'b.txt': `${token} # iter:allow-secret made up\n`, 'old.txt': undefined },
    '- [ ] MUST branch adds no secrets',
    '## T2 build',
    '- [ ] MUST branch adds no secrets',
  );
  expect(said).toEqual(['FAIL looks like 1 secret: a.txt:2 npm token', 'pass no secrets in the lines that were added']);
});

it('open blockers stop a landing by their severity, and a check may ask for none', async () => {
  const block = (priority: 'High' | 'Low', status: 'Sent' | 'Resolved'): string =>
    renderMessage({ from: 'builder-001', to: 'All', type: 'Blocker', timestamp: '2026-01-10T12:00:00Z', status, priority, text: 'no key' });
  const post = (...blocks: string[]): void => writeFileSync(path.join(on.iteration.directory, 'INTER_AGENT_MESSAGES.md'), blocks.join(''));
  post(block('Low', 'Sent'));
  const low = await judged({ 'a.txt': 'x\n' }, '- [ ] MUST no open blockers of severity high or worse', '- [ ] SHOULD no open blockers');
  expect([low.decision, ...low.said]).toEqual([
    'GO_WITH_CAUTION',
    'FAIL INTER_AGENT_MESSAGES.md: open blocker of severity low from builder-001: no key',
    'pass no open blockers of severity high or worse',
    'FAIL 1 open blocker of severity low or worse: low from builder-001: no key',
  ]);
  criteria([]);
  post(block('High', 'Sent'));
  expect(await look()).toMatchObject({ decision: 'NO_GO', results: [{ id: 'all.blocker-1', level: 'must', measured: 'high' }] });
  post(block('High', 'Sent'), block('High', 'Resolved'));
  expect((await look()).decision).toBe('GO');
});

it('the checkout, other branches, the disk and programs are looked at each time', async () => {
  sh(on.root, 'branch', 'other', made(on.root, 'main', { says: 'theirs', files: { 'a.txt': 'theirs\n' } }).head);
  const lines = [
    '- [ ] MUST checkout is clean',
    '- [ ] MUST work goes together with `other`',
    '- [ ] MUST checkout is clean and work goes together with `main`',
    '- [ ] MUST work goes together with `gone`',
    '- [ ] MUST disk has at least 1 B free',
    '- [ ] MUST disk has at least 999999 GB free',
    '- [ ] MUST tools `git >= 2.0`, `node` are there',
    '- [ ] MUST tools `git >= 999`, `no-such-program` are there',
  ];
  expect((await judged({ 'a.txt': 'ours\n' }, ...lines)).said).toEqual([
    'pass the checkout is clean',
    'FAIL conflicts with other in a.txt',
    'pass the checkout is clean, goes together with main',
    'FAIL there is no branch gone',
    'pass at least 1 B free',
    'FAIL less than 999999 GB free on the disk of the repository',
    'pass there: git >= 2.0, node',
    expect.stringMatching(/^FAIL git is [\d.]+, at least 999 wanted; no-such-program is not on PATH$/),
  ]);
  writeFileSync(path.join(on.root, 'dirt.txt'), 'x');
  expect((await look()).said[0]).toBe('FAIL the checkout has 1 uncommitted path: dirt.txt');
});

it('an expression is judged over the state of the steps', async () => {
  const [step] = on.plan.tasks.map((task) => task.step);
  const { said } = await judged(
    { 'a.txt': 'x\n' },
    `- [ ] MUST expression \`steps['${step ?? ''}'].status == 'accepted'\` is true`,
    `- [ ] MUST expression \`steps['${step ?? ''}'].rejections > 0\` is true`,
    '- [ ] MUST expression `steps.gone.status == "x"` is true',
  );
  expect(said).toEqual([
    `pass steps['${step ?? ''}'].status == 'accepted' is true`,
    `FAIL steps['${step ?? ''}'].rejections > 0 is false`,
    expect.stringMatching(/^FAIL cannot be judged: /),
  ]);
});

it('an answer to a finding names a commit of the work, and a file that is there', async () => {
  commit(on.root, { 'b.txt': 'b\n' }, 'before');
  const one = made(on.root, 'main', { says: 'fix', files: { 'a.txt': 'fixed\n' } });
  await accept(on, 'T1', one);
  await accept(on, 'T2', made(on.root, 'main', { says: 'two', files: { 'two.txt': '2\n' } }));
  const put = (file: string, text: string): void => {
    mkdirSync(path.join(on.iteration.directory, 'context'), { recursive: true });
    writeFileSync(path.join(on.iteration.directory, 'context', file), text);
  };
  put(
    'review.md',
    '---\nverdict: changes_requested\nfindings:\n  - {id: F1, level: must, title: x}\n  - {id: F2, level: must, title: y}\n---\n',
  );
  const answer = (hash: string, file: string): string =>
    `---\ndispositions:\n  - {finding: F1, as: fixed, commit: ${hash}}\n  - {finding: F2, as: documented, path: ${file}}\n---\n`;
  criteria([
    '- [ ] MUST iteration file `context/answer.md` answers the MUST findings of iteration file `context/review.md` as fixed or documented',
  ]);
  put('answer.md', answer(`"${one.head.slice(0, 10)}"`, 'context/answer.md'));
  expect((await look()).said).toEqual(['pass context/answer.md: 2 of 2 findings are answered']);
  put('answer.md', answer(`"${on.plan.base.slice(0, 10)}"`, 'gone.md'));
  expect((await look()).said).toEqual([
    `FAIL context/answer.md:3: MUST F1 is fixed by "${on.plan.base.slice(0, 10)}", which is no commit of this work, MUST F2 is documented in "gone.md", which is no file`,
  ]);
});

it('three hundred files are read as well as one', async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`docs/${index}.md`, `# Number ${index}\n`]));
  const lines = Object.keys(files).map((file, index) => `- [ ] MUST file \`${file}\` contains \`Number ${index}\``);
  const { said } = await judged(
    { ...files, 'docs/link.md': { link: '0.md' } },
    ...lines,
    '- [ ] MUST file `docs` exists',
    '- [ ] MUST file `docs/link.md` exists',
    '- [ ] MUST file `docs/300.md` exists',
  );
  expect(said.filter((line) => line.startsWith('FAIL'))).toEqual([
    'FAIL docs: is a directory',
    'FAIL docs/link.md: is a symbolic link',
    'FAIL docs/300.md: no such file',
  ]);
});

it('a landing with caution waits for one of the people the workflow names', async () => {
  await work({ 'a.txt': 'x\n' });
  criteria(['- [ ] SHOULD file `gone.txt` exists']);
  on.run.adopt({ ...on.plan, decision: { cautionApprovers: ['Ada'] } });
  const iteration = { ...on.iteration, plan: on.run.plan };
  const options = { ...LINEAR, dryRun: false, strict: false };
  const before = sh(on.root, 'rev-parse', 'main');
  expect(await merge(iteration, options, on.context)).toMatchObject({ outcome: 'unapproved', approvers: ['Ada'] });
  expect(await merge(iteration, { ...options, approval: { by: 'Eve' } }, on.context)).toMatchObject({
    outcome: 'unapproved',
    refused: 'Eve',
  });
  expect(sh(on.root, 'rev-parse', 'main')).toBe(before);
  expect(await merge(iteration, { ...options, approval: { by: 'ada', reason: 'fine' } }, on.context)).toMatchObject({ outcome: 'landed' });
  expect(sh(on.root, 'show', 'main:a.txt')).toBe('x');
});
