import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { parseMessages } from '../../src/files/messages.ts';
import { done, eventsOf, startIter } from '../rig/cli.ts';
import { PIECE, drivenAgents } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { bundled, runNode } from '../rig/program.ts';
import { repositoryWith } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const STRESS = process.env['ITER_STRESS'] !== undefined;
const WRITERS = 50;
const CALLS = STRESS ? 100 : 6;
/** Milliseconds a person goes on saving the plan, at least. */
const SAVING = STRESS ? 20_000 : 2000;

const writer = bundled('writer');
const names = Array.from({ length: WRITERS }, (_, index) => `agent-${index}`);
const callsOf = (kind: number): string[] =>
  names.flatMap((name) =>
    Array.from({ length: CALLS }, (_, call) => call).flatMap((call) => (call % 3 === kind ? [`${name} ${call}`] : [])),
  );
/** The plan without what iter may write in it. */
const withoutCells = (text: string): string =>
  text
    .replaceAll(/^(\| T\d+ .*worktrees.*\| )(Not Started|In Progress|Blocked|Completed|Failed) *\|/gm, '$1?|')
    .replaceAll(/^\| T\d+ \| builder-[^|]*\|.*$/gm, '?')
    .replace(/^\*\*Status:\*\*.*$/m, '**Status:** ?');

it('fifty processes that write while a person saves the plan and a launch runs lose nothing', { timeout: 600_000 }, async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const agents = drivenAgents();
  agents.order('any', [{ do: 'wait-for', file: 'go' }, ...PIECE]);
  await done(root, ['new', 'try', '--agent', agents.agent, '-w', partsWorkflow(root)]);
  const directory = path.join(root, 'iterations', '001-try');
  const plan = path.join(directory, 'MULTI_AGENT_PLAN.md');
  const launch = startIter(root, ['launch'], { ...agents.env, ITER_TEST_LIFE: '580000' });
  await until(() => eventsOf(directory).some((event) => event.type === 'attempt-started'), Boolean, 30_000);

  const started = performance.now();
  const writers = Promise.all(names.map((name) => runNode(writer, root, name, String(CALLS))));
  const state = { writing: true };
  const ended = writers.finally(() => (state.writing = false));
  let last = '';
  let saves = 0;
  // an editor that holds the whole text and replaces the file, whatever became of it meanwhile
  const text = readFileSync(plan, 'utf8');
  while (state.writing || performance.now() - started < SAVING) {
    saves += 1;
    last = text.replace(/^## 2\. .*\n/m, (heading) => `${heading}\nSave ${saves}: \ttabs and blanks stay  \n`);
    writeFileSync(`${plan}.edited`, last);
    renameSync(`${plan}.edited`, plan);
    await pause(200);
  }
  const exits = await ended;
  const took = Math.round(performance.now() - started);
  agents.release('go');
  const { exit, stderr } = await launch.ended;

  const messages = parseMessages(readFileSync(path.join(directory, 'INTER_AGENT_MESSAGES.md'), 'utf8'), 'M.md');
  const said = messages.messages.flatMap(
    (message) => /^(agent-\d+) says (\d+)\n---\nFROM: nobody$/.exec(message.text)?.slice(1).join(' ') ?? [],
  );
  const claims = eventsOf(directory).flatMap((event) =>
    event.type === 'status-claimed' && String(event['by']).startsWith('agent-')
      ? [`${String(event['by'])} ${String(event['message'])}`]
      : [],
  );
  const values = names.flatMap((name) =>
    readdirSync(path.join(directory, 'context', name)).map((file) => {
      const value = readFileSync(path.join(directory, 'context', name, file), 'utf8');
      return value === `${name} says ${/value-(\d+)/.exec(file)?.[1] ?? ''}\n---\nFROM: nobody`
        ? `${name} ${/value-(\d+)/.exec(file)?.[1] ?? ''}`
        : `torn ${file}`;
    }),
  );
  const history = path.join(directory, '.run', 'history', 'context', 'everybody');
  const everybody = [
    readFileSync(path.join(directory, 'context', 'everybody.txt'), 'utf8'),
    ...readdirSync(history).map((file) => readFileSync(path.join(history, file), 'utf8')),
  ];
  if (STRESS) process.stderr.write(`${WRITERS} processes, ${WRITERS * CALLS} calls and ${saves} saves in ${took} ms\n`);
  expect({ exits: exits.filter((code) => code !== 0), exit, said: exit === 0 ? '' : stderr }).toEqual({ exits: [], exit: 0, said: '' });
  expect(messages.problems).toEqual([]);
  expect(claims.toSorted()).toEqual(callsOf(0).toSorted());
  expect(said.toSorted()).toEqual(callsOf(1).toSorted());
  expect(values.toSorted()).toEqual(callsOf(2).toSorted());
  expect(everybody.map((value) => /^(agent-\d+ \d+) x{1000}$/.exec(value)?.[1] ?? 'torn').toSorted()).toEqual(callsOf(2).toSorted());
  const kept = readFileSync(plan, 'utf8');
  expect(saves).toBeGreaterThan(5);
  expect(withoutCells(kept)).toBe(withoutCells(last));
  expect(kept).toMatch(/\| Completed *\|/);
});
