import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { taskId } from '../../src/core/ids.ts';
import { rememberPlan, syncPlan } from '../../src/engine/plan-cells.ts';
import { PLAN_COLUMNS } from '../../src/files/plan-matrix.ts';
import { eventsOf } from '../rig/cli.ts';
import type { Ground } from '../rig/ground.ts';
import { ground } from '../rig/ground.ts';
import { answered, asked, running } from '../rig/story.ts';

const MATRIX = `| ${PLAN_COLUMNS.join(' | ')} |
| ${PLAN_COLUMNS.map(() => '---').join(' | ')} |
| T1 | Do T1 | builder | - | \`b1\` | A | In Progress | - | 1h |
| T2 | Do T2 | builder | - | \`b2\` | A | In Progress | - | 1h |
| T3 | Do T3 | builder | - | \`b3\` | B | Not Started | T1, T2 | 1h |
`;

/** T1 and T2 are at work, T3 waits for both; the agent of T1 has written this into its log. */
async function atWork(log: string) {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build', 'T2 build', 'T3 build < T1 T2');
  await on.run.record(...running('T1'), ...running('T2'));
  const { directory } = on.iteration;
  const memory = rememberPlan(directory);
  const file = path.join(directory, 'MULTI_AGENT_PLAN.md');
  const look = () => syncPlan(on.run, on.context, memory);
  writeFileSync(file, MATRIX);
  await look();
  mkdirSync(path.join(directory, '.run', 'logs'), { recursive: true });
  writeFileSync(path.join(directory, '.run', 'logs', 'T1-1.log'), log);
  return { on, file, look, needsOfT3: () => on.run.plan.tasks.find((task) => task.id === 'T3')?.needs };
}

const NAMES_THE_PLAN = '{"tool":"edit","path":"/somewhere/iterations/001-story/MULTI_AGENT_PLAN.md"}\n';
const UNAWARE = 'I may not touch `MULTI_AGENT_PLAN.md`.\n';

/** A save of the plan that finishes T1, blocks the other running task, renames a branch and takes its needs away from T3. */
function edit(file: string): void {
  writeFileSync(
    file,
    readFileSync(file, 'utf8')
      .replace(/^(\| T1 .*)In Progress/m, '$1Completed')
      .replace(/^(\| T2 .*)In Progress/m, '$1Blocked')
      .replace('`b2`', '`mine`')
      .replace('T1, T2', '-'),
  );
}

const said = (on: Ground) =>
  eventsOf(on.iteration.directory)
    .filter(({ type }) => type === 'status-claimed' || type === 'claim-refused' || type === 'foreign-write-found')
    .map((event) => ({ ...event, at: '' }) as unknown as NewEvent);

describe('a save of the plan while agents work', () => {
  it('by an agent is taken for the Status of its own row; what iter has done is put back, the rest does not hold until a person says so, and the agent hears it', async () => {
    const { on, file, look, needsOfT3 } = await atWork(NAMES_THE_PLAN);
    edit(file);
    await look();
    expect(needsOfT3()).toEqual(['T1', 'T2']);
    await look();
    expect(said(on)).toEqual([
      { at: '', type: 'status-claimed', task: 'T1', word: 'Completed', by: 'builder-T1', line: 3 },
      {
        at: '',
        type: 'claim-refused',
        task: 'T2',
        word: 'Blocked',
        by: 'builder-T1',
        reason: 'it is not the row of T1, and an agent speaks for its own row only',
        line: 4,
      },
      {
        at: '',
        type: 'foreign-write-found',
        id: 'T1-plan-1',
        tasks: ['T1'],
        writes: [
          {
            place: 'plan T3 Dependencies',
            now: '',
            was: 'T1, T2',
            what: 'Dependencies of T3 changed from "T1, T2" to "" in the plan, line 5 (T1 names the plan in its log); it does not hold until you say so',
            blocks: true,
          },
        ],
      },
    ]);
    expect(readFileSync(file, 'utf8')).toBe(MATRIX.replace('T1, T2', '-'));
    expect(needsOfT3()).toEqual(['T1', 'T2']);
    const messages = readFileSync(path.join(on.iteration.directory, 'INTER_AGENT_MESSAGES.md'), 'utf8');
    expect(messages.match(/^.*TO: builder-T1$/gm)).toHaveLength(1);
    expect(messages).toContain('MULTI_AGENT_PLAN.md:4: Branch of T2 is put back; it says what iter has done');

    await on.run.record(asked('T1', 'T1-plan-1'), answered('T1-plan-1', 'mine'));
    await look();
    expect(needsOfT3()).toEqual([]);
  });

  it('by a person is theirs: needs hold at once, words in rows at work are claims, and nothing of it is put back but what is not so', async () => {
    const { on, file, look, needsOfT3 } = await atWork(UNAWARE);
    edit(file);
    await look();
    expect(said(on).map((event) => [event.type, 'task' in event ? event.task : '', 'by' in event ? event.by : ''])).toEqual([
      ['status-claimed', 'T1', 'plan'],
      ['status-claimed', 'T2', 'plan'],
    ]);
    expect(readFileSync(file, 'utf8')).toBe(MATRIX.replace('`b2`', '`mine`').replace('T1, T2', '-'));
    expect(needsOfT3()).toEqual([]);
  });

  it('with a row that an agent may have added makes no task of it', async () => {
    const { on, file, look } = await atWork(NAMES_THE_PLAN);
    const rows = readFileSync(file, 'utf8');
    writeFileSync(file, `${rows}| T4 | More | builder | - | - | A | Not Started | - | 1h |\n`);
    await look();
    await look();
    expect([
      on.run.plan.tasks.map((task) => task.id),
      said(on)
        .flatMap((event) => ('writes' in event ? event.writes : []))
        .map(({ place }) => place),
    ]).toEqual([['T1', 'T2', 'T3'], ['plan T4 row']]);
    await on.run.record(asked('T1', 'T1-plan-1'), answered('T1-plan-1', 'mine'));
    await look();
    expect(on.run.plan.tasks.map((task) => task.id)).toEqual(['T1', 'T2', 'T3', taskId('T4')]);
  });
});
