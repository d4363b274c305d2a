/**
 * The one door to git: everything iter asks of git goes through here, with an argv array and without a shell.
 * It hardens the call (no hooks, no file-system monitor, no signing, no inherited GIT_* variables); what the commands mean is for the callers.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import type { SimpleGit } from 'simple-git';
import { checkoutDirectory, locate } from './repository.ts';
import type { ShortOutcome } from './spawn-helper.ts';
import { runShort } from './spawn-helper.ts';

export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs in this worktree of the repository, addressed by iter's own record: a `.git` file swapped by an agent has no effect. */
  readonly worktree?: string;
  /** The call may refresh the index; without it git takes no optional lock. */
  readonly writes?: boolean;
  readonly signal?: AbortSignal;
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Git refused, could not be started, or was killed: `exitCode` is undefined in the last two cases. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly argv: readonly string[];
  readonly directory: string;
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(directory: string, argv: readonly string[], outcome: { readonly exitCode: number | undefined; readonly stderr: string }) {
    const ended = outcome.exitCode === undefined ? 'did not finish' : `ended with ${outcome.exitCode}`;
    super(`git ${argv.join(' ')} ${ended} in ${directory}: ${outcome.stderr.trim()}`);
    this.argv = argv;
    this.directory = directory;
    this.exitCode = outcome.exitCode;
    this.stderr = outcome.stderr;
  }
}

/** Gives the output of a git command without its last newline; throws GitError when git ends with anything but 0. */
export async function git(directory: string, argv: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await gitResult(directory, argv, options);
  if (result.exitCode !== 0) throw new GitError(options.worktree ?? directory, argv, result);
  return result.stdout;
}

/** Runs a git command whose exit code is an answer; throws GitError only when git did not run to its end. */
export async function gitResult(directory: string, argv: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const call = callOf(directory, argv, options);
  const short = (await shortly(call, argv, options)) ?? (await directly(call, options));
  const result = short === undefined ? await execa('git', call.argv, { ...call.settings, encoding: 'utf8' }) : inWords(short);
  if (result.exitCode === undefined)
    throw new GitError(call.settings.cwd, argv, {
      exitCode: undefined,
      stderr: ('message' in result ? result.message : undefined) ?? result.stderr,
    });
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Gives the output of a git command byte for byte; throws GitError when git ends with anything but 0. */
export async function gitBytes(directory: string, argv: readonly string[], options: GitOptions = {}): Promise<Uint8Array> {
  const call = callOf(directory, argv, options);
  const result =
    (await shortly(call, argv, options)) ??
    (await directly(call, options)) ??
    (await execa('git', call.argv, { ...call.settings, encoding: 'buffer', stripFinalNewline: false }));
  if (result.exitCode !== 0) {
    const words = result.exitCode === undefined && 'message' in result ? result.message : undefined;
    throw new GitError(call.settings.cwd, argv, {
      exitCode: result.exitCode,
      stderr: words ?? Buffer.from(result.stderr).toString('utf8'),
    });
  }
  return result.stdout;
}

/** Commands that may talk to a person through their terminal; a helper has none. */
const REMOTE = new Set(['push', 'fetch', 'ls-remote', 'clone']);

/** Has a helper run what reads nothing and cannot be called off; undefined when git is to be started from here. */
async function shortly(call: Call, argv: readonly string[], { input, signal }: GitOptions): Promise<ShortOutcome | undefined> {
  if (input !== undefined || signal !== undefined || REMOTE.has(argv[0] ?? '')) return undefined;
  return runShort({ argv: ['git', ...call.argv], cwd: call.settings.cwd, env: call.settings.env });
}

/** Starts git with what node has by itself; undefined where it may be called off, which takes more: that is loaded when it is needed. */
function directly({ argv, settings }: Call, { input, signal }: GitOptions): Promise<ShortOutcome | undefined> {
  return new Promise((resolve) => {
    if (signal !== undefined) return resolve(undefined);
    const unended = (error: Error): void => resolve({ exitCode: undefined, stdout: NOTHING, stderr: Buffer.from(error.message) });
    try {
      const { cwd, env, maxBuffer } = settings;
      const child = execFile('git', argv, { cwd, env, maxBuffer, encoding: 'buffer' }, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') unended(error);
        else resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
      // git may end without having read everything
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    } catch (error) {
      unended(error as Error);
    }
  });
}

const NOTHING = new Uint8Array();

function inWords({ exitCode, stdout, stderr }: ShortOutcome) {
  const text = (bytes: Uint8Array): string =>
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/\r?\n$/, '');
  return { exitCode, stdout: text(stdout), stderr: text(stderr) };
}

/** A simple-git behind the same door, for porcelain that is only read. */
export async function reader(directory: string): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git');
  // simple-git distrusts these settings because they are dangerous with other values; with ours they switch things off
  const unsafe = {
    allowUnsafeHooksPath: true,
    allowUnsafeFsMonitor: true,
    allowUnsafeConfigPaths: true,
    allowUnsafeSshCommand: true,
    allowUnsafeAskPass: true,
    allowUnsafeProtocolOverride: true,
  };
  const env = environment({});
  return simpleGit({ baseDir: directory, config: [...SETTINGS], unsafe, allowEnvironment: Object.keys(env) }).env(env);
}

/** Settings for every call: each switches off a way in which a repository can make git run a program, or surprise a parser. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'commit.gpgSign=false',
  'gc.auto=0',
  'core.quotePath=false',
  'safe.bareRepository=explicit',
  'advice.detachedHead=false',
];

/** Inherited variables that say who the person is or how to reach a remote; every other GIT_* could redirect a command. */
const KEPT = new Set([
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_ASKPASS',
]);

/** Programs git would start for a person; iter is none. */
const PERSONAL = new Set(['EDITOR', 'VISUAL', 'PAGER']);

/** Bytes of output git may produce before the call is given up. */
const OUTPUT_LIMIT = 512 * 1024 * 1024;

type Call = ReturnType<typeof callOf>;

function callOf(directory: string, argv: readonly string[], options: GitOptions) {
  options.signal?.throwIfAborted();
  const where = placeOf(directory, options.worktree);
  const env = { ...environment(options), ...where, ...options.env };
  const settings = {
    cwd: options.worktree ?? directory,
    env,
    extendEnv: false,
    reject: false,
    maxBuffer: OUTPUT_LIMIT,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  };
  return { argv: [...SETTINGS.flatMap((setting) => ['-c', setting]), ...argv], settings };
}

/** Says where the repository is when git should not find out by itself: for a named worktree, and for a bare repository. */
function placeOf(directory: string, worktree: string | undefined): Record<string, string> {
  if (worktree === undefined && existsSync(path.join(directory, '.git'))) return {};
  const repository = locate(directory);
  if (repository === undefined) return {};
  if (worktree === undefined) return repository.bare ? { GIT_DIR: repository.gitDirectory } : {};
  const own = checkoutDirectory(repository, worktree);
  if (own === undefined) {
    throw new GitError(worktree, [], {
      exitCode: undefined,
      stderr: `not a worktree of ${repository.root}`,
    });
  }
  return { GIT_DIR: own, GIT_WORK_TREE: worktree };
}

function environment(options: GitOptions): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !PERSONAL.has(name) && (!name.startsWith('GIT_') || KEPT.has(name))) env[name] = value;
  }
  return {
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'file:https:ssh',
    GIT_OPTIONAL_LOCKS: options.writes === true ? '1' : '0',
    // lets a later iter find what a killed one left running
    ITER_ENGINE: String(process.pid),
  };
}
