import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import type { Context } from '../../src/engine/context.ts';
import type { KeptChain } from '../../src/engine/kept-chain.ts';
import type { ValidateOptions, Validation } from '../../src/engine/validate.ts';
import { validate } from '../../src/engine/validate.ts';
import type { Ground } from '../rig/ground.ts';
import { accept, ground, made } from '../rig/ground.ts';
import { commit, sh, temporaryFolder } from '../rig/repository.ts';

const ASKED: ValidateOptions = { strategy: 'linear', target: 'refs/heads/main', remembers: true };

let on: Ground;
let context: Context;
/** What stands for the program and for git: only looked at. */
let programs: string;

beforeAll(async () => {
  on = await ground({ 'a.txt': 'old a\n', 'b.txt': 'old b\n' }, 'T1 build', 'T2 build');
  await accept(
    on,
    'T1',
    made(on.root, 'main', { says: 'one', files: { 'new.txt': 'n\n' } }, { says: 'more', files: { 'new.txt': 'm\n' } }),
  );
  await accept(on, 'T2', made(on.root, 'main', { says: 'two', files: { 'b.txt': 'new b\n' } }));
  programs = temporaryFolder();
  for (const name of ['git', 'cli.js']) program(name, 'first');
  const found = { PATH: `${programs}${path.delimiter}${process.env['PATH'] ?? ''}` };
  context = { ...on.context, environment: found, program: { ...on.context.program, cli: path.join(programs, 'cli.js') } };
  criteria('MUST `scope` branch changes nothing in `docs/**`');
});

function program(name: string, text: string): void {
  writeFileSync(path.join(programs, name), text);
  chmodSync(path.join(programs, name), 0o755);
}

function criteria(line: string): void {
  writeFileSync(path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md'), `# Criteria\n\n## T1 Do T1\n\n- [ ] ${line}\n`);
}

async function answerTo(options: Partial<ValidateOptions>): Promise<Exclude<Validation, { problems: unknown }>> {
  const answer = await validate(on.run, { ...ASKED, ...options }, context);
  if ('problems' in answer) throw new Error(JSON.stringify(answer.problems));
  return answer;
}

const file = (): string => path.join(on.iteration.directory, '.run', 'chain.json');
/** Differs for every writing of the file. */
const written = (): string => (existsSync(file()) ? [statSync(file()).ino, statSync(file()).mtimeMs].join(' ') : 'none');

/** Says after a first look, and after the change, whether the second look took what the first one kept. What it answers is always what building anew does. */
async function second(change: () => unknown, options: Partial<ValidateOptions> = {}): Promise<'taken' | 'built'> {
  await answerTo({});
  const before = written();
  await change();
  const answer = await answerTo(options);
  const [taken, builtAnew] = [written() === before, await answerTo({ ...options, remembers: false, fresh: true })];
  expect(answer).toEqual(builtAnew);
  return taken ? 'taken' : 'built';
}

/** Puts something else into the file, below a hash that is right. */
function forge(change: (kept: KeptChain) => KeptChain): void {
  const kept = JSON.parse(readFileSync(file(), 'utf8').split('\n')[1] ?? '') as KeptChain;
  const text = JSON.stringify(change(kept));
  writeFileSync(file(), `${createHash('sha256').update(text).digest('hex')}\n${text}\n`);
}

describe('a chain that was built is taken at the next look', () => {
  it('when nothing has changed', async () => {
    expect(await second(() => undefined)).toBe('taken');
  });

  it('whatever became of the criteria, which are judged as they stand now', async () => {
    expect(await second(() => criteria('MUST `scope` branch changes nothing in `new.*`'))).toBe('taken');
    expect((await answerTo({})).verdict).toMatchObject({ decision: 'NO_GO', missed: [expect.stringContaining('new.txt')] });
  });
});

describe('a chain is built anew', () => {
  it('when the target has moved', async () => {
    expect(await second(() => commit(on.root, { 'c.txt': 'c\n' }, 'meanwhile'))).toBe('built');
  });

  it('when other work of a task was accepted', async () => {
    const work = made(on.root, 'main', { says: 'two again', files: { 'b.txt': 'newer b\n' } });
    expect(await second(() => accept(on, 'T2', work))).toBe('built');
  });

  it('when somebody else commits by the settings', async () => {
    const other = (): void => ['name', 'email'].forEach((key) => sh(on.root, 'config', `user.${key}`, 'somebody-else'));
    expect(await second(other)).toBe('built');
  });

  it('when it is to land in another way, on another branch, or in part', async () => {
    expect(await second(() => undefined, { strategy: 'squash' })).toBe('built');
    expect(await second(() => sh(on.root, 'branch', 'other', 'main'), { target: 'refs/heads/other' })).toBe('built');
    expect(await second(() => undefined, { tasks: [taskId('T1')] })).toBe('built');
  });

  it('when the plan says it in other words', async () => {
    const tasks = on.run.plan.tasks.map((task) => ({ ...task, title: `${task.title}, differently` }));
    expect(await second(() => on.run.adopt({ ...on.run.plan, tasks }))).toBe('built');
  });

  it('by another iter, and with another git', async () => {
    expect(await second(() => program('cli.js', 'another build'))).toBe('built');
    expect(await second(() => program('git', 'another version'))).toBe('built');
  });

  it('when its commits are gone', async () => {
    const gone = async (): Promise<void> => {
      const { chain } = await answerTo({});
      rmSync(path.join(on.root, '.git', 'objects', chain?.after.slice(0, 2) ?? '', chain?.after.slice(2) ?? ''));
    };
    expect(await second(gone)).toBe('built');
  });

  it('when half of the file is there, or a letter of it is another one', async () => {
    expect(await second(() => writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, 300)))).toBe('built');
    expect(await second(() => writeFileSync(file(), readFileSync(file(), 'utf8').replace('"new.txt"', '"old.txt"')))).toBe('built');
    expect(await second(() => writeFileSync(file(), ''))).toBe('built');
  });

  it('when everything is to be looked at afresh, and for a landing, whatever was kept', async () => {
    const real = (await answerTo({})).chain;
    forge((kept) => ({ ...kept, chain: { ...kept.chain, after: kept.chain.before } }));
    expect((await answerTo({})).chain?.after).toBe(real?.before);
    expect((await answerTo({ remembers: false })).chain).toEqual(real);
    expect((await answerTo({ fresh: true })).chain).toEqual(real);
  });
});

describe('a chain is not kept', () => {
  it('when git merged within it: that also depends on the checkout', async () => {
    await answerTo({});
    const before = written();
    await answerTo({ strategy: 'merge-commit' });
    expect(written()).toBe(before);
  });

  it('when commits are not what their ids say', async () => {
    const head = on.run.state.tasks[taskId('T2')]?.head ?? '';
    const instead = sh(on.root, 'commit-tree', `${head}^{tree}`, '-p', `${head}^`, '-m', 'told otherwise');
    await answerTo({});
    const before = written();
    sh(on.root, 'replace', head, instead);
    try {
      expect(await answerTo({})).toEqual(await answerTo({ remembers: false, fresh: true }));
      expect(written()).toBe(before);
    } finally {
      sh(on.root, 'replace', '-d', head);
    }
  });
});
