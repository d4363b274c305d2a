/** Draws many pictures one after the other and prints each frame as JSON: the same whether it was bundled with the quicker ink or with ink as it is. `quick-frames.test.ts` bundles it both ways. */
import { render } from 'ink-testing-library';
import type { ReactElement } from 'react';
import { NeedsYou, Options } from '../../src/tui/decisions.tsx';
import { Help } from '../../src/tui/footer.tsx';
import { LogPane } from '../../src/tui/log-pane.tsx';
import { TaskTable } from '../../src/tui/task-table.tsx';
import { Tone } from '../../src/tui/tone.tsx';
import { at, decision, NOON, task } from './snapshots.ts';

const SAID = ['plain words', '認証モジュールの設計', 'ship \u{1F680} it', 'e\u0301clair', 'long '.repeat(60), '', 'half a ×\u2026'];
const STATES = ['running', 'accepted', 'failed', 'awaiting-human', 'waiting'] as const;

/** A picture that differs from its neighbours in some of its lines; after some of them more texts were drawn than are kept. */
function picture(turn: number): ReactElement {
  const tasks = Array.from({ length: 30 }, (_, row) => {
    const title = row % 3 === 0 ? (SAID[(turn + row) % SAID.length] ?? '') : `Part ${row}`;
    return task(`T${row + 1}`, { title, state: STATES[(turn + row) % STATES.length] ?? 'ready', since: at(-turn) });
  });
  const logs = new Map(tasks.map(({ id }, row) => [id, { asked: 1, lines: [`${turn} ${row} ${SAID[(turn * row) % SAID.length]}`] }]));
  const [size, asked] = [
    { width: turn % 4 === 0 ? 80 : 120, height: 10 + (turn % 25) },
    decision('D1', 'T1', { question: 'Why?'.repeat(turn) }),
  ];
  const [first = task('T1'), second = first] = tasks;
  if (turn % 10 === 4 || turn % 10 === 5) return <Tone meaning={turn % 2 === 0 ? 'quiet' : 'bad'}>the same words</Tone>;
  if (turn % 10 === 7) return <LogPane task={second} lines={SAID.map((said) => said.repeat(turn % 3))} now={NOON} {...size} />;
  if (turn % 10 === 8) return <Options decision={asked} {...size} />;
  if (turn % 10 === 9) return <NeedsYou decisions={[asked]} next="D1" size={{ shown: 2, withOptions: true }} width={size.width} />;
  if (turn % 10 === 6) return <Help {...size} />;
  return <TaskTable tasks={tasks} selected={tasks[turn % 30]?.id ?? first.id} now={NOON} logs={logs} {...size} />;
}

const app = render(picture(0));
const frames = [app.lastFrame()];
for (let turn = 1; turn < 60; turn += 1) {
  app.rerender(picture(turn));
  frames.push(app.lastFrame());
}
process.stdout.write(JSON.stringify(frames), () => process.exit());
