import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitId, taskId } from '../../src/core/ids.ts';
import type { Context } from '../../src/engine/context.ts';
import type { MergeOptions, MergeResult } from '../../src/engine/merge.ts';
import { merge } from '../../src/engine/merge.ts';
import { undo } from '../../src/engine/undo.ts';
import { Run } from '../../src/engine/run.ts';
import type { Ground } from '../rig/ground.ts';
import { accept, ground, made } from '../rig/ground.ts';
import { sh, temporaryFolder } from '../rig/repository.ts';

const MAIN: MergeOptions = { strategy: 'linear', target: 'refs/heads/main', dryRun: false, strict: false };
const TEN = Array.from({ length: 10 }, (_, index) => `T${index + 1}`);
/** Bad together, each of them good alone. */
const TOGETHER = 'test -f T3 && test -f T7';

interface Batch extends Ground {
  /** How often the command of the criteria has run: it says so itself. */
  readonly runs: () => number;
}

/** Accepted work that adds a file named after its task, for each of them, and a command that is red where `bad` is so. */
async function batch(bad: string, ...tasks: readonly string[]): Promise<Batch> {
  const on = await ground({ 'start.txt': 'start\n' }, ...tasks);
  const log = path.join(temporaryFolder(), 'runs');
  const script = path.join(temporaryFolder(), 'check.sh');
  writeFileSync(script, `echo run >> ${log}\nif ${bad}; then exit 1; fi\n`);
  criteria(on, `MUST \`tests\` command \`sh ${script}\` exits 0 within 1m`);
  const names = tasks.map((task) => task.split(' ')[0] ?? '');
  const stream = names.map(
    (name) =>
      `commit refs/heads/${name}\ncommitter Ada <ada@example.org> 1700000000 +0000\ndata ${name.length}\n${name}\nfrom ${on.plan.base}\nM 100644 inline ${name}\ndata 2\nx\n\n`,
  );
  execFileSync('git', ['-C', on.root, 'fast-import', '--quiet'], { input: stream.join('') });
  const heads = sh(on.root, 'rev-parse', ...names).split('\n');
  for (const [place, name] of names.entries()) await accept(on, name, { base: on.plan.base, head: commitId(heads[place] ?? '') });
  return { ...on, runs: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0) };
}

function criteria(on: Ground, ...lines: readonly string[]): void {
  const text = `# Completion criteria\n\n${lines.map((line) => `- [ ] ${line}\n`).join('')}`;
  writeFileSync(path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md'), text);
}

const ten = (bad: string): Promise<Batch> => batch(bad, ...TEN.map((id) => `${id} build`));
const tip = (on: Ground): string => sh(on.root, 'rev-parse', 'main');
const landed = (on: Ground): string => sh(on.root, 'ls-tree', '--name-only', 'main').split('\n').filter(isTask).join(' ');
const isTask = (name: string): boolean => /^T\d+$/.test(name);
const others = (...without: readonly string[]): string =>
  [...TEN]
    .filter((id) => !without.includes(id))
    .toSorted()
    .join(' ');
const phases = (on: Ground): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(new Run(on.iteration, on.context).state.tasks).map(([id, task]) => [id, task.phase.name]));
/** One log for each tree the command has judged. */
const evidence = (on: Ground): string[] => readdirSync(path.join(on.iteration.directory, '.run', 'evidence'));
const culprits = (result: MergeResult): string[] => ('culprits' in result ? (result.culprits ?? []) : []).map(({ task }) => task);

describe('ten branches', () => {
  it('that are green together land with one run of the gate', async () => {
    const on = await ten('false');
    expect((await merge(on.iteration, MAIN, on.context)).outcome).toBe('landed');
    expect([landed(on), on.runs(), evidence(on).length]).toEqual([others(), 1, 1]);
  });

  it('one of them red only together with another: found and sent back with six runs at most, the nine others land', async () => {
    const on = await ten(TOGETHER);
    const result = await merge(on.iteration, MAIN, on.context);
    expect([result.outcome, culprits(result), landed(on)]).toEqual(['landed', ['T7'], others('T7')]);
    expect(on.runs()).toBeLessThanOrEqual(6);
    expect(evidence(on).length).toBe(on.runs());
    expect(phases(on)).toEqual(Object.fromEntries(TEN.map((id) => [id, id === 'T7' ? 'rejected' : 'merged'])));
    // the gate has judged last exactly what landed
    expect('verdict' in result ? result.verdict : result).toMatchObject({ decision: 'GO', tree: sh(on.root, 'rev-parse', 'main^{tree}') });
    // what went back is kept, is told what fails, starts from what has landed, and lands once it is mended
    const run = new Run(on.iteration, on.context);
    const task = run.state.tasks['T7'];
    const archive = 'refs/iter/archive/001-story/T7/1';
    expect(task?.feedback).toContain(`git merge ${archive}`);
    expect(task?.feedback).toContain('tests: ');
    expect([task?.onto, sh(on.root, 'rev-parse', archive)]).toEqual([tip(on), sh(on.root, 'rev-parse', 'T7')]);
    await accept({ ...on, run }, 'T7', made(on.root, 'main', { says: 'mended', files: { T7: 'x\n', T3: undefined } }));
    expect((await merge(on.iteration, MAIN, on.context)).outcome).toBe('landed');
    expect(landed(on)).toBe(others('T3'));
  });

  it.each([
    ['the first of them', 'test -f T1', ['T1'], 'T2 T3'],
    ['the last of them', 'test -f T3', ['T3'], 'T1 T2'],
    ['two of them, each for itself,', 'test -f T1 || test -f T3', ['T1', 'T3'], 'T2'],
  ])('%s red: goes back, and the others land', async (_which, bad, blamed, rest) => {
    const on = await batch(bad, 'T1 build', 'T2 build', 'T3 build');
    expect([culprits(await merge(on.iteration, MAIN, on.context)), landed(on)]).toEqual([blamed, rest]);
  });

  it('on a target that is red itself: nobody is blamed, nothing moves', async () => {
    const on = await batch('test -f start.txt', 'T1 build', 'T2 build');
    const before = tip(on);
    const result = await merge(on.iteration, MAIN, on.context);
    expect([result.outcome, culprits(result), tip(on)]).toEqual(['refused', [], before]);
    expect(new Set(Object.values(phases(on)))).toEqual(new Set(['accepted']));
  });
});

describe('work that goes back', () => {
  it('takes what needs it along', async () => {
    const on = await batch('test -f T2', 'T1 build', 'T2 build', 'T3 more < T2');
    expect(culprits(await merge(on.iteration, MAIN, on.context))).toEqual(['T2']);
    expect([landed(on), phases(on)]).toEqual(['T1', { T1: 'merged', T2: 'rejected', T3: 'waiting' }]);
  });

  it('stays sent back when the landing of the others is taken back', async () => {
    const on = await batch('test -f T2', 'T1 build', 'T2 build');
    const before = tip(on);
    await merge(on.iteration, MAIN, on.context);
    await undo(on.iteration, on.context);
    expect([tip(on), phases(on)]).toEqual([before, { T1: 'accepted', T2: 'rejected' }]);
  });
});

describe('nothing lands, and nobody is sent back', () => {
  it('when a review has looked at all of them together: the one to blame is named', async () => {
    const on = await batch('test -f T2', 'T1 build', 'T2 build', 'T3 review < T1 T2');
    const before = tip(on);
    const result = await merge(on.iteration, MAIN, on.context);
    expect([result.outcome, culprits(result), tip(on)]).toEqual(['refused', ['T2'], before]);
    expect(phases(on)).toEqual({ T1: 'accepted', T2: 'accepted', T3: 'accepted' });
  });

  it('when a person wants all or nothing, or has named the tasks: one run', async () => {
    const on = await batch('test -f T2', 'T1 build', 'T2 build');
    const answers = [
      await merge(on.iteration, { ...MAIN, whole: true }, on.context),
      await merge(on.iteration, { ...MAIN, tasks: [taskId('T1'), taskId('T2')] }, on.context),
    ];
    expect(answers.map((answer) => [answer.outcome, culprits(answer)])).toEqual([
      ['refused', []],
      ['refused', []],
    ]);
    expect(on.runs()).toBe(1);
  });

  it('when there is but one branch', async () => {
    const on = await batch('test -f T1', 'T1 build');
    expect([(await merge(on.iteration, MAIN, on.context)).outcome, on.runs()]).toEqual(['refused', 1]);
    expect(phases(on)).toEqual({ T1: 'accepted' });
  });

  it('when a file is missing that nobody made: without any run but the first', async () => {
    const on = await batch('test -f T2', 'T1 build', 'T2 build');
    const file = path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md');
    writeFileSync(file, `${readFileSync(file, 'utf8')}- [ ] MUST \`there\` file \`never.txt\` exists\n`);
    const result = await merge(on.iteration, MAIN, on.context);
    expect([result.outcome, culprits(result), on.runs()]).toEqual(['refused', [], 1]);
  });

  it('when it is only asked what would happen', async () => {
    const on = await batch('test -f T2', 'T1 build', 'T2 build');
    const before = tip(on);
    const result = await merge(on.iteration, { ...MAIN, dryRun: true }, on.context);
    expect([result.outcome, culprits(result), tip(on)]).toEqual(['planned', ['T2'], before]);
    expect(phases(on)).toEqual({ T1: 'accepted', T2: 'accepted' });
  });
});

describe('a merge that was ended', () => {
  it('in the middle of the search asks for no tree again that was judged', async () => {
    const on = await batch('test -f T1 && test -f T3', 'T1 build', 'T2 build', 'T3 build');
    const stop = new AbortController();
    const context: Context = {
      ...on.context,
      signal: stop.signal,
      say: (line) => line.endsWith(': green') && stop.abort(),
    };
    await expect(merge(on.iteration, MAIN, context)).rejects.toThrow();
    const judged = on.runs();
    expect(judged).toBeGreaterThan(1);
    expect(culprits(await merge(on.iteration, MAIN, on.context))).toEqual(['T3']);
    expect([landed(on), evidence(on).length]).toEqual(['T1 T2', on.runs()]);
  });

  it('behind the move of the target still sends the work back', async () => {
    const on = await batch('test -f T2', 'T1 build', 'T2 build');
    const before = commitId(tip(on));
    const after = commitId(sh(on.root, 'rev-parse', 'T1'));
    const work = { task: taskId('T2'), attempt: 1, onto: after, archive: 'refs/iter/archive/001-story/T2/1', reset: [taskId('T2')] };
    await on.run.record({
      type: 'landing-started',
      target: MAIN.target,
      before,
      after,
      tree: sh(on.root, 'rev-parse', 'T1^{tree}') as never,
      tasks: [taskId('T1')],
      backup: 'refs/iter/backup/001-story/x',
      sentBack: [{ ...work, failures: [{ id: 'tests', message: 'exit 1' }] }],
    });
    sh(on.root, 'merge', '--quiet', '--ff-only', after);
    await merge(on.iteration, MAIN, on.context);
    expect(phases(on)).toEqual({ T1: 'merged', T2: 'rejected' });
  });
});
