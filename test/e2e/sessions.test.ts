import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, iter } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder } from '../rig/repository.ts';
import { talker } from '../rig/talker.ts';

/** Notes how it was started and what it was sent; its first attempt at a task does nothing, the others work. It has forgotten the session of T2, and T3 fails at first. */
const PROGRAM = `#!/bin/sh
said() { echo "$1" >> "$0.$ITER_TASK"; }
said "$ITER_ATTEMPT $*: $(head -n 1)"
end() { echo '{"type":"result","subtype":"success","is_error":'$1',"session_id":"'$2'","result":"so","usage":{"input_tokens":'$3',"output_tokens":10}}'; }
case "$ITER_TASK-$ITER_ATTEMPT $*" in
  T2-2*resume*) echo 'no such session' >&2; exit 1 ;;
  T3-1' '*) end true s-T3-1 100 ;;
  T?-1' '*) end false "s-$ITER_TASK-1" 100 ;;
  *) echo "$ITER_TASK" > "$ITER_TASK.txt"; end false "s-$ITER_TASK-1" 150 ;;
esac
`;

const DESCRIPTOR = (program: string): string => `name: mine
about: Ours.
binary: ${program}
arguments: ["{permission}"]
permissions: { edit: [--write] }
prompt: stdin
resume: { arguments: [--resume, "{session}", "{permission}"] }
format: claude
usage: { scope: session, reports: [tokens] }
install: ask around
`;

/** It works in its second attempt, and tells what its session has cost so far: 1, then 2 dollars. */
const worker = (name: string, deeds: readonly object[]): string =>
  talker(
    name,
    [
      ...deeds,
      { do: 'cost', usd: 1, attempt: 1 },
      { do: 'cost', usd: 2, attempt: 2 },
      { do: 'tool', kind: 'edit', title: 'write', path: 'piece.txt', text: 'made\n', attempt: 2 },
      { do: 'say', text: 'Done.' },
    ],
    'reports: [usd]',
  );

const step = (id: string, agent = 'mine'): string =>
  `  - { id: ${id}, stage: all, role: builder, agent: ${agent}, prompt: Build., checks: [{ commits: { min: 1 } }] }\n`;

const WORKFLOW = `version: 1
name: four
environments: { dev: { human: optional } }
concurrency: 8
defaults: { timeout: 5m, retry: { max: 0 } }
steps:
${['known', 'forgotten', 'failed', 'fresh'].map((id) => step(id)).join('')}${['keen', 'blank', 'unable'].map((id) => step(id, `${id}+acp`)).join('')}`;

it('the next attempt goes on with the session of the one before: not one the agent has lost, that failed, that is to start fresh, or that was told something else', async () => {
  const program = path.join(temporaryFolder(), 'mine');
  writeFileSync(program, PROGRAM, { mode: 0o755 });
  const root = repositoryWith({
    'workflows/four.yaml': WORKFLOW,
    '.iter/agents/mine.yaml': DESCRIPTOR(program),
    '.iter/agents/keen.yaml': worker('keen', [{ do: 'remember', late: true }]),
    '.iter/agents/blank.yaml': worker('blank', [{ do: 'remember', blank: true }]),
    '.iter/agents/unable.yaml': worker('unable', []),
  });
  const directory = path.join(root, 'iterations', '001-try');
  const runs = (task: string): string[] => readFileSync(`${program}.${task}`, 'utf8').trimEnd().split('\n');
  const prompt = (name: string): string => readFileSync(path.join(directory, '.run', 'prompts', name), 'utf8');
  await done(root, ['new', 'try', '-w', 'four', '--agent', 'mine']);
  expect((await iter(root, ['launch'])).exit).toBe(1);
  await done(root, ['retry', 'T1', 'T2', 'T3', '--feedback', 'Mind the gap.']);
  await done(root, ['retry', 'T5', 'T6', 'T7', '--feedback', 'Mind the gap.']);
  await done(root, ['retry', 'T4', '--fresh']);
  await done(root, ['launch']);

  expect([runs('T1'), runs('T2'), runs('T3'), runs('T4')]).toEqual([
    ['1 --write: ' + head(prompt('T1-1.md')), '2 --resume s-T1-1 --write: # Continue where you were'],
    [
      '1 --write: ' + head(prompt('T2-1.md')),
      '2 --resume s-T2-1 --write: # Continue where you were',
      '2 --write: ' + head(prompt('T2-2.md')),
    ],
    ['1 --write: ' + head(prompt('T3-1.md')), '2 --write: ' + head(prompt('T3-2.md'))],
    ['1 --write: ' + head(prompt('T4-1.md')), '2 --write: ' + head(prompt('T4-2.md'))],
  ]);
  expect(prompt('T2-2.md')).toContain('# Your task');
  expect(prompt('T1-2.md')).toContain('> Mind the gap.');
  expect(prompt('T1-2.md')).not.toContain('# Your task');
  const task = readFileSync(path.join(`${root}-worktrees`, '001-try', 'T1', '.iter', 'TASK.md'), 'utf8');
  expect([task.includes('# Your task'), task.includes('> Mind the gap.')]).toEqual([true, true]);
  // it counts the whole session, and 100 of it were counted before
  const used = eventsOf(directory).filter((event) => event.type === 'usage-reported' && event.task === 'T1');
  expect(used.map(({ usage }) => usage)).toMatchObject([
    { inputTokens: 100, outputTokens: 10 },
    { inputTokens: 50, outputTokens: 0 },
  ]);

  // by the protocol: gone on with, of the same name but empty, and by an agent that says it cannot
  const starts = (task: string): unknown[] =>
    eventsOf(directory)
      .filter((event) => event.type === 'attempt-started' && event.task === task)
      .map(({ attempt, session }) => `${String(attempt)} ${String(session)}`);
  expect([starts('T5'), starts('T6'), starts('T7')]).toEqual([
    ['1 undefined', '2 s-1'],
    ['1 undefined', '2 s-1', '2 undefined'],
    ['1 undefined', '2 undefined'],
  ]);
  for (const [task, whole] of [
    ['T5', false],
    ['T6', true],
    ['T7', true],
  ] as const)
    expect([prompt(`${task}-2.md`).includes('# Your task'), prompt(`${task}-2.md`).includes('> Mind the gap.')]).toEqual([whole, true]);
  // what a session has cost is told in all by those that go on with it
  const paid = eventsOf(directory).filter((event) => event.type === 'usage-reported' && ['T5', 'T7'].includes(String(event.task)));
  const dollars = paid.map(({ task, attempt, usage }) => `${task} ${String(attempt)}: ${(usage as { usd: number }).usd}`);
  expect(new Set(dollars)).toEqual(new Set(['T5 1: 1', 'T5 2: 1', 'T7 1: 1', 'T7 2: 2']));

  appendFileSync(path.join(directory, 'CONTEXT.md'), '\nSomething new.\n');
  await done(root, ['retry', 'T1', '--feedback', 'Read the context again.']);
  await done(root, ['launch']);
  expect(runs('T1').at(-1)).toBe('3 --write: ' + head(prompt('T1-3.md')));
});

const head = (text: string): string => text.split('\n')[0] ?? '';
