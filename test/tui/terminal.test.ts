/** The monitor in a real terminal: tmux is the terminal, the keys go through its pseudo-terminal, the picture is what it drew. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inkPlugins } from '../../scripts/ink-plugins.mjs';
import { until } from '../rig/until.ts';

const run = promisify(execFile);
const hasTmux = spawnSync('tmux', ['-V']).status === 0;

describe.skipIf(!hasTmux)('in a real terminal', { timeout: 180_000 }, () => {
  const socket = `iter-monitor-${process.pid}`;
  let folder: string;
  let program: string;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iter-monitor-'));
    program = join(folder, 'monitor.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, '../rig/monitor-program.tsx')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
      plugins: [...inkPlugins],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    // a shell that stays keeps the server of this test alive between windows
    await tmux('new-session', '-d', '-s', 'keep', 'cat');
  });

  afterAll(async () => {
    await tmux('kill-server');
    await rm(folder, { recursive: true, force: true });
  });

  async function tmux(...args: string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      env: { ...process.env, TERM: 'xterm-256color' },
    });
    return stdout;
  }

  /** A terminal with a shell in it that has just printed `before`, and the monitor started from there. */
  async function terminal({ columns = 80, rows = 24, settings = '', flags = '' } = {}) {
    count += 1;
    const name = `t${count}`;
    await tmux('new-session', '-d', '-s', name, '-x', String(columns), '-y', String(rows), 'env PS1="ready> " sh');
    const picture = (): Promise<string> => tmux('capture-pane', '-p', '-t', name);
    const shows = (text: string): Promise<string> => until(picture, (now) => now.includes(text), 60_000);
    const press = (...keys: string[]): Promise<string> => tmux('send-keys', '-t', name, ...keys);
    await shows('ready>');
    await press(
      '-l',
      `echo be''fore; env -u CI -u NO_COLOR -u FORCE_COLOR ${settings} ${process.execPath} ${program} ${flags}; echo exit=$?\n`,
    );
    await shows('j/k select');
    return {
      picture,
      shows,
      press,
      colours: () => tmux('capture-pane', '-p', '-e', '-t', name),
      resize: (x: number, y: number) => tmux('resize-window', '-t', name, '-x', String(x), '-y', String(y)),
      ask: (format: string) => tmux('display-message', '-p', '-t', name, format),
      /** Everything the terminal is sent from now on, as a file. */
      record: async () => {
        const file = join(folder, `${name}.bytes`);
        await tmux('pipe-pane', '-t', name, `cat > ${file}`);
        return file;
      },
      signal: async (signal: NodeJS.Signals) => {
        const shell = (await tmux('display-message', '-p', '-t', name, '#{pane_pid}')).trim();
        const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', shell]);
        process.kill(Number(stdout.trim().split('\n')[0]), signal);
      },
    };
  }

  it('keys lead through selecting, answering, reading a log and stopping', async () => {
    const view = await terminal();
    await view.press('j');
    await view.shows('> T2');
    await view.press('a', '1');
    await view.shows('D1 is answered: retry');
    await view.press('Up');
    await view.shows('> T1');
    await view.press('Enter');
    await view.shows('reading src/auth.ts\n');
    await view.press('Escape');
    await view.shows('> T1');
    await view.press('s', 'y');
    expect(await view.shows('T1 is stopped')).toContain('failed #1');
  });

  it('quitting says that the agents go on and gives the terminal back as it was', async () => {
    const view = await terminal();
    await view.press('q');
    const after = await view.shows('left: quit');
    expect(after).toContain('before\nMonitor closed; 1 agent goes on.');
    expect(after).not.toContain('j/k select');
    expect(await view.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1\n');
    await view.shows('\nexit=0');
    await view.press('-l', 'echo typ""ed\n');
    await view.shows('\ntyped');
  });

  it('Ctrl+C closes it too', async () => {
    const view = await terminal();
    await view.press('C-c');
    await view.shows('left: interrupted');
  });

  it('a signal gives the terminal back', async () => {
    const view = await terminal();
    await view.signal('SIGTERM');
    await until(
      () => view.ask('#{alternate_on} #{cursor_flag}'),
      (flags) => flags === '0 1\n',
    );
    expect(await view.picture()).toContain('before');
  });

  it('a feed that throws ends it with the error readable on the restored terminal', async () => {
    const view = await terminal({ flags: '--break' });
    await view.press('S', 'y');
    expect(await view.shows('ended: Error: the plan is gone')).toContain('before');
  });

  it('wide characters leave the columns where they are', async () => {
    const view = await terminal();
    const rows = (await view.picture()).split('\n');
    const cells = (text: string): number =>
      Array.from(text).reduce((sum, one) => sum + (/[\u3000-\u9FFF\u{1F300}-\u{1FAFF}]/u.test(one) ? 2 : 1), 0);
    const columns = ['running #1', 'awaiting-human', 'waiting'].map((state) => rows.find((row) => row.includes(state)) ?? '');
    expect(new Set(columns.map((row) => cells(row.slice(0, row.search(/running|awaiting|waiting/)))))).toHaveLength(1);
  });

  it('growing and shrinking redraws everything once, keeps the selection in view and spares the scrollback', async () => {
    const view = await terminal();
    const sent = await view.record();
    await view.press('G');
    await view.shows('> T42');
    for (const [columns, rows] of [
      [120, 40],
      [62, 11],
      [100, 30],
      [50, 8],
      [80, 24],
    ] as const) {
      await view.resize(columns, rows);
      const mark = columns < 60 ? /^0\/42 accepted, 1 need you, running: 001-parts\s*$/ : /> T42 /;
      const picture = await until(
        view.picture,
        (now) =>
          mark.test(now) && now.split('\n').length === rows + 1 && (columns < 60 || now.split('\n')[rows - 2]?.includes('q quit') === true),
      );
      expect(picture.match(/001-parts/g)).toHaveLength(1);
    }
    await view.press('q');
    await view.shows('left: quit');
    const bytes = await until(
      () => readFile(sent, 'utf8'),
      (text) => text.includes('left: quit'),
    );
    expect(bytes).not.toContain('\u001B[3J');
  });

  it('colour is used, unless NO_COLOR asks for none', async () => {
    const colourOf = async (settings: string): Promise<boolean> => {
      const view = await terminal({ settings });
      return /\[(?:\d+;)*3[0-7]m/.test(await view.colours());
    };
    expect([await colourOf(''), await colourOf('NO_COLOR=1')]).toEqual([true, false]);
  });
});
