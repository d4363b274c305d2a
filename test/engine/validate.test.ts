import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Validation } from '../../src/engine/validate.ts';
import { validate } from '../../src/engine/validate.ts';
import type { Ground } from '../rig/ground.ts';
import { accept, ground, made } from '../rig/ground.ts';
import { commit, sh, temporaryFolder } from '../rig/repository.ts';

const LINEAR = { strategy: 'linear', target: 'refs/heads/main' } as const;

let on: Ground;
let runs: string;

beforeEach(async () => {
  on = await ground({ 'a.txt': 'old a\n', 'b.txt': 'old b\n' }, 'T1 build', 'T2 build');
  runs = path.join(temporaryFolder(), 'runs');
  criteria(['MUST `tests` command `sh -c "echo run >> $RUNS; test -f new.txt"` exits 0 within 1m'.replace('$RUNS', runs)]);
  await accept(on, 'T1', made(on.root, 'main', { says: 'one', files: { 'new.txt': 'n\n' } }));
  await accept(on, 'T2', made(on.root, 'main', { says: 'two', files: { 'b.txt': 'new b\n' } }));
});

function criteria(lines: readonly string[]): void {
  const text = `# Completion criteria\n\n${lines.map((line) => `- [ ] ${line}\n`).join('')}`;
  writeFileSync(path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md'), text);
}

/** How often the command of the criteria has run. */
const timesRun = (): number => (existsSync(runs) ? readFileSync(runs, 'utf8').split('\n').length - 1 : 0);

async function judged(options: Partial<Parameters<typeof validate>[1]> = {}): Promise<Exclude<Validation, { problems: unknown }>> {
  const answer = await validate(on.run, { ...LINEAR, ...options }, on.context);
  if ('problems' in answer) throw new Error(JSON.stringify(answer.problems));
  return answer;
}

it('judges the tree that would land, not the checkout', async () => {
  writeFileSync(path.join(on.root, 'new.txt'), 'only here\n');
  const { verdict, chain } = await judged();
  expect(verdict).toMatchObject({ decision: 'GO', tree: chain?.tree, missed: [] });
  expect(sh(on.root, 'ls-tree', '--name-only', verdict.tree).split('\n')).toEqual(['a.txt', 'b.txt', 'new.txt']);
});

it('the same tree and criteria are judged once, and give the same bytes', async () => {
  const first = (await judged()).verdict;
  const second = (await judged()).verdict;
  expect([timesRun(), JSON.stringify(second)]).toEqual([1, JSON.stringify(first)]);
});

it('a fresh judgement runs everything again, and gives the same bytes', async () => {
  const first = (await judged()).verdict;
  const second = (await judged({ fresh: true })).verdict;
  expect([timesRun(), JSON.stringify(second)]).toEqual([2, JSON.stringify(first)]);
});

it('a target that has moved is judged anew', async () => {
  await judged();
  commit(on.root, { 'c.txt': 'c\n' }, 'meanwhile');
  await judged();
  expect(timesRun()).toBe(2);
});

it('other criteria are judged anew', async () => {
  await judged();
  const file = path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md');
  writeFileSync(file, `${readFileSync(file, 'utf8')}- [ ] SHOULD \`c\` file \`c.txt\` exists\n`);
  expect((await judged()).verdict).toMatchObject({ decision: 'GO_WITH_CAUTION', missed: [expect.stringContaining('SHOULD c: ')] });
  expect(timesRun()).toBe(2);
});

it('a ticked box is no other criterion', async () => {
  await judged();
  const file = path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md');
  writeFileSync(file, readFileSync(file, 'utf8').replace('- [ ]', '- [x]'));
  await judged();
  expect(timesRun()).toBe(1);
});

it('another content of a judged iteration file is judged anew', async () => {
  const file = path.join(on.iteration.directory, 'REVIEW.md');
  writeFileSync(file, 'good\n');
  const command = `MUST \`tests\` command \`sh -c "echo run >> ${runs}"\` exits 0 within 1m`;
  criteria([command, 'MUST `review` iteration file `REVIEW.md` contains `good`']);
  expect((await judged()).verdict.decision).toBe('GO');
  writeFileSync(file, 'bad\n');
  expect((await judged()).verdict.decision).toBe('NO_GO');
  writeFileSync(path.join(on.iteration.directory, 'NOTES.md'), 'not judged\n');
  await judged();
  expect(timesRun()).toBe(2);
});

it('a verdict that was cut off in the middle of writing is judged anew', async () => {
  await judged();
  const folder = path.join(on.iteration.directory, '.run', 'verdicts');
  const [name = ''] = sh(folder, 'ls-files', '--others', '.').split('\n');
  writeFileSync(path.join(folder, path.basename(name)), '{"decision":"GO","tr');
  expect((await judged()).verdict.decision).toBe('GO');
  expect(timesRun()).toBe(2);
});

it('work that is not accepted is NO_GO, whatever the checks say', async () => {
  const late = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const answer = await validate(late.run, LINEAR, late.context);
  expect('verdict' in answer ? answer.verdict : answer).toMatchObject({
    decision: 'NO_GO',
    missed: ['MUST T1.completed: Do T1: not accepted yet, it is waiting'],
  });
});

it('work that conflicts is NO_GO, with the task and the paths', async () => {
  commit(on.root, { 'b.txt': 'theirs\n' }, 'meanwhile');
  const { verdict, conflict } = await judged();
  expect(conflict).toMatchObject({ task: 'T2', paths: ['b.txt'] });
  expect(verdict).toMatchObject({ decision: 'NO_GO', missed: ['MUST T2.conflict: conflicts with the work before it in b.txt'] });
  expect(timesRun()).toBe(0);
});

it('a command that fails is NO_GO', async () => {
  criteria(['MUST `tests` command `sh -c "exit 3"` exits 0 within 1m']);
  expect((await judged()).verdict).toMatchObject({ decision: 'NO_GO', results: [{ id: 'tests', pass: false, measured: 3 }] });
});

it('a command cannot change what lands', async () => {
  criteria(['MUST `tests` command `sh -c "echo x > new.txt; echo y > a.txt"` exits 0 within 1m']);
  const { verdict, chain } = await judged();
  expect([
    verdict.decision,
    sh(on.root, 'show', `${chain?.after}:a.txt`),
    sh(on.root, 'status', '--porcelain', '--', '.', ':!iterations'),
  ]).toEqual(['GO', 'old a', '']);
});

it('a line that is no check is NO_GO, with its number', async () => {
  criteria(['MUST `tests` file exists']);
  expect((await judged()).verdict).toMatchObject({ decision: 'NO_GO', results: [{ check: 'unreadable', pass: false, line: 3 }] });
});

it('criteria in the middle of a merge are said, and nothing is judged', async () => {
  const file = path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md');
  writeFileSync(file, `<<<<<<< ours\n${readFileSync(file, 'utf8')}`);
  expect(await validate(on.run, LINEAR, on.context)).toMatchObject({
    problems: [{ file: 'iterations/001-story/COMPLETION_CRITERIA.md', line: 1 }],
  });
  expect([on.run.state.validation, timesRun()]).toEqual([undefined, 0]);
});

it('what was decided is on record with the tree', async () => {
  const { verdict } = await judged();
  expect(on.run.state.validation).toMatchObject({ decision: 'GO', tree: verdict.tree });
});
