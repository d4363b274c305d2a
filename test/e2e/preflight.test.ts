import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith } from '../rig/repository.ts';

interface Place {
  readonly root: string;
  readonly directory: string;
  /** One line for every run of the test command. */
  readonly runs: () => number;
  readonly mend: () => void;
}

/** One task whose test command prints a line and fails until it is mended. */
async function withTests(red: boolean): Promise<Place> {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const state = path.join(path.dirname(root), 'state');
  mkdirSync(state);
  if (red) writeFileSync(path.join(state, 'red'), '');
  const program = path.join(state, 'tests.sh');
  writeFileSync(program, `echo run >> ${state}/runs\necho "3 tests, the last one fails"\ntest ! -e ${state}/red\n`);
  await done(root, ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root), '--input', `test_command=sh ${program}`]);
  const runs = (): number =>
    existsSync(path.join(state, 'runs')) ? readFileSync(path.join(state, 'runs'), 'utf8').split('\n').length - 1 : 0;
  return { root, directory: path.join(root, 'iterations', '001-try'), runs, mend: () => rmSync(path.join(state, 'red')) };
}

describe('a launch with --baseline', () => {
  it('starts no agent when a command of the criteria is red on the base, and says which with the end of its output', async () => {
    const { root, directory } = await withTests(true);
    const launched = await iter(root, ['launch', '--baseline']);
    expect(launched.exit).toBe(3);
    expect(launched.stderr).toMatch(/red before any work: sh .*tests\.sh: exit 1[^\n]*\n {4}3 tests, the last one fails\n/);
    expect(eventsOf(directory).filter((event) => event.type === 'attempt-started')).toEqual([]);
  });

  it('goes on when that is allowed', async () => {
    const { root, directory } = await withTests(true);
    const launched = await iter(root, ['launch', '--allow-red']);
    expect(launched.stderr).toContain('red before any work');
    expect(eventsOf(directory).filter((event) => event.type === 'attempt-started').length).toBeGreaterThan(0);
  });

  it('leaves out what a person waives, and does not take it for green', async () => {
    const { root, directory, runs } = await withTests(true);
    const file = path.join(directory, 'COMPLETION_CRITERIA.md');
    const before = readFileSync(file, 'utf8');
    const waived = before.replace(/^- \[ \] (.*command `sh .*)$/gm, '- [x] $1 (waived by Ada: mended next week)');
    expect(waived).not.toBe(before);
    writeFileSync(file, waived);
    await done(root, ['doctor', '--for', '1']);
    expect(runs()).toBe(0);
    writeFileSync(file, before);
    expect((await iter(root, ['launch', '--baseline'])).exit).toBe(3);
  });

  it('tries a red command again, and one that was green not', async () => {
    const { root, runs, mend } = await withTests(true);
    await iter(root, ['launch', '--baseline']);
    expect(runs()).toBe(1);
    mend();
    expect((await iter(root, ['doctor', '--for', '1'])).exit).toBe(0);
    expect(runs()).toBe(2);
    await done(root, ['doctor', '--for', '1']);
    expect(runs()).toBe(2);
  });
});

describe('iter doctor --for', () => {
  it('answers eight questions about an iteration and changes nothing', async () => {
    const { root, directory } = await withTests(false);
    const events = eventsOf(directory).length;
    const { findings } = jsonOf(await done(root, ['doctor', '--for', 'try', '--json'])) as { findings: { check: string; state: string }[] };
    expect(findings.map(({ check, state }) => `${check} ${state}`)).toEqual([
      'repository good',
      'agents good',
      'tools good',
      'disk good',
      'worktrees good',
      'criteria good',
      'estimate good',
      'baseline good',
    ]);
    expect(eventsOf(directory)).toHaveLength(events);
  });

  it('names what is in the way, all of it, and ends with 1', async () => {
    const { root, directory } = await withTests(true);
    writeFileSync(path.join(root, 'README.md'), 'edited\n');
    const place = path.join(path.dirname(root), 'project-worktrees', '001-try', 'T1');
    mkdirSync(place, { recursive: true });
    writeFileSync(path.join(place, 'mine.txt'), 'mine\n');
    const criteria = path.join(directory, 'COMPLETION_CRITERIA.md');
    writeFileSync(criteria, readFileSync(criteria, 'utf8').replace(/`sh [^`]*`/, '`no-such-program --all`'));
    const looked = await iter(root, ['doctor', '--for', '1']);
    expect(looked.exit).toBe(1);
    for (const said of [
      'not committed: README.md',
      'need no-such-program, not on PATH',
      'T1 exists and is no worktree',
      'red before any work',
    ])
      expect(looked.stdout).toContain(said);
  });
});
