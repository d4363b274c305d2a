import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, iter, startIter } from '../rig/cli.ts';
import { repositoryWith } from '../rig/repository.ts';
import { letters } from '../rig/tokens.ts';
import { until } from '../rig/until.ts';

const SECRET = 'correct-horse-battery';
const TOKEN = `npm_${letters(36)}`;
const AGENT = `command:${process.execPath} ${path.resolve(import.meta.dirname, '..', 'rig', 'leaky-agent.mjs')}`;

const WORKFLOW = `version: 1
name: leaky
description: One task with a report.
environments: { dev: { human: optional } }
defaults: { timeout: 5m, retry: { max: 1 }, permission: edit }
steps:
  - id: build
    title: Build it
    role: builder
    prompt: "Build it."
    deliverables: [{ id: notes, path: NOTES.md }]
    checks:
      - commits: { min: 1 }
      - { id: shown, command: "cat piece.txt" }
`;

/** What a terminal acts on. */
// oxlint-disable-next-line no-control-regex
const ORDERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

/** The files of a folder that have one of these texts in them. */
function filesWith(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => texts.some((text) => readFileSync(file).includes(text)));
}

it('secrets of an agent are in no log, event, message, value, report or prompt, and no order of it reaches the terminal', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n', 'workflows/leaky.yaml': WORKFLOW });
  const env = { ITER_LEAK_SECRET: SECRET, ITER_LEAK_OTHER: TOKEN };
  await done(root, ['new', 'try', '--agent', AGENT, '-w', 'leaky']);
  const directory = path.join(root, 'iterations', '001-try');
  writeFileSync(path.join(directory, 'CONTEXT.md'), `Use ${TOKEN}.\n`);
  const launched = await done(root, ['launch'], env);
  // a person's own file is left alone
  expect(filesWith(directory, [SECRET, TOKEN])).toEqual([path.join(directory, 'CONTEXT.md')]);
  const redacted = filesWith(directory, ['I use [redacted] and [redacted]']).map((file) => path.relative(directory, file));
  expect(redacted.toSorted()).toEqual([
    '.run/attempts/T1-before-2/NOTES.md',
    '.run/events.jsonl',
    expect.stringMatching(/^\.run\/quarantine\//),
    'INTER_AGENT_MESSAGES.md',
    'NOTES.md',
    'ORCHESTRATION_LOG.md',
    'context/plan/key.txt',
  ]);
  expect(readFileSync(path.join(directory, '.run', 'prompts', 'T1-2.md'), 'utf8')).toContain('Use [redacted].');
  const log = readFileSync(path.join(directory, '.run', 'logs', 'T1-1.log'), 'utf8');
  expect(log).toContain(`I use ${'*'.repeat(SECRET.length)} and ${'*'.repeat(TOKEN.length)}`);
  expect(eventsOf(directory).filter((event) => event.type === 'status-claimed')).toHaveLength(2);

  const asked = [
    ['status'],
    ['status', '--json'],
    ['logs', 'T1'],
    ['logs', 'T1', '--json'],
    ['message', 'list'],
    ['message', 'list', '--json'],
  ];
  const more = [['ctx', 'get', 'plan.key'], ['ctx', 'get', 'plan.key', '--json'], ['monitor', '--why', 'T1'], ['inbox'], ['validate']];
  const said = await Promise.all([...asked, ...more].map((argv) => iter(root, argv, env)));
  const following = startIter(root, ['logs', 'T1', '-f'], env);
  await until(following.said, (text) => text.includes('fatal:'), 30_000);
  process.kill(following.pid, 'SIGINT');
  const shown = [launched, ...said, await following.ended].flatMap(({ stdout, stderr }) => [stdout, stderr]);
  expect(shown.filter((text) => ORDERS.test(text))).toEqual([]);
  expect(shown.filter((text) => text.includes('I use')).length).toBeGreaterThan(5);
});
