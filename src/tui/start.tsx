/** Opens the monitor on a terminal and closes it again without a trace. Nothing happens at import time. */
import { render, useApp, useStdout } from 'ink';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { MonitorFeed } from './feed.ts';
import type { Leaving } from './focus.ts';
import type { Size } from './layout.ts';
import { Screen } from './screen.tsx';
import { farewell } from './wording.ts';

/** xterm's alternate screen (private mode 1049): what the person had on the terminal comes back afterwards. */
const ENTER = '\u001B[?1049h\u001B[2J\u001B[H';
const LEAVE = '\u001B[?1049l';
/** ED 3: erases the scrollback. */
const ERASE_SCROLLBACK = '\u001B[3J';

/** Frames a second: what changes in the run comes at its own pace (`pace.ts`), and a key is not to wait for the last frame to be old enough. */
const FASTEST = 200;

export interface MonitorOptions {
  /** False for NO_COLOR or --no-color; by default what the terminal can do. */
  readonly color?: boolean;
  readonly stdin?: NodeJS.ReadStream;
  readonly stdout?: NodeJS.WriteStream;
}

/** Draws until the person leaves; agents are not touched. Rejects with what the feed threw. For terminals only: pipes and TERM=dumb get `changeLines`. */
export async function startMonitor(feed: MonitorFeed, options: MonitorOptions = {}): Promise<Leaving> {
  const { color = true, stdin = process.stdin, stdout = process.stdout } = options;
  stdout.write(ENTER);
  const app = render(<Monitor feed={feed} color={color} />, {
    stdin,
    stdout: keepingScrollback(stdout),
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: FASTEST,
  });
  const how = await app.waitUntilExit();
  stdout.write(`${farewell(feed.snapshot())}\n`);
  return how === 'interrupted' ? 'interrupted' : 'quit';
}

function Monitor({ feed, color }: { readonly feed: MonitorFeed; readonly color: boolean }): ReactElement {
  const { exit } = useApp();
  const { stdout } = useStdout();
  const size = useSize(stdout);
  // here and not after the wait: a signal unmounts, but nobody returns from the wait
  useEffect(() => () => void stdout.write(LEAVE), [stdout]);
  return <Screen feed={feed} size={size} color={color} leave={exit} />;
}

function useSize(stdout: NodeJS.WriteStream): Size {
  const [size, resize] = useState(() => sizeOf(stdout));
  useEffect(() => {
    const measure = (): void => resize(sizeOf(stdout));
    stdout.on('resize', measure);
    return () => void stdout.off('resize', measure);
  }, [stdout]);
  return size;
}

/** A terminal that does not tell its size reports 0. */
const sizeOf = (stdout: NodeJS.WriteStream): Size => ({
  columns: stdout.columns || 80,
  rows: stdout.rows || 24,
});

/** Ink erases the scrollback too when a frame is as tall as a window that has just shrunk; the person's scrollback is not ours to erase. */
function keepingScrollback(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = (chunk: string, done?: () => void): boolean => stdout.write(chunk.replaceAll(ERASE_SCROLLBACK, ''), done);
  return new Proxy(stdout, {
    get: (target, name) => (name === 'write' ? write : Reflect.get(target, name)),
  });
}
