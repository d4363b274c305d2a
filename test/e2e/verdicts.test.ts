import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder } from '../rig/repository.ts';

const recorded = (name: string): string => fileURLToPath(new URL(`../fixtures/streams/${name}.jsonl`, import.meta.url));
const line = (event: object): string => `echo '${JSON.stringify(event)}'`;

const calling = (id: string): object => ({ type: 'assistant', message: { content: [{ type: 'tool_use', id, name: 'Bash' }] } });

/** Writes lines as claude and qwen do, differently for each task; T1 and T6 have a key from their second attempt on, T4 is let through the second time, T5 goes on and on. */
const PROGRAM = `#!/bin/sh
work() { echo "$ITER_TASK" > "$ITER_TASK.txt"; }
case "$ITER_TASK-$ITER_ATTEMPT" in
  T1-1|T6-1) cat '${recorded('qwen.401')}' ;;
  T2-1) work; ${line({ type: 'result', subtype: 'success', is_error: true, result: 'overloaded' })} ;;
  T3-1) ${line({ type: 'system', subtype: 'init', session_id: 's' })} ;;
  T4-1)
    if mkdir "$0.refused" 2>/dev/null; then
      ${line({ type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1_700_000_000, rateLimitType: 'five_hour' } })}
      exit 1
    fi
    work; cat '${recorded('qwen.hello')}' ;;
  T5-1)
    ${line(calling('a'))}
    ${line(calling('b'))}
    exec sleep 600 ;;
  *) work; cat '${recorded('qwen.hello')}' ;;
esac
`;

const step = (id: string): string => `  - { id: ${id}, stage: all, role: builder, prompt: "Build.", checks: [{ commits: { min: 1 } }] }`;

const WORKFLOW = `version: 1
name: five
environments: { dev: { human: optional } }
concurrency: 6
defaults: { timeout: 5m, retry: { max: 0 } }
steps:
${['one', 'two', 'three'].map(step).join('\n')}
  - { id: four, stage: all, role: builder, provider: other, prompt: "Build.", checks: [{ commits: { min: 1 } }] }
  - { id: five, stage: all, role: builder, max_turns: 1, prompt: "Build." }
${step('six')}
`;

const DESCRIPTOR = (program: string): string => `name: mine
about: Ours.
binary: ${program}
arguments: []
prompt: stdin
format: claude
usage: { reports: [] }
install: ask around
`;

it('what an agent says of its end counts: a person is asked to sign in, trouble is weighed against the work, a refusal is waited for, tool calls are counted', async () => {
  const program = path.join(temporaryFolder(), 'mine');
  writeFileSync(program, PROGRAM, { mode: 0o755 });
  const root = repositoryWith({ 'workflows/five.yaml': WORKFLOW, '.iter/agents/mine.yaml': DESCRIPTOR(program) });
  const events = () => eventsOf(path.join(root, 'iterations', '001-try'));
  const status = async () => jsonOf(await done(root, ['status', '--json']));
  await done(root, ['new', 'try', '-w', 'five', '--agent', 'mine']);

  const first = await iter(root, ['launch']);
  expect([first.exit, await status()]).toMatchObject([
    5,
    {
      tasks: [
        { state: 'awaiting-human' },
        { state: 'accepted' },
        { state: 'failed' },
        { state: 'accepted', attempt: 1 },
        { state: 'failed', reason: '1 attempt used up; still failing: T5.agent: more than 1 tool call' },
        { state: 'awaiting-human' },
      ],
      decisions: [
        {
          question: expect.stringMatching(
            /^mine is not signed in: \[API Error: 401 Incorrect API key provided\]; (?:T1, T6|T6, T1) wait for it$/,
          ) as string,
        },
      ],
    },
  ]);
  expect(events().filter(({ type }) => type === 'attempt-ended')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ task: 'T1', exit: 0, verdict: 'auth' }),
      expect.objectContaining({ task: 'T2', exit: 0, verdict: 'error', reason: 'overloaded' }),
      expect.objectContaining({ task: 'T4', exit: 0, verdict: 'ok' }),
    ]),
  );
  expect(events().filter(({ type }) => type === 'provider-limited')).toMatchObject([
    { provider: 'other', task: 'T4', guessed: false, reason: 'the provider refuses to go on: five_hour' },
  ]);
  expect(events().find(({ type, task }) => type === 'checks-finished' && task === 'T2')?.['warnings']).toEqual([
    { id: 'T2.agent', message: 'the agent ended with an error: overloaded; its work passes every check and is taken all the same' },
  ]);

  expect(events().find(({ type, task }) => type === 'checks-finished' && task === 'T3')?.['failures']).toContainEqual({
    id: 'T3.agent',
    message: 'the agent ended with exit 0 in the middle: its output has no end',
  });

  await done(root, ['decide', '--option', 'again']);
  expect((await iter(root, ['launch'])).exit).toBe(1);
  expect(await status()).toMatchObject({
    tasks: [{ state: 'accepted', attempt: 2 }, {}, { state: 'failed' }, {}, {}, { state: 'accepted', attempt: 2 }],
  });
});
