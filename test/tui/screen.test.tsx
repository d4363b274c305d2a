import { cleanup, render } from 'ink-testing-library';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import type { TaskView } from '../../src/core/view.ts';
import { Screen } from '../../src/tui/screen.tsx';
import type { Size } from '../../src/tui/layout.ts';
import { Tone } from '../../src/tui/tone.tsx';
import { SHORTEST_PAUSE } from '../../src/tui/pace.ts';
import { at, decision, feedOf, NOON, run, task } from '../rig/snapshots.ts';
import type { TestFeed } from '../rig/snapshots.ts';
import { until } from '../rig/until.ts';

afterEach(cleanup);

const STANDARD = { columns: 80, rows: 24 };
const ESCAPE = '\u001B';
const STATES: readonly TaskView['state'][] = [
  'waiting',
  'ready',
  'starting',
  'running',
  'checking',
  'awaiting-human',
  'blocked',
  'rejected',
  'accepted',
  'merged',
  'failed',
];

/** A screen whose keys and frames the test holds. */
function screen(feed: TestFeed, size = STANDARD) {
  const left: string[] = [];
  const element = (now: Size) => <Screen feed={feed} size={now} color={false} leave={(how) => void left.push(how)} />;
  const app = render(element(size));
  const frame = (): string => app.lastFrame() ?? '';
  return {
    left,
    frames: app.frames,
    frame,
    lines: () => frame().split('\n'),
    press: (...keys: string[]) => keys.forEach((key) => app.stdin.write(key)),
    shows: (text: string) => until(frame, (now) => now.includes(text)),
    resize: (now: Size) => app.rerender(element(now)),
    close: app.unmount,
  };
}

/** Ink and React draw and flush in later turns of the event loop; after a few of them a key has had its effect. */
async function drawn(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Cells a text takes on a terminal, for the scripts these tests use: Latin, CJK and rockets. */
const cells = (text: string): number =>
  Array.from(text).reduce(
    (sum, character) => sum + (/[\u1100-\uFFDC\u{1F300}-\u{1FAFF}]/u.test(character) && !/[\u2010-\u2027]/.test(character) ? 2 : 1),
    0,
  );

it('a run of four tasks in a terminal of 80 by 24', () => {
  const feed = feedOf(
    run(
      [
        task('T1', { state: 'accepted', word: 'Completed', title: 'Design the parts' }),
        task('T2', { since: at(20), attempt: 2 }),
        task('T3', { state: 'awaiting-human', word: 'Blocked', role: 'reviewer', since: at(30) }),
        task('T4', { state: 'waiting', word: 'Not Started', attempt: 0, blockedBy: [taskId('T2'), taskId('T3')] }),
      ],
      { decisions: [decision('D1', 'T3')] },
    ),
  );
  feed.say('T2', 'reading src/parts.ts');
  expect(screen(feed).frame()).toMatchInlineSnapshot(`
    "001-parts                                running   1 of 4 tasks accepted   1m00s

      task title             role       state             for    last line
    > T1   Design the parts  builder    accepted #1       1m00s
      T2   Build part T2     builder    running #2        40s    reading src/parts…
      T3   Build part T3     reviewer   awaiting-human #1 30s
      T4   Build part T4     builder    waiting           1m00s  needs T2, T3











    Needs you: 1 decision
    a  T3  The review has rejected T3 three times. What now?
         1 try again   2 go on without it

    j/k select  l log  a answer  s stop  S stop all  ? help  q quit, agents go on"
  `);
});

it('a wide terminal shows the agent and more of the last line', () => {
  const feed = feedOf(run([task('T1')]));
  feed.say('T1', 'running the tests of the parts');
  const view = screen(feed, { columns: 100, rows: 24 });
  expect(
    view
      .lines()
      .slice(2, 4)
      .map((line) => line.trimEnd()),
  ).toMatchInlineSnapshot(`
    [
      "  task title               role            agent       state             for    last line",
      "> T1   Build part T1       builder         rehearsal   running #1        1m00s  running the tests …",
    ]
  `);
});

it('a narrow terminal drops columns and wraps nothing', () => {
  const view = screen(feedOf(run([task('T1', { title: 'A title that is far too long for so narrow a terminal, and goes on' })])), {
    columns: 60,
    rows: 12,
  });
  expect(view.lines().slice(0, 3)).toMatchInlineSnapshot(`
    [
      "001-parts             running   0 of 1 task accepted   1m00s",
      "  task title                       state             for",
      "> T1   A title that is far too lo… running #1        1m00s",
    ]
  `);
});

it('a tiny terminal gets one line, and takes no key but q', () => {
  const feed = feedOf(run([task('T1'), task('T2', { state: 'accepted' })], { decisions: [decision('D1', 'T1')] }));
  const view = screen(feed, { columns: 50, rows: 9 });
  view.press('S', 'y', 'a', '1', 'q');
  expect([view.frame(), feed.actions, view.left]).toEqual(['1/2 accepted, 1 need you, running: 001-parts', [], ['quit']]);
});

it('what was pressed blindly in a tiny terminal is not there when it grows', async () => {
  const view = screen(feedOf(run([task('T1')])), { columns: 50, rows: 9 });
  view.press('S');
  await drawn();
  view.resize(STANDARD);
  expect(await view.shows('> T1')).not.toContain('y/n');
});

it('q leaves a terminal that has shrunk while a question was open', async () => {
  const view = screen(feedOf(run([task('T1')])));
  view.press('S');
  await view.shows('y/n');
  view.resize({ columns: 50, rows: 9 });
  await view.shows('0/1 accepted');
  view.press('q');
  expect(view.left).toEqual(['quit']);
});

it('wide characters and emoji do not push the state out of its column', () => {
  const titles = [
    'plain',
    '認証モジュールの設計と実装とテスト',
    'ship \u{1F680}\u{1F680}\u{1F680} to the moon and back',
    '한국어 제목이 아주 길게 이어집니다',
    'e\u0301clair \u{1F469}\u{1F3FD}\u200D\u{1F4BB} work',
  ];
  const view = screen(feedOf(run(titles.map((title, index) => task(`T${index + 1}`, { title })))));
  const columns = view
    .lines()
    .filter((line) => line.includes('running #'))
    .map((line) => cells(line.slice(0, line.indexOf('running #')).replaceAll('\u0301', '')));
  expect(columns).toEqual(titles.map(() => columns[0]));
});

const TABLE_PANES = ['q quit, agents go on', 'esc back  j/k other task', 'number choose', 'y yes', 'any key back'];

it.each([
  { columns: 80, rows: 24, panes: TABLE_PANES },
  { columns: 100, rows: 40, panes: TABLE_PANES },
  { columns: 79, rows: 15, panes: TABLE_PANES },
  { columns: 60, rows: 10, panes: TABLE_PANES },
  { columns: 59, rows: 24, panes: [' need you, '] },
  { columns: 20, rows: 3, panes: ['/11 accepted'] },
])('in $columns by $rows no state, pane or text makes a frame higher or wider than the terminal', async ({ panes, ...size }) => {
  const nasty = `${'長い'.repeat(30)}\n\u001B[2Jsecond line\u202E ${'word '.repeat(30)}`;
  const tasks = STATES.map((state, index) =>
    task(`T${index + 1}`, {
      state,
      title: nasty,
      role: nasty,
      agent: nasty,
      reason: nasty,
      attempt: 12,
      since: index === 0 ? 'nonsense' : at(-90_000_000),
    }),
  );
  const options = Array.from({ length: 12 }, (_, option) => ({ id: `o${option}`, label: nasty }));
  const decisions = tasks.map((one, index) => decision(`D${index}`, one.id, { question: nasty, options }));
  const seen: string[] = [];
  for (const snapshot of [run(tasks, { iteration: nasty, decisions }), run(tasks, { iteration: nasty }), run([], { status: 'planning' })]) {
    const feed = feedOf(snapshot);
    for (const one of snapshot.tasks) for (let line = 0; line < 30; line += 1) feed.say(one.id, nasty);
    const view = screen(feed, size);
    for (const key of ['j', 'l', 'j', ESCAPE, 'a', ESCAPE, 'j', 'j', 's', 'n', 'G', 'S', 'n', '?', 'x']) {
      view.press(key);
      await drawn();
    }
    seen.push(...view.frames);
    view.close();
  }
  const outside = seen.filter(
    (frame) => frame.split('\n').length > size.rows || frame.split('\n').some((line) => cells(line) > size.columns),
  );
  expect(outside).toEqual([]);
  expect(panes.filter((pane) => !seen.some((frame) => frame.includes(pane)))).toEqual([]);
});

it('200 tasks scroll, and the selected one stays in view', async () => {
  const tasks = Array.from({ length: 200 }, (_, index) => task(`T${index + 1}`));
  const view = screen(feedOf(run(tasks)));
  await view.shows('183 more below');
  for (let row = 0; row < 99; row += 1) view.press('j');
  await view.shows('> T100 ');
  expect(view.frame()).toContain('91 more above, 92 more below');
  view.press('G');
  await view.shows('> T200 ');
  expect(view.frame()).toContain('183 more above');
});

it('the log of the selected task follows, newest line last, long lines whole', async () => {
  const feed = feedOf(run([task('T1'), task('T2')]));
  for (let line = 1; line <= 40; line += 1) feed.say('T2', `line ${line}`);
  const view = screen(feed);
  view.press('j', 'l');
  await view.shows('line 40');
  expect(view.frame()).not.toContain('line 20 ');
  feed.say('T2', `${'x'.repeat(100)}END`);
  await view.shows('xEND');
  expect(view.lines().at(-3)).toBe(`${'x'.repeat(20)}END`);
  view.press(ESCAPE);
  await view.shows('> T2');
});

it('a decision is answered with the number of its option, and the outcome is shown', async () => {
  const feed = feedOf(
    run([task('T1', { state: 'awaiting-human' })], { decisions: [decision('D1', 'T1')] }),
    async () => 'D1 is answered: skip',
  );
  const view = screen(feed);
  view.press('a');
  await view.shows('2  go on without it (skip)');
  view.press('2');
  await view.shows('D1 is answered: skip');
  expect(feed.actions).toEqual([{ do: 'decide', id: 'D1', option: 'skip' }]);
});

it('keys typed faster than frames are drawn all count, also when they arrive in one read', async () => {
  const feed = feedOf(
    run([task('T1'), task('T2', { state: 'awaiting-human' })], {
      decisions: [decision('D1', 'T1'), decision('D2', 'T2')],
    }),
  );
  screen(feed).press('ja1');
  expect(
    await until(
      () => feed.actions,
      (actions) => actions.length > 0,
    ),
  ).toEqual([{ do: 'decide', id: 'D2', option: 'retry' }]);
});

it('an action that is refused says why and changes nothing', async () => {
  const feed = feedOf(run([task('T1')]), async () => {
    throw new Error('locked by another iter (pid 7)');
  });
  const view = screen(feed);
  view.press('s');
  await view.shows('Stop T1 (rehearsal)? y/n');
  view.press('y');
  await view.shows('not done: locked by another iter (pid 7)');
});

it('an action that throws before it returns a promise does not end the monitor', async () => {
  const feed = {
    ...feedOf(run([task('T1')])),
    act: () => {
      throw new Error('no such run');
    },
  };
  const view = screen(feed);
  view.press('s', 'y');
  await view.shows('not done: no such run');
});

it('a decision that is settled elsewhere closes its pane', async () => {
  const waiting = run([task('T1', { state: 'awaiting-human' })], { decisions: [decision('D1', 'T1')] });
  const feed = feedOf(waiting);
  const view = screen(feed);
  view.press('a');
  await view.shows('number choose');
  feed.turn(run([task('T1')]));
  await view.shows('D1 is settled');
});

it('a change of the run is drawn without a key', async () => {
  const feed = feedOf(run([task('T1')]));
  const view = screen(feed);
  feed.turn(run([task('T1', { state: 'accepted' })], { status: 'ready-to-merge', decision: 'GO' }));
  await view.shows('ready to merge (GO)   1 of 1 task accepted');
});

/** A screen of a hundred tasks with something in each log, whose clock does not tick; `reads` are its looks at the run and at logs. */
async function still(size = STANDARD) {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const tasks = Array.from({ length: 100 }, (_, index) => task(`T${index + 1}`));
  const feed = feedOf(run(tasks));
  for (const one of tasks) feed.say(one.id, `says ${one.id}`);
  const reads: string[] = [];
  const view = screen(
    {
      ...feed,
      snapshot: () => {
        reads.push('run');
        return feed.snapshot();
      },
      tail: (id, lines) => {
        reads.push(id);
        return feed.tail(id, lines);
      },
    },
    size,
  );
  await view.shows('says T17');
  return { ...view, reads };
}

it('a key is answered from what is known: neither the run nor a log is read', async () => {
  const view = await still();
  const before = view.reads.length;
  for (const [key, shown] of [
    ['j', '> T2 '],
    ['k', '> T1 '],
    ['S', 'Stop the whole run'],
    ['n', 'nothing was stopped'],
    ['?', 'close the monitor'],
    ['x', 'j/k select'],
  ] as const) {
    view.press(key);
    await view.shows(shown);
  }
  expect(view.reads.slice(before)).toEqual([]);
});

it('logs that a key brings into view are read after it has been answered, a few between two frames', async () => {
  const view = await still();
  const [before, frames] = [view.reads.length, view.frames.length];
  view.press('G');
  await view.shows('says T100');
  const read = view.frames.slice(frames).map((frame) => frame.match(/says T/g)?.length ?? 0);
  expect([...new Set(read)]).toEqual([0, 8, 16, 17]);
  expect(view.reads.slice(before)).toEqual(Array.from({ length: 17 }, (_, row) => `T${row + 84}`));
});

it('the elapsed time moves on by itself', async () => {
  const feed = feedOf(run([task('T1')]));
  let now = NOON + 60_000;
  const view = screen({ ...feed, now: () => now });
  now += 5000;
  await view.shows('1m05s');
});

it('a thousand changes in a burst are a handful of looks', async () => {
  const feed = feedOf(run([task('T1')]));
  const view = screen(feed);
  await until(
    () => feed.listeners,
    (count) => count === 1,
  );
  const before = feed.looks();
  const start = Date.now();
  for (let change = 1; change <= 1000; change += 1) feed.turn(run([task('T1', { attempt: change })]));
  await view.shows('running #1000');
  expect(feed.looks() - before).toBeLessThanOrEqual(2 + Math.ceil((Date.now() - start) / SHORTEST_PAUSE));
});

it('the last change of a burst is drawn by itself, without a tick of the clock', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const feed = feedOf(run([task('T1')]));
  const view = screen(feed);
  await until(
    () => feed.listeners,
    (count) => count === 1,
  );
  for (let change = 1; change <= 3; change += 1) feed.turn(run([task('T1', { attempt: change })]));
  await view.shows('running #3');
});

it('closing the screen ends its listening', async () => {
  const feed = feedOf(run([task('T1')]));
  const view = screen(feed);
  await until(
    () => feed.listeners,
    (count) => count === 1,
  );
  view.close();
  expect(feed.listeners).toBe(0);
});

it('? lists the keys, and any key leads back', async () => {
  const view = screen(feedOf(run([task('T1')])));
  view.press('?');
  await view.shows('close the monitor; agents go on without it');
  view.press('x');
  await view.shows('> T1');
});

it('q and Ctrl+C are told apart', () => {
  const views = ['q', '\u0003'].map((key) => {
    const view = screen(feedOf(run([task('T1')])));
    view.press(key);
    return view.left;
  });
  expect(views).toEqual([['quit'], ['interrupted']]);
});

it('a line is only shown, whatever orders for the terminal are in it', () => {
  expect(render(<Tone>{`a${ESCAPE}[2J\u009B31mb\u202E  c`}</Tone>).lastFrame()).toBe('ab  c');
});
