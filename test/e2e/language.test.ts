import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, sh, write } from '../rig/repository.ts';

const WORKFLOW = `version: 1
name: two-ways
description: Goes one of two ways, counts, and asks.
triggers: [a test]
inputs: { issue: { type: string, default: "nothing; touch /tmp/never" } }
environments: { dev: { human: optional }, prod: { human: required }, quiet: { human: optional } }
steps:
  - id: triage
    role: planner
    deliverables: [{ id: triage, path: context/triage.md, fields: { kind: [code, words], big: boolean } }]
  - id: code
    stage: work
    role: builder
    when: steps.triage.outputs.kind == 'code' && steps.triage.outputs.big
    checks: [{ commits: { min: 1 } }]
  - id: words
    stage: work
    role: doc
    when: steps.triage.outputs.kind == 'words'
    deliverables: [{ id: words, path: context/words.md, checks: [{ headings: [Summary] }] }]
  - id: note
    run: node note.mjs
    values: { issue: "{{ inputs.issue }}", own: "{{ iteration.slug }}" }
  - id: go
    human: { ask: Ship it?, who: lead, show: [triage], mode: { prod: required, quiet: off } }
    gate: { on_reject: { goto: code } }
`;

const NOTE =
  "import { writeFileSync } from 'node:fs';\nwriteFileSync('note.txt', [process.env.ITER_INPUT_ISSUE, process.env.ITER_INPUT_OWN].join());\n";

async function made(fields: string, ...flags: readonly string[]): Promise<{ root: string; directory: string }> {
  const root = repositoryWith({ 'note.mjs': NOTE });
  write(root, { '../two-ways.yaml': WORKFLOW });
  await done(root, ['new', 'try', '-w', '../two-ways.yaml', '--agent', 'rehearsal', ...flags]);
  const directory = path.join(root, 'iterations', '001-try');
  appendFileSync(path.join(directory, 'rehearsal.yaml'), `T1.fields: ${fields}\n`);
  return { root, directory };
}

async function states(root: string): Promise<Record<string, string>> {
  const { tasks } = jsonOf(await done(root, ['status', '--json'])) as { tasks: { step: string; state: string }[] };
  return Object.fromEntries(tasks.map((task) => [task.step, task.state]));
}

describe('a condition', () => {
  it.each([
    { fields: 'kind=code, big=true', code: 'accepted', words: 'skipped' },
    { fields: 'kind=code, big=false', code: 'skipped', words: 'skipped' },
    { fields: 'kind=words', code: 'skipped', words: 'accepted' },
  ])('over fields of a step before decides who works: $fields', async ({ fields, code, words }) => {
    const { root } = await made(fields);
    await done(root, ['launch']);
    expect(await states(root)).toEqual({ triage: 'accepted', code, words, note: 'accepted', go: 'accepted' });
    expect((await iter(root, ['validate'])).exit).toBe(0);
  });

  it('meets only fields that are there and right: others send the task back with what to write', async () => {
    const { root, directory } = await made('kind=poetry');
    expect((await iter(root, ['launch'])).exit).toBe(1);
    const sentBack = eventsOf(directory).find((event) => event.type === 'task-sent-back');
    expect(sentBack?.['failures']).toEqual([
      { id: 'T1.fields', message: 'context/triage.md: front matter "kind" is "poetry"; write one of code, words' },
    ]);
  });
});

describe('a command as a step', () => {
  it('gets the inputs as variables, and what it leaves in its worktree lands', async () => {
    const { root } = await made('kind=words');
    await done(root, ['launch']);
    await done(root, ['merge']);
    expect(sh(root, 'show', 'main:note.txt')).toBe('nothing; touch /tmp/never,try');
    expect(existsSync('/tmp/never')).toBe(false);
  });
});

describe('a person as a step', () => {
  it('is not waited for where the environment says so', async () => {
    const { root } = await made('kind=words', '--env', 'quiet');
    await done(root, ['launch']);
    expect((await states(root))['go']).toBe('skipped');
  });

  it('is asked, says no with a reason that reaches the prompt, is asked again, and says yes', async () => {
    const { root, directory } = await made('kind=code, big=true', '--env', 'prod');
    const first = await iter(root, ['launch']);
    expect({ exit: first.exit, asked: first.stderr.includes('T5-checkpoint-1: lead: Ship it? See') }).toEqual({ exit: 5, asked: true });
    expect((await iter(root, ['merge'])).exit).toBe(3);
    await done(root, ['reject', '-m', 'the error path is missing']);
    expect((await iter(root, ['launch'])).exit).toBe(5);
    expect(readFileSync(path.join(directory, '.run', 'prompts', 'T2-2.md'), 'utf8')).toContain('> the error path is missing');
    await done(root, ['approve']);
    await done(root, ['launch']);
    expect((await iter(root, ['merge'])).exit).toBe(0);
  });

  it('who aborts ends the run', async () => {
    const { root } = await made('kind=words', '--env', 'prod');
    await iter(root, ['launch']);
    await done(root, ['decide', '--option', 'abort', '-m', 'not this year']);
    expect({ exit: (await iter(root, ['launch'])).exit, go: (await states(root))['go'] }).toEqual({ exit: 1, go: 'failed' });
  });
});
