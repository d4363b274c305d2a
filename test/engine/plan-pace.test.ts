import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PlanPace } from '../../src/engine/plan-pace.ts';
import { PLAN_COLUMNS } from '../../src/files/plan-matrix.ts';
import { eventsOf } from '../rig/cli.ts';
import { ground } from '../rig/ground.ts';
import { running } from '../rig/story.ts';

const WORDS = ['Completed', 'Blocked'];

it('an edit of the plan whose look is put off is looked at when its time has come, however early the timer goes off', async () => {
  const { run, iteration, context } = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  await run.record(...running('T1'));
  const file = path.join(iteration.directory, 'MULTI_AGENT_PLAN.md');
  const matrix = [PLAN_COLUMNS, PLAN_COLUMNS.map(() => '---'), ['T1', 'Do T1', 'builder', '-', '`b1`', 'A', 'In Progress', '-', '1h']];
  writeFileSync(file, matrix.map((cells) => `| ${cells.join(' | ')} |\n`).join(''));
  let come = (): void => {};
  const pace = new PlanPace(run, context, () => come());
  await pace.look();
  const claims = () => eventsOf(iteration.directory).filter(({ type }) => type === 'status-claimed').length;

  for (let edit = 0; edit < 15; edit += 1) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/In Progress|Completed|Blocked/, WORDS[edit % 2] ?? ''));
    const woken = new Promise<void>((resolve) => (come = resolve));
    await pace.look();
    if (claims() > edit) continue;
    await woken;
    await pace.look();
    expect(claims()).toBe(edit + 1);
  }
  expect(claims()).toBe(15);
});
