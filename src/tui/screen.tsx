/** The monitor as one picture: divides the terminal between the blocks and sends keys to `focus.ts`. Knows no terminal: the size is handed in. */
import { Box, useInput, useStdin } from 'ink';
import type { Key } from 'ink';
import { useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { Options, linesOf, NeedsYou } from './decisions.tsx';
import type { ListSize } from './decisions.tsx';
import type { MonitorAction, MonitorFeed } from './feed.ts';
import { nextDecision, press, selectedTask, standing, START } from './focus.ts';
import type { Focus, Leaving } from './focus.ts';
import { Footer, FOOTER_LINES, Help } from './footer.tsx';
import { Header, Summary } from './header.tsx';
import { frameHeight, isRoomy, isTiny } from './layout.ts';
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
  const picture = usePicture(feed);
  const [drawn, draw] = useState(START);
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
          snapshot: feed.snapshot(),
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
      <Frame feed={feed} picture={picture} focus={standing(drawn, picture.snapshot)} size={size} />
    </Colour.Provider>
  );
}

interface FrameProps {
  readonly feed: MonitorFeed;
  readonly picture: Picture;
  readonly focus: Focus;
  readonly size: Size;
}

function Frame({ feed, picture, focus, size }: FrameProps): ReactElement {
  const gap = isRoomy(size) ? 1 : 0;
  const height = frameHeight(size) - 1 - gap - FOOTER_LINES;
  return (
    <Box flexDirection="column" width={size.columns} height={frameHeight(size)} overflow="hidden">
      <Header picture={picture} width={size.columns} />
      <Box height={gap} flexShrink={0} />
      <Middle feed={feed} picture={picture} focus={focus} size={{ columns: size.columns, rows: height }} />
      <Footer focus={focus} width={size.columns} />
    </Box>
  );
}

function Middle({ feed, picture, focus, size }: FrameProps): ReactElement {
  const { snapshot, now } = picture;
  const { pane } = focus;
  const { columns: width, rows: height } = size;
  const task = selectedTask(focus, snapshot);
  if (pane.show === 'help') return <Help width={width} height={height} />;
  if (pane.show === 'log' && task !== undefined) {
    return <LogPane task={task} lines={feed.tail(task.id, height - 1)} now={now} width={width} height={height} />;
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
        lastLine={(id) => feed.tail(id, 1).at(-1)}
      />
      {needed > 0 && <NeedsYou decisions={snapshot.decisions} next={nextDecision(focus, snapshot)?.id} size={list} width={width} />}
    </Box>
  );
}

/** Decisions get up to about a third of the height. */
function listSize(height: number): ListSize {
  const withOptions = height >= 12;
  return { withOptions, shown: Math.max(1, Math.floor((height / 3 - 1) / (withOptions ? 2 : 1))) };
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
