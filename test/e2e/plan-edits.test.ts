import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, jsonOf, startIter } from '../rig/cli.ts';
import { PIECE, drivenAgents } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

/** A row of the matrix: the task, everything before its Status cell, the word in it. */
const ROW = /^\| (T\d+) (.*worktrees.*\| )(Not Started|In Progress|Blocked|Completed|Failed) *\|/gm;
const cells = (text: string): string[] => [...text.matchAll(ROW)].map((row) => `${row[1] ?? ''} ${row[3] ?? ''}`);

/** The plan without what iter may change in it: the Status cells, the rows of the execution log, the status in its head. */
function withoutCells(text: string): string {
  return text
    .replaceAll(ROW, '| $1 $2?|')
    .replaceAll(/^\| T\d+ \| builder-[^|]*\|.*$/gm, '?')
    .replace(/^\*\*Status:\*\*.*$/m, '**Status:** ?');
}

/** Saves the plan with one more line, the way an editor does that looks again before it replaces the file; false when it has changed meanwhile. */
function addNote(plan: string, line: string, saved: string[]): boolean {
  const text = readFileSync(plan, 'utf8');
  writeFileSync(
    `${plan}.edited`,
    text.replace(/^## 2\. .*\n/m, (heading) => `${heading}\n${line}\n`),
  );
  if (readFileSync(plan, 'utf8') !== text) return false;
  renameSync(`${plan}.edited`, plan);
  saved.push(line);
  return true;
}

describe('the plan, edited while agents work', () => {
  it('takes the word of an agent in its cell as a claim, and ends with what is so', async () => {
    const root = repositoryWith({ 'README.md': '# Shop\n' });
    const agents = drivenAgents();
    agents.order('any', [{ do: 'wait-for', file: 'begun' }, { do: 'claim', word: 'Completed' }, { do: 'wait-for', file: 'go' }, ...PIECE]);
    const parts = ['--input', 'parts=one,two,three'];
    await done(root, ['new', 'try', '--agent', agents.agent, '-w', partsWorkflow(root), ...parts]);
    const directory = path.join(root, 'iterations', '001-try');
    const launch = startIter(root, ['launch'], agents.env);
    const claims = () =>
      eventsOf(directory).filter((event) => event.type === 'status-claimed' && event['by'] === 'plan' && event['word'] === 'Completed');
    // once each, except where an agent has read the plan before iter wrote a cell back, and saved it afterwards
    const claimed = (): string[] => [...new Set(claims().map((event) => event.task ?? ''))];
    const words = () => cells(readFileSync(path.join(directory, 'MULTI_AGENT_PLAN.md'), 'utf8'));
    await until(words, (all) => all.every((one) => one.endsWith('In Progress')), 120_000);
    agents.release('begun');
    await until(claimed, (tasks) => tasks.length === 3, 120_000);
    const early = jsonOf(await done(root, ['status', '--json'])) as { tasks: { state: string }[] };
    agents.release('go');
    const ended = await launch.ended;
    const plan = readFileSync(path.join(directory, 'MULTI_AGENT_PLAN.md'), 'utf8');
    expect({
      claimed: claimed().toSorted(),
      early: early.tasks.map((task) => task.state),
      exit: ended.exit,
      cells: cells(plan),
    }).toEqual({
      claimed: ['T1', 'T2', 'T3'],
      early: ['running', 'running', 'running'],
      exit: 0,
      cells: ['T1 Completed', 'T2 Completed', 'T3 Completed'],
    });
  });

  it('is followed where nothing can be watched, and so is what agents leave in their outboxes', async () => {
    const root = repositoryWith({ 'README.md': '# Shop\n' });
    const agents = drivenAgents();
    const report = { do: 'write', path: '.iter/outbox/ctx/base.port', text: '4000\n' } as const;
    agents.order('any', [{ do: 'claim', word: 'Blocked' }, report, { do: 'wait-for', file: 'go' }, ...PIECE]);
    await done(root, ['new', 'try', '--agent', agents.agent, '-w', partsWorkflow(root)]);
    const directory = path.join(root, 'iterations', '001-try');
    const refused = path.join(path.dirname(root), 'refused');
    const hook = `--require ${path.join(import.meta.dirname, '..', 'rig', 'no-watches.cjs')}`;
    const launch = startIter(root, ['launch'], { ...agents.env, NODE_OPTIONS: hook, NO_WATCHES: refused });
    await until(
      () => ({
        claimed: eventsOf(directory).some((event) => event.type === 'status-claimed' && event['word'] === 'Blocked'),
        kept: existsSync(path.join(directory, 'context', 'base', 'port.txt')),
      }),
      ({ claimed, kept }) => claimed && kept,
      120_000,
    );
    agents.release('go');
    const { exit } = await launch.ended;
    expect([exit, readFileSync(refused, 'utf8').length > 1]).toEqual([0, true]);
    expect(cells(readFileSync(path.join(directory, 'MULTI_AGENT_PLAN.md'), 'utf8'))).toEqual(['T1 Completed']);
  });

  it('keeps every byte a person writes elsewhere, at each event of the run, and its cells end right', async () => {
    const root = repositoryWith({ 'README.md': '# Shop\n' });
    const parts = ['--input', 'parts=a,b,c,d,e,f', '--max-parallel', '2'];
    await done(root, ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root), ...parts]);
    const plan = path.join(root, 'iterations', '001-try', 'MULTI_AGENT_PLAN.md');
    const before = readFileSync(plan, 'utf8');
    const launch = startIter(root, ['launch']);
    let over = false;
    const ended = launch.ended.finally(() => (over = true));
    const lines: string[] = [];
    let seen = 0;
    await until(
      () => {
        const events = eventsOf(path.dirname(plan)).length;
        if (events > seen && addNote(plan, `Note ${lines.length + 1}: tabs\tstay, so do trailing blanks  `, lines)) seen = events;
        return over;
      },
      (value) => value,
      60_000,
    );
    const text = readFileSync(plan, 'utf8');
    const notes = text.split('\n').filter((line) => line.startsWith('Note '));
    const { exit, stderr } = await ended;
    expect({ exit, said: exit === 0 ? '' : stderr }).toEqual({ exit: 0, said: '' });
    expect(lines.length).toBeGreaterThan(10);
    expect(notes.toSorted()).toEqual(lines.toSorted());
    // every note came with an empty line before it
    expect(withoutCells(text.replaceAll(/\nNote .*\n/g, ''))).toBe(withoutCells(before));
    expect(cells(text)).toEqual(['T1', 'T2', 'T3', 'T4', 'T5', 'T6'].map((id) => `${id} Completed`));
  });
});
