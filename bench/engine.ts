/**
 * What the orchestrator itself costs: a launch of N agents that only sleep, against `xargs -P N sleep` plus the N worktrees as plain git makes them one
 * after the other, in the same run. Also the largest memory of the launch.
 * Give `--agents <n>`, `--seconds <n>` for other sizes, `--profile <folder>` for a CPU profile of the launch.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Wall time as a multiple of the plain way, and megabytes. */
const GOAL = { ratio: 1.5, megabytes: 200 };
const FILES = 20;

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '2' },
    cli: { type: 'string', default: 'dist/cli.js' },
    in: { type: 'string', default: tmpdir() },
    profile: { type: 'string' },
  },
});
const agents = Number(values.agents);
const cli = path.resolve(values.cli);
const folder = realpathSync(mkdtempSync(path.join(values.in, 'iter-bench-')));
const root = path.join(folder, 'repository');
const environment = {
  PATH: process.env['PATH'],
  HOME: folder,
  USER: 'bench',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};
try {
  if (!existsSync(cli)) throw new Error(`${cli} does not exist; build it: node scripts/build.mjs`);
  prepare();
  const before = childSeconds();
  const plain = { sleep: timed(sleepPlainly), worktrees: timed(addPlainly) };
  const between = childSeconds();
  clearPlain();
  const cleared = childSeconds();
  const launched = await launch();
  report(plain, launched);
  const [ours, theirs] = [childSeconds() - cleared, between - before];
  print(
    `processor time, which other programs disturb less: ${ours.toFixed(1)} s against ${theirs.toFixed(1)} s, ratio ${(ours / theirs).toFixed(2)}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A small repository, and an iteration of as many tasks as there are agents, none of which has to deliver anything. */
function prepare(): void {
  mkdirSync(root, { recursive: true });
  for (let index = 0; index < FILES; index += 1) writeFileSync(path.join(root, `file-${index}.txt`), `file ${index}\n`);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '-m', 'files');
  const workflow = path.join(folder, 'asleep.yaml');
  writeFileSync(
    workflow,
    `version: 1
name: asleep
inputs: { parts: { type: list } }
environments: { dev: { human: optional } }
steps:
  - { id: sleep, role: builder, targets: { from: inputs.parts }, prompt: "Sleep.", retry: { max: 0 } }
`,
  );
  const parts = Array.from({ length: agents }, (_, index) => `p${index + 1}`).join(',');
  iter('new', 'many', '-w', workflow, '--input', `parts=${parts}`, '--agent', `command:sleep ${values.seconds}`, '--quiet');
}

function sleepPlainly(): void {
  const lines = Array.from({ length: agents }, () => values.seconds).join('\n');
  execFileSync('xargs', ['-P', String(agents), '-n', '1', 'sleep'], { input: lines });
}

function addPlainly(): void {
  for (let index = 0; index < agents; index += 1)
    git('worktree', 'add', '--quiet', '-b', `plain/${index}`, path.join(folder, 'plain', String(index)), 'main');
}

/** What the plain way made is no burden for the other. */
function clearPlain(): void {
  rmSync(path.join(folder, 'plain'), { recursive: true, force: true });
  git('worktree', 'prune');
}

interface Launched {
  readonly seconds: number;
  readonly megabytes: number;
  readonly accepted: number;
  readonly events: number;
}

async function launch(): Promise<Launched> {
  const begun = performance.now();
  const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(values.profile)}`];
  const child = spawn(process.execPath, [...profile, cli, 'launch', 'many', '--max-parallel', String(agents), '--quiet'], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let kilobytes = 0;
  const looks = setInterval(() => {
    kilobytes = Math.max(kilobytes, peakOf(child.pid ?? 0));
  }, 50);
  const exit = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearInterval(looks);
  const seconds = (performance.now() - begun) / 1000;
  if (exit !== 0) throw new Error(`iter launch ended with ${exit}`);
  const events = readFileSync(path.join(root, 'iterations', '001-many', '.run', 'events.jsonl'), 'utf8').split('\n');
  const accepted = events.filter((line) => line.includes('"task-accepted"')).length;
  return { seconds, megabytes: kilobytes / 1024, accepted, events: events.length - 2 };
}

/** The most memory a process has held so far, in kilobytes: VmHWM of proc(5). */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Processor seconds of all children that have ended: cutime and cstime of proc(5), a hundred to a second. */
function childSeconds(): number {
  const line = readFileSync('/proc/self/stat', 'utf8');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** The start of Node and of the launch itself is in the time of iter, too. */
function report(plain: { readonly sleep: number; readonly worktrees: number }, launched: Launched): void {
  const floor = plain.sleep + plain.worktrees;
  const ratio = launched.seconds / floor;
  print(
    `${agents} agents that sleep ${values.seconds} s: xargs ${plain.sleep.toFixed(2)} s + worktrees one by one ${plain.worktrees.toFixed(2)} s = ${floor.toFixed(2)} s`,
  );
  print(
    `iter launch ${launched.seconds.toFixed(2)} s, ratio ${ratio.toFixed(2)} (goal ${GOAL.ratio}), peak memory ${launched.megabytes.toFixed(0)} MB (goal ${GOAL.megabytes}), ${launched.accepted} accepted, ${launched.events} events`,
  );
}

function timed(act: () => void): number {
  const begun = performance.now();
  act();
  return (performance.now() - begun) / 1000;
}

function git(...argv: readonly string[]): void {
  execFileSync('git', argv, { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}

function iter(...argv: readonly string[]): void {
  execFileSync(process.execPath, [cli, ...argv], { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
