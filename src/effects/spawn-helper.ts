/**
 * Starts short-lived programs from small shells instead of from iter itself. To start a program the system copies the process that starts it: that
 * stops a launch with a hundred agents for 2 to 4 ms each time (`bench/engine`), and a shell for a fraction of one.
 * A shell ends when iter does, however that ends; what it runs at that moment goes on to its own end, as what iter starts itself does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Socket } from 'node:net';

export interface ShortCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ShortOutcome {
  /** Undefined when the program was ended by a signal, or its shell was: what it has done is not known. */
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Programs one run of iter starts itself before it takes a helper: most commands are over before. */
const BEFORE = 20;
/** Shells at most; what is asked for while all of them are at work waits for the next that is free. */
const SHELLS = 6;
/** Shells give this plus the number of the signal for a program that a signal ended; git itself gives 128 and 129. */
const SIGNALLED = 129;
/** What shells give for a program they could not start. */
const NOT_STARTED = new Set([126, 127]);
const NOTHING = new Uint8Array();

interface Shell {
  /** Where its programs write; it goes with the shell, or with iter, whichever ends first. */
  readonly folder: string;
  /** Runs one command; undefined when it could not be begun, so that it may be tried in another way. */
  readonly run: (command: ShortCommand) => Promise<ShortOutcome | undefined>;
  readonly state: { busy: boolean; gone: boolean };
  /** Resolves when the shell has ended and taken its files along. */
  readonly end: () => Promise<void>;
}

const shells: Shell[] = [];
let asked = 0;
let able = process.platform !== 'win32';

/** Runs a program that reads nothing and ends soon; undefined when it was not begun at all and is for the caller to start. */
export async function runShort(command: ShortCommand): Promise<ShortOutcome | undefined> {
  asked += 1;
  if (!able || asked <= BEFORE) return undefined;
  const shell = await freeShell();
  if (shell === undefined) return undefined;
  try {
    return await shell.run(command);
  } finally {
    shell.state.busy = false;
    waiting.shift()?.();
  }
}

/** Ends the shells; without it they end a moment after iter itself. */
export async function endShells(): Promise<void> {
  process.off('exit', clearUp);
  await Promise.all(shells.splice(0).map(({ end }) => end()));
}

const waiting: (() => void)[] = [];

/** A shell for the caller alone; undefined where there are none. */
async function freeShell(): Promise<Shell | undefined> {
  for (;;) {
    const left = shells.filter(({ state }) => !state.gone);
    shells.splice(0, shells.length, ...left);
    const free = left.find(({ state }) => !state.busy) ?? (left.length < SHELLS ? opened() : undefined);
    if (free !== undefined) {
      free.state.busy = true;
      return free;
    }
    if (!able) return undefined;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  }
}

function opened(): Shell | undefined {
  const shell = openShell();
  if (shell === undefined) {
    able = false;
    return undefined;
  }
  if (shells.length === 0) process.once('exit', clearUp);
  shells.push(shell);
  return shell;
}

/** Shells hear a moment later that iter has ended: what looks like something left behind must not be seen until then. */
function clearUp(): void {
  for (const { folder } of shells) rmSync(folder, { recursive: true, force: true });
}

/** The environment shells have; what a command needs beyond it is written before it, what it must not have is left out. */
function baseEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined || !isPlain(name) ? [] : [[name, value]])),
  );
}

const isPlain = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

function openShell(): Shell | undefined {
  const base = baseEnvironment();
  const folder = ownFolder();
  // a group of its own: what it runs is not cut short by a Ctrl-C that is meant for iter
  const child =
    folder === undefined ? undefined : spawn('sh', [], { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/', env: base, detached: true });
  if (folder === undefined || child?.pid === undefined) {
    child?.on('error', () => undefined);
    return undefined;
  }
  const [input, output] = [child.stdin as Socket, child.stdout as Socket];
  const files = { out: path.join(folder, 'out'), err: path.join(folder, 'err') };
  const state = { busy: false, gone: false };
  let answer: (line: string | undefined) => void = () => undefined;
  let said = '';
  const gone = (): void => {
    state.gone = true;
    rmSync(folder, { recursive: true, force: true });
    answer(undefined);
  };
  child.on('error', gone);
  child.on('close', gone);
  input.on('error', () => undefined);
  output.setEncoding('utf8');
  output.on('data', (text: string) => {
    said += text;
    if (!said.endsWith('\n')) return;
    const line = said.trim();
    said = '';
    answer(line);
  });
  // nobody waits for a shell that has nothing to do
  for (const handle of [child, input, output]) handle.unref();
  // when iter is gone the next answer has no reader, which would end the shell before it clears up
  input.write(`trap exit PIPE; trap ${quoted(`rm -rf -- ${quoted(folder)}`)} EXIT\n`);
  const run = async (command: ShortCommand): Promise<ShortOutcome | undefined> => {
    const script = state.gone ? undefined : scriptOf(command, base, files);
    if (script === undefined) return undefined;
    for (const handle of [child, output]) handle.ref();
    const line = await new Promise<string | undefined>((resolve) => {
      answer = resolve;
      input.write(script);
    });
    for (const handle of [child, output]) handle.unref();
    return outcomeOf(line, files);
  };
  const end = async (): Promise<void> => {
    if (state.gone) return;
    const closed = once(child, 'close');
    // whoever waits for the end must not be the last thing that happens: Node ends when nothing is referred to
    for (const handle of [child, input, output]) handle.ref();
    input.end();
    await closed;
  };
  return { folder, run, state, end };
}

/** Where the shells' programs write; undefined where nothing can be written. */
function ownFolder(): string | undefined {
  try {
    return mkdtempSync(path.join(tmpdir(), 'iter-shell-'));
  } catch {
    return undefined;
  }
}

interface Files {
  readonly out: string;
  readonly err: string;
}

const UNBEGUN = 'unbegun';

/** One line for the shell, which answers it with an exit code; undefined when the environment cannot be had by adding to the shell's own. */
function scriptOf({ argv, cwd, env }: ShortCommand, base: Readonly<Record<string, string>>, { out, err }: Files): string | undefined {
  const [into, errors] = [quoted(out), quoted(err)];
  const added = Object.entries(env).filter(([name, value]) => base[name] !== value);
  const dropped = Object.keys(base).filter((name) => env[name] === undefined && !OF_THE_SHELL.has(name));
  const words = [...added.flat(), ...argv, cwd];
  if (words.some((word) => word.includes('\0')) || added.some(([name]) => !isPlain(name))) return undefined;
  const without = dropped.length === 0 ? '' : `unset ${dropped.join(' ')}; `;
  const assigned = added.map(([name, value]) => `export ${name}=${quoted(value)}; `).join('');
  const called = `(${without}${assigned}exec ${argv.map(quoted).join(' ')}) >${into} 2>${errors} </dev/null`;
  return `if cd -- ${quoted(cwd)} && true >${into} && true >${errors}; then ${called}; echo $?; else echo ${UNBEGUN}; fi\n`;
}

/** Variables a shell sets by itself. */
const OF_THE_SHELL = new Set(['PWD', 'OLDPWD', 'SHLVL', '_', 'PPID', 'IFS', 'OPTIND', 'PS1', 'PS2', 'PS4']);

/** A word in single quotes, as POSIX shells read it; nothing in it means anything to them. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function outcomeOf(line: string | undefined, { out, err }: Files): ShortOutcome | undefined {
  if (line === undefined) return { exitCode: undefined, stdout: NOTHING, stderr: Buffer.from('the shell that ran it was ended') };
  if (line === UNBEGUN) return undefined;
  const code = Number(line);
  return { exitCode: code > SIGNALLED || NOT_STARTED.has(code) ? undefined : code, stdout: readFileSync(out), stderr: readFileSync(err) };
}
