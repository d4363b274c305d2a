import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawDependencies } from '../../src/core/drawing.ts';
import { taskId } from '../../src/core/ids.ts';
import type { PlannedTask } from '../../src/core/plan.ts';
import { minutesText, schedule } from '../../src/core/schedule.ts';

/** Tasks from lines like `T2 B 30 T1,T4`: id, group, minutes, needs. */
function tasks(...lines: string[]): PlannedTask[] {
  return lines.map((line) => {
    const [id = '', group = '', minutes = '', needs = ''] = line.split(' ');
    return {
      id: taskId(id),
      group,
      estimateMinutes: Number(minutes),
      needs: needs === '' ? [] : needs.split(',').map(taskId),
      step: 'build',
      title: `title of ${id}`,
      role: 'builder',
      agent: 'rehearsal',
      instance: `builder-${id}-001`,
      branch: `refs/heads/iter/001-try/${id}`,
      targets: [],
      deliverables: [],
      retries: 2,
      timeout: 60_000,
      permission: 'edit',
      estimateTokens: 1000,
      risk: { score: 10, level: 'low' },
      prompt: `agent-prompts/${id}.md`,
    };
  });
}

function picture(list: readonly PlannedTask[], maxParallel: number): string[] {
  return schedule(list, maxParallel).slots.map((slot) => `${slot.task} ${slot.start}-${slot.end}`);
}

const diamond = tasks('T1 A 10', 'T2 B 30 T1', 'T3 B 20 T1', 'T4 C 15 T2,T3');

describe('schedule', () => {
  test('a task starts when its own needs are met, not when its group is done', () => {
    const list = tasks('T1 A 10', 'T2 A 60', 'T3 B 5 T1');
    expect(picture(list, 8)).toEqual(['T1 0-10', 'T2 0-60', 'T3 10-15']);
  });

  test('a full house makes tasks wait for the first free slot', () => {
    const list = tasks('T1 A 10', 'T2 A 30', 'T3 A 5', 'T4 A 5');
    expect(picture(list, 2)).toEqual(['T1 0-10', 'T2 0-30', 'T3 10-15', 'T4 15-20']);
  });

  test('the figures are those of the diamond', () => {
    const { minutes, sequentialMinutes, savedPercent, mostAtOnce, criticalPath } = schedule(diamond, 4);
    expect({ minutes, sequentialMinutes, savedPercent, mostAtOnce, criticalPath }).toEqual({
      minutes: 55,
      sequentialMinutes: 75,
      savedPercent: 27,
      mostAtOnce: 2,
      criticalPath: { tasks: ['T1', 'T2', 'T4'], minutes: 55 },
    });
  });

  test('one slot takes as long as one worker and saves nothing', () => {
    const { minutes, sequentialMinutes, savedPercent, mostAtOnce } = schedule(diamond, 1);
    expect([minutes, sequentialMinutes, savedPercent, mostAtOnce]).toEqual([75, 75, 0, 1]);
  });

  test('the critical path does not depend on the number of slots', () => {
    expect(schedule(diamond, 1).criticalPath).toEqual(schedule(diamond, 9).criticalPath);
  });

  test('a phase spans its group from the first start to the last end', () => {
    expect(schedule(diamond, 1).phases).toEqual([
      { group: 'A', tasks: ['T1'], start: 0, end: 10 },
      { group: 'B', tasks: ['T2', 'T3'], start: 10, end: 60 },
      { group: 'C', tasks: ['T4'], start: 60, end: 75 },
    ]);
  });

  test('a plan without tasks takes no time', () => {
    const { minutes, savedPercent, criticalPath } = schedule([], 3);
    expect([minutes, savedPercent, criticalPath.tasks]).toEqual([0, 0, []]);
  });

  test('a need outside the list counts as met', () => {
    expect(picture(tasks('T2 B 30 T1'), 1)).toEqual(['T2 0-30']);
  });
});

test('spans are written in hours and minutes', () => {
  expect([0, 45, 60, 90, 59.2, 150].map(minutesText)).toEqual(['0 min', '45 min', '1 h', '1 h 30 min', '1 h', '2 h 30 min']);
});

describe('drawDependencies', () => {
  test('every task stands once, below the last of its needs', () => {
    const list = [...diamond, ...tasks('T5 C 5 T2', 'T6 A 1')];
    expect(drawDependencies(list)).toEqual([
      'T1 title of T1',
      '├─→ T2 title of T2',
      '│   └─→ T5 title of T5',
      '└─→ T3 title of T3',
      '    └─→ T4 title of T4 (needs T2 too)',
      'T6 title of T6',
    ]);
  });

  test('a title over several lines stays on its line', () => {
    const [one] = tasks('T1 A 1');
    expect(drawDependencies([{ ...(one as PlannedTask), title: 'a\n```\n## b' }])).toEqual(['T1 a ``` ## b']);
  });
});

test('whatever the plan, each task is played as the first that can start', () => {
  const plan = fc.array(fc.record({ minutes: fc.nat(4), needs: fc.array(fc.nat(20), { maxLength: 3 }) }), { maxLength: 12 }).map((rows) =>
    rows.map(({ minutes, needs }, index) => ({
      id: taskId(`T${index + 1}`),
      needs: [...new Set(needs.filter((need) => need < index))].map((need) => taskId(`T${need + 1}`)),
      group: 'A',
      estimateMinutes: minutes,
    })),
  );
  fc.assert(
    fc.property(plan, fc.integer({ min: 1, max: 4 }), (all, slots) => {
      expect(schedule(all, slots).slots).toEqual(played(all, slots));
    }),
  );
});

/** The rule as it is told: of the tasks whose needs have slots, the one that can start first, ties in plan order. */
function played(tasks: Parameters<typeof schedule>[0], slots: number): { task: string; start: number; end: number }[] {
  const done: { task: string; start: number; end: number }[] = [];
  for (let rest = [...tasks]; rest.length > 0; rest = rest.filter((task) => !done.some((slot) => slot.task === task.id))) {
    const free = done.length < slots ? 0 : (done.map((slot) => slot.end).toSorted((a, b) => b - a)[slots - 1] ?? 0);
    const starts = rest.map((task) => ({
      task,
      start: Math.max(free, ...task.needs.map((need) => done.find((slot) => slot.task === need)?.end ?? Infinity)),
    }));
    const [first] = starts.toSorted((a, b) => a.start - b.start);
    if (first !== undefined) done.push({ task: first.task.id, start: first.start, end: first.start + first.task.estimateMinutes });
  }
  return done;
}
