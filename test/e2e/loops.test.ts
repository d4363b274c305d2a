import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../rig/cli.ts';
import { done, jsonOf, eventsOf, iter } from '../rig/cli.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh, write } from '../rig/repository.ts';

interface Place {
  readonly root: string;
  readonly directory: string;
}

/** The whole workflow for two parts: T1 plans, T2 and T3 build, T4 reviews, T5 documents. */
async function reviewed(...flags: readonly string[]): Promise<Place> {
  return made(['--input', 'parts=tax,cart', ...flags]);
}

/** One part without a review. */
async function onePart(...flags: readonly string[]): Promise<Place> {
  return made(flags, true);
}

async function made(flags: readonly string[], parts = false): Promise<Place> {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const workflow = parts ? ['-w', partsWorkflow(root)] : [];
  const agent = flags.includes('--agent') ? [] : ['--agent', 'rehearsal'];
  await done(root, ['new', 'try', ...agent, ...workflow, ...flags]);
  return { root, directory: path.join(root, 'iterations', '001-try') };
}

/** How often each task was started. */
function attempts(directory: string): Record<string, number> {
  const started = eventsOf(directory).filter((event) => event.type === 'attempt-started');
  return Object.fromEntries(['T1', 'T2', 'T3', 'T4', 'T5'].map((id) => [id, started.filter((event) => event.task === id).length]));
}

function last(directory: string, type: string): LoggedEvent | undefined {
  return eventsOf(directory).findLast((event) => event.type === type);
}

const prompt = (directory: string, name: string): string => readFileSync(path.join(directory, '.run', 'prompts', `${name}.md`), 'utf8');

describe('a review', () => {
  it('that rejects once sends back only the task it names, quotes the finding, and then accepts', async () => {
    const { root, directory } = await reviewed('--rehearse', 'T4=reject');
    const launched = await iter(root, ['launch']);
    expect({ exit: launched.exit, attempts: attempts(directory), goto: last(directory, 'review-rejected')?.['goto'] }).toEqual({
      exit: 0,
      attempts: { T1: 1, T2: 2, T3: 1, T4: 2, T5: 1 },
      goto: ['T2'],
    });
    expect(prompt(directory, 'T2-2')).toContain('the edge cases are not covered; add them and say which ones');
  });

  it.each([
    { option: 'again', exit: 0, reviews: 4 },
    { option: 'accept', exit: 0, reviews: 3 },
    { option: 'fail', exit: 1, reviews: 3 },
  ])('that rejects for the third time asks a person, who can say $option', async ({ option, exit, reviews }) => {
    const { root, directory } = await reviewed('--rehearse', 'T4=reject:3');
    const asked = await iter(root, ['launch']);
    const decided = await iter(root, ['decide', 'T4-rejection-3', '--option', option]);
    const ended = await iter(root, ['launch']);
    expect({
      exits: [asked.exit, decided.exit, ended.exit],
      asked: asked.stderr.includes('iter decide T4-rejection-3 --option again'),
      reviews: attempts(directory)['T4'],
    }).toEqual({ exits: [5, 0, exit], asked: true, reviews });
  });

  it('that a person sends round once more hands on the findings and what the person said', async () => {
    const { root, directory } = await reviewed('--rehearse', 'T4=reject:3');
    await iter(root, ['launch']);
    await done(root, ['reject', '-m', 'think of the empty cart']);
    await done(root, ['launch', '--only', 'T2']);
    const told = prompt(directory, 'T2-4');
    expect([told.includes('think of the empty cart'), told.includes('the edge cases are not covered')]).toEqual([true, true]);
  });
});

describe('a task whose checks fail', () => {
  it('works again with the failed check in its prompt', async () => {
    const { root, directory } = await onePart('--rehearse', 'T1=fail');
    const launched = await iter(root, ['launch']);
    expect({ exit: launched.exit, starts: attempts(directory)['T1'] }).toEqual({ exit: 0, starts: 2 });
    expect(prompt(directory, 'T1-2')).toContain('T1.commits');
    expect(prompt(directory, 'T1-2')).toContain('the agent ended with exit 1');
  });

  it('hears the same from its folder', async () => {
    const { root, directory } = await onePart('--rehearse', 'T1=outside');
    await done(root, ['launch']);
    const told = readFileSync(path.join(path.dirname(root), 'project-worktrees', '001-try', 'T1', '.iter', 'TASK.md'), 'utf8');
    expect([attempts(directory)['T1'], told.includes('T1.protected'), told.includes('iterations/outside.txt')]).toEqual([2, true, true]);
  });

  it('fails for good when its attempts are used up, and nothing lands', async () => {
    const { root, directory } = await onePart('--rehearse', 'T1=fail:always');
    const launched = await iter(root, ['launch']);
    const merged = await iter(root, ['merge']);
    expect({
      exits: [launched.exit, merged.exit],
      starts: attempts(directory)['T1'],
      why: String(last(directory, 'task-failed')?.['reason']).includes('2 attempts used up'),
      commits: sh(root, 'rev-list', '--count', 'main'),
    }).toEqual({ exits: [1, 3], starts: 2, why: true, commits: '1' });
  });
});

describe('work that does not go together', () => {
  it('goes round until both contributions fit, and both land', async () => {
    const { root, directory } = await onePart('--input', 'parts=tax,cart', '--rehearse', 'T1=conflict', '--rehearse', 'T2=conflict');
    await done(root, ['launch']);
    const conflict = await iter(root, ['merge']);
    const unmoved = sh(root, 'rev-list', '--count', 'main');
    const again = await iter(root, ['launch']);
    const landed = await iter(root, ['merge']);
    expect({
      exits: [conflict.exit, again.exit, landed.exit],
      unmoved,
      sentBack: last(directory, 'merge-conflicted')?.task,
      both: sh(root, 'show', 'main:rehearsal/shared.txt').split('\n').toSorted(),
      clean: sh(root, 'status', '--porcelain'),
    }).toEqual({
      exits: [7, 0, 0],
      unmoved: '1',
      sentBack: 'T2',
      both: ['T1 was here', 'T2 was here'],
      clean: '?? iterations/',
    });
  });

  it('is settled by the person who asks for it, and not before the markers are gone', async () => {
    const { root } = await onePart('--input', 'parts=tax,cart', '--rehearse', 'T1=conflict', '--rehearse', 'T2=conflict');
    await done(root, ['launch']);
    const none = await iter(root, ['resolve', 'T2']);
    await iter(root, ['merge']);
    const handed = jsonOf(await done(root, ['resolve', 'T2', '--json']));
    const worktree = String(handed['worktree']);
    const asked = await iter(root, ['launch']);
    const early = await iter(root, ['decide', 'T2-manual-2', '--option', 'done']);
    write(worktree, { 'rehearsal/shared.txt': 'T1 was here\nand so was T2\n' });
    sh(worktree, 'add', '--all');
    await done(root, ['decide', 'T2-manual-2', '--option', 'done']);
    const exits = [asked.exit, early.exit, (await iter(root, ['launch'])).exit, (await iter(root, ['merge'])).exit];
    expect({ none: [none.exit, none.stderr.trim()], handed, exits, landed: sh(root, 'show', 'main:rehearsal/shared.txt') }).toEqual({
      none: [2, 'T2 has no conflict to resolve; see iter status'],
      handed: { schemaVersion: 1, iteration: '001-try', task: 'T2', worktree, paths: ['rehearsal/shared.txt'], decision: 'T2-manual-2' },
      exits: [5, 2, 0, 0],
      landed: 'T1 was here\nand so was T2',
    });
    expect(early.stderr).toContain('has a conflict that is not settled');
  });

  it('is found before a review that needs both, and settled without a person', async () => {
    const { root, directory } = await reviewed('--rehearse', 'T2=conflict', '--rehearse', 'T3=conflict');
    const launched = await iter(root, ['launch']);
    await done(root, ['merge']);
    expect({
      exit: launched.exit,
      attempts: attempts(directory),
      both: sh(root, 'show', 'main:rehearsal/shared.txt').split('\n').toSorted(),
    }).toEqual({ exit: 0, attempts: { T1: 1, T2: 1, T3: 2, T4: 1, T5: 1 }, both: ['T2 was here', 'T3 was here'] });
  });
});

describe('a person', () => {
  it('hears the question of an agent that is blocked, and the answer reaches its next prompt', async () => {
    const { root, directory } = await onePart('--rehearse', 'T1=block');
    const asked = await iter(root, ['launch']);
    await done(root, ['decide', '--option', 'again', '-m', 'the short format is meant']);
    const ended = await iter(root, ['launch']);
    expect({ exits: [asked.exit, ended.exit], heard: asked.stderr.includes('which of the two formats is meant?') }).toEqual({
      exits: [5, 0],
      heard: true,
    });
    expect(prompt(directory, 'T1-2')).toContain('the short format is meant');
  });

  it.each(['the plan', 'iter approve'])('who does the work by hand says so with %s, and it is judged like any other', async (way) => {
    const { root, directory } = await onePart('--agent', 'manual');
    const handed = await iter(root, ['launch']);
    const worktree = path.join(path.dirname(root), 'project-worktrees', '001-try', 'T1');
    write(worktree, { 'src/tax.js': 'export const tax = 0.2;\n' });
    if (way === 'iter approve') await done(root, ['approve']);
    else {
      const plan = path.join(directory, 'MULTI_AGENT_PLAN.md');
      writeFileSync(plan, readFileSync(plan, 'utf8').replace(/^(\| T1 .*\| )Blocked {4}/m, '$1Completed  '));
    }
    const ended = await iter(root, ['launch']);
    await done(root, ['merge']);
    expect({
      exits: [handed.exit, ended.exit],
      told: handed.stderr.includes(`${worktree}/.iter/TASK.md`),
      landed: sh(root, 'show', 'main:src/tax.js'),
    }).toEqual({ exits: [5, 0], told: true, landed: 'export const tax = 0.2;' });
  });

  it('who says it is done when nothing was done is told what is missing', async () => {
    const { root, directory } = await onePart('--agent', 'manual');
    await iter(root, ['launch']);
    await done(root, ['approve']);
    const again = await iter(root, ['launch']);
    expect([again.exit, last(directory, 'task-sent-back')?.['failures']]).toEqual([5, [expect.objectContaining({ id: 'T1.commits' })]]);
  });
});
