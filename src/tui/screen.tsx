/** The monitor as one picture: divides the terminal between the blocks and sends keys to `focus.ts`. Knows no terminal: the size is handed in. */
import { Box, useInput, useStdin } from 'ink';
import type { Key } from 'ink';
import { useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { Options, NeedsYou } from './decisions.tsx';
import type { MonitorAction, MonitorFeed } from './feed.ts';
import { nextDecision, press, selectedTask, standing, START } from './focus.ts';
import type { Focus, Leaving } from './focus.ts';
import { Footer, Help } from './footer.tsx';
import { Header, Summary } from './header.tsx';
import { logsInView } from './in-view.ts';
import { frameHeight, gapHeight, isTiny, linesOf, listSize, middleHeight } from './layout.ts';
import type { Size } from './layout.ts';
import { LogPane } from './log-pane.tsx';
import { TaskTable } from './task-table.tsx';
import { Colour } from './tone.tsx';
import { usePicture } from './use-picture.ts';
import type { Picture } from './use-picture.ts';

interface ScreenProps {
  readonly feed: MonitorFeed;
  readonly size: Size;
  readonly color: boolean;
  readonly leave: (how: Leaving) => void;
}

export function Screen({ feed, size, color, leave }: ScreenProps): ReactElement {
  const [drawn, draw] = useState(START);
  const picture = usePicture(feed, (snapshot) => logsInView(drawn, size, snapshot));
  // keys may come faster than frames: each one starts from where the last one led, not from what is drawn
  const latest = useRef(START);
  const focusOn = (focus: Focus): void => {
    latest.current = focus;
    draw(focus);
  };
  const perform = async (action: MonitorAction): Promise<void> => {
    const notice = await outcomeOf(feed, action);
    focusOn({ ...latest.current, notice });
  };
  const { isRawModeSupported } = useStdin();
  useInput(
    (input, key) => {
      const tiny = isTiny(size);
      for (const name of keysOf(input, key)) {
        // what cannot be seen is not acted on
        if (tiny && name !== 'q' && name !== 'interrupt') continue;
        const from = tiny ? START : latest.current;
        const pressed = press(from, name, {
          snapshot: picture.snapshot,
          page: Math.max(1, frameHeight(size) - 8),
        });
        if (pressed.leave !== undefined) return leave(pressed.leave);
        focusOn(pressed.focus);
        // outcomeOf never rejects
        if (pressed.action !== undefined) void perform(pressed.action);
      }
    },
    { isActive: isRawModeSupported },
  );
  if (isTiny(size)) return <Summary snapshot={picture.snapshot} width={size.columns} />;
  return (
    <Colour.Provider value={color}>
      <Frame picture={picture} focus={standing(drawn, picture.snapshot)} size={size} />
    </Colour.Provider>
  );
}

interface FrameProps {
  readonly picture: Picture;
  readonly focus: Focus;
  readonly size: Size;
}

/** Each block keeps to its height, so nothing is clipped here: ink would cut every text anew for it, at every key. */
function Frame({ picture, focus, size }: FrameProps): ReactElement {
  return (
    <Box flexDirection="column" width={size.columns} height={frameHeight(size)}>
      <Header picture={picture} width={size.columns} />
      <Box height={gapHeight(size)} flexShrink={0} />
      <Middle picture={picture} focus={focus} size={{ columns: size.columns, rows: middleHeight(size) }} />
      <Footer focus={focus} width={size.columns} />
    </Box>
  );
}

function Middle({ picture, focus, size }: FrameProps): ReactElement {
  const { snapshot, now, logs } = picture;
  const { pane } = focus;
  const { columns: width, rows: height } = size;
  const task = selectedTask(focus, snapshot);
  if (pane.show === 'help') return <Help width={width} height={height} />;
  if (pane.show === 'log' && task !== undefined) {
    const end = logs.get(task.id);
    // the one line that the table had of it would jump
    const lines = end !== undefined && end.asked >= height - 1 ? end.lines : undefined;
    return <LogPane task={task} lines={lines} now={now} width={width} height={height} />;
  }
  const asked = pane.show === 'options' ? snapshot.decisions.find((decision) => decision.id === pane.decision) : undefined;
  if (asked !== undefined) return <Options decision={asked} width={width} height={height} />;
  const list = listSize(height);
  const needed = linesOf(snapshot.decisions.length, list);
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      <TaskTable
        tasks={snapshot.tasks}
        {...(task === undefined ? {} : { selected: task.id })}
        now={now}
        width={width}
        height={height - needed}
        logs={logs}
      />
      {needed > 0 && <NeedsYou decisions={snapshot.decisions} next={nextDecision(focus, snapshot)?.id} size={list} width={width} />}
    </Box>
  );
}

async function outcomeOf(feed: MonitorFeed, action: MonitorAction): Promise<string> {
  try {
    return await feed.act(action);
  } catch (error) {
    return `not done: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A read may bring several typed characters at once; each is a key of its own. */
function keysOf(input: string, key: Key): string[] {
  if (key.ctrl) return input === 'c' ? ['interrupt'] : [];
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.pageUp) return ['page-up'];
  if (key.pageDown) return ['page-down'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return ['enter'];
  if (key.escape) return ['escape'];
  if (key.meta || key.tab) return [];
  return Array.from(input, (character) => (character === '\r' || character === '\n' ? 'enter' : character));
}
