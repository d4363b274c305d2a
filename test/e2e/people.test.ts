import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, sh, write } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const WORKFLOW = `version: 1
name: asked
environments:
  dev: { human: optional }
  prod: { human: required, timeout: BOX, on_timeout: THEN }
steps:
  - id: plan
    role: planner
    deliverables: [{ id: plan, path: context/plan.md, checks: [{ headings: [Summary] }] }]
  - id: go
    human: { ask: Go on?, show: [plan], may: [approve, reject, edit, inject, skip, rescope, override, prioritise, abort] }
    gate: { on_reject: { goto: plan } }
  - id: build
    role: builder
    deliverables: [{ id: notes, path: context/notes.md, checks: [{ contains: [Summary] }] }]
    checks: [{ commits: { min: 1 } }]
  - id: doc
    role: doc
    deliverables: [{ id: doc, path: context/doc.md, checks: [{ headings: [Summary] }] }]
`;

interface Place {
  readonly root: string;
  readonly directory: string;
}

async function made(environment: string, box = '2d', then = 'pause'): Promise<Place> {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  write(root, { '../asked.yaml': WORKFLOW.replace('BOX', box).replace('THEN', then) });
  await done(root, ['new', 'try', '-w', '../asked.yaml', '--agent', 'rehearsal', '--env', environment]);
  return { root, directory: path.join(root, 'iterations', '001-try') };
}

async function states(root: string): Promise<Record<string, string>> {
  const { tasks } = jsonOf(await done(root, ['status', '--json'])) as { tasks: { id: string; state: string }[] };
  return Object.fromEntries(tasks.map((task) => [task.id, task.state]));
}

const started = (directory: string): string[] =>
  eventsOf(directory)
    .filter((event) => event.type === 'attempt-started')
    .map((event) => `${String(event.task)}-${String(event['attempt'])}`);

const prompt = (directory: string, name: string): string => readFileSync(path.join(directory, '.run', 'prompts', `${name}.md`), 'utf8');

describe('a person who is asked', () => {
  it('may change the scope: it is written down, and the work goes back with it', async () => {
    const { root, directory } = await made('prod');
    expect((await iter(root, ['launch'])).exit).toBe(5);
    expect((await iter(root, ['decide', '--option', 'rescope'])).stderr).toContain('"rescope" needs a reason');
    await done(root, ['decide', '--option', 'rescope', '-m', 'leave the exports out']);
    expect((await iter(root, ['launch'])).exit).toBe(5);
    expect(readFileSync(path.join(directory, 'CONTEXT.md'), 'utf8')).toMatch(
      /## Change of scope, .* UTC, by [^\n]+\n\nleave the exports out\n/,
    );
    expect(prompt(directory, 'T1-2')).toContain('leave the exports out');
  });

  it('may put a file of theirs in the place of one that is shown; it takes the same checks, and they are asked again', async () => {
    const { root, directory } = await made('prod');
    await iter(root, ['launch']);
    write(root, { 'mine.md': '# Plan\n\n## Summary\n\nmine\n' });
    await done(root, ['decide', '--option', 'edit', '--artifact', 'context/plan.md=mine.md']);
    expect((await iter(root, ['launch'])).exit).toBe(5);
    expect(readFileSync(path.join(directory, 'context', 'plan.md'), 'utf8')).toContain('mine');
    expect(await states(root)).toMatchObject({ T1: 'accepted', T2: 'awaiting-human' });
    expect(eventsOf(directory).findLast((event) => event.type === 'attempt-started')).toMatchObject({ task: 'T1', agent: 'human' });
  });

  it('may leave a task out, do one with files, and override what is open; the override stays a debt', async () => {
    const { root } = await made('prod');
    await iter(root, ['launch']);
    write(root, { 'doc.md': '## Summary\n\nby hand\n' });
    await done(root, ['decide', '--option', 'inject', '--task', 'T4', '--artifact', 'doc.md']);
    await done(root, ['decide', '--option', 'skip', '--task', 'T3', '-m', 'nothing to build']);
    await done(root, ['decide', '--option', 'override', '-m', 'in a hurry']);
    await done(root, ['launch']);
    expect(await states(root)).toEqual({ T1: 'accepted', T2: 'accepted', T3: 'skipped', T4: 'accepted' });
    const verdict = jsonOf(await iter(root, ['validate', '--json'])) as { decision: string; missed: string[] };
    expect(verdict).toMatchObject({ decision: 'GO_WITH_CAUTION', missed: [expect.stringContaining('T2.override')] });
  });

  it('finds the question in a file, in the form of an escalation, and later its answer', async () => {
    const { root, directory } = await made('prod');
    await iter(root, ['launch']);
    const file = path.join(directory, 'escalations', 'T2-checkpoint-1.md');
    const open = readFileSync(file, 'utf8');
    for (const part of [
      '**Issue**: Go on?',
      '**Workflow stage**: go (T2',
      '1. `approve` - yes: go on',
      '**Recommendation**: ',
      '**Blocking**: T2, T3, T4',
      'iter decide T2-checkpoint-1',
    ])
      expect(open).toContain(part);
    await done(root, ['approve', '-m', 'fine']);
    await done(root, ['launch']);
    expect(readFileSync(file, 'utf8')).toMatch(/\*\*Answer\*\*: `approve` by .*: fine/);
  });

  it('has a time, after which happens what the environment says', async () => {
    const going = await made('prod', '1ms', 'proceed');
    await iter(going.root, ['launch']);
    await done(going.root, ['launch']);
    expect(eventsOf(going.directory).find((event) => event.type === 'decision-made')).toMatchObject({
      by: 'the time box',
      option: 'approve',
    });
    const asking = await made('prod', '1ms', 'escalate');
    await iter(asking.root, ['launch']);
    expect((await iter(asking.root, ['launch'])).exit).toBe(5);
    const { decisions } = jsonOf(await iter(asking.root, ['decide', '--json'])) as { decisions: { id: string; question: string }[] };
    expect(decisions[0]).toMatchObject({ id: 'T2-checkpoint-1-overdue', question: expect.stringMatching(/^overdue: Go on\?/) as string });
  });

  it('may answer while a launch waits for them', async () => {
    const { root, directory } = await made('prod');
    const launched = iter(root, ['launch', '--wait']);
    try {
      await until(() => eventsOf(directory).some((event) => event.type === 'decision-requested'), Boolean, 30_000);
      await done(root, ['approve']);
      expect((await launched).exit).toBe(0);
    } finally {
      // one that waits would wait for ever
      await iter(root, ['stop']);
    }
  });

  it('is no agent', async () => {
    const { root } = await made('prod');
    await iter(root, ['launch']);
    const refused = await iter(root, ['approve'], { ITER_TASK: 'T1' });
    expect({ exit: refused.exit, said: refused.stderr }).toEqual({
      exit: 2,
      said: expect.stringContaining('an agent does not decide') as string,
    });
  });
});

describe('work that is done again', () => {
  it('takes what needs it along; what finds everything as it was is not done again', async () => {
    const { root, directory } = await made('dev');
    await done(root, ['launch']);
    const before = started(directory);
    await done(root, ['retry', 'T3']);
    await done(root, ['launch']);
    expect(started(directory).slice(before.length)).toEqual(['T3-2']);
    expect(
      eventsOf(directory)
        .filter((event) => event.type === 'task-still-valid')
        .map((event) => event.task),
    ).toEqual(['T4']);
    await done(root, ['retry', 'T3', '--feedback', 'shorter names']);
    await done(root, ['launch']);
    expect(started(directory).slice(before.length)).toEqual(['T3-2', 'T3-3', 'T4-2']);
    expect(prompt(directory, 'T3-3')).toContain('shorter names');
    await done(root, ['merge']);
  });

  it('may start from a step, with a file of words', async () => {
    const { root, directory } = await made('dev');
    await done(root, ['launch']);
    write(root, { 'words.txt': 'say what it costs\n' });
    await done(root, ['launch', '--from', 'plan', '--feedback', '@words.txt']);
    expect(prompt(directory, 'T1-2')).toContain('say what it costs');
    expect((await iter(root, ['launch', '--from', 'plam'])).stderr).toContain('there is no task or step "plam"');
  });

  it('is refused once it has landed', async () => {
    const { root } = await made('dev');
    await done(root, ['launch']);
    await done(root, ['merge']);
    const refused = await iter(root, ['retry', 'T1', '--iteration', 'try']);
    expect({ exit: refused.exit, said: refused.stderr }).toEqual({
      exit: 2,
      said: expect.stringContaining('take it back first: iter undo') as string,
    });
    expect(sh(root, 'status', '--short')).not.toContain('.run');
  });
});
