/**
 * What a hundred talkative agents cost: each writes 1 MB of JSON lines a second for ten seconds, as opencode would. Are all events counted, how large
 * does the launch get, for how long does its event loop stand still, and how soon does the monitor answer keys meanwhile? The same programs without iter are the baseline.
 * Give `--agents <n>`, `--seconds <n>`, `--rate <MB>` for other loads, `--profile <folder>` for CPU profiles of launch and monitor, `--keys` for each answer in turn. Needs `script` (util-linux) and perl.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/** Megabytes of the launch, and milliseconds until the monitor has answered a key. */
const GOAL = { megabytes: 300, milliseconds: 100 };
/** What colours and moves the cursor. */
const CODES = /\u001B\[[0-9;?]*[A-Za-z]/g;
/** Milliseconds between two keys. */
const BETWEEN = 250;

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '1' },
    cli: { type: 'string', default: 'dist/cli.js' },
    in: { type: 'string', default: tmpdir() },
    profile: { type: 'string' },
    keys: { type: 'boolean', default: false },
  },
});
const [agents, seconds, rate] = [Number(values.agents), Number(values.seconds), Number(values.rate)];
const cli = path.resolve(values.cli);
const folder = realpathSync(mkdtempSync(path.join(values.in, 'iter-bench-')));
const root = path.join(folder, 'repository');
const program = path.join(folder, 'streamer.pl');
const environment = {
  PATH: process.env['PATH'],
  HOME: folder,
  USER: 'bench',
  LC_ALL: 'C',
  TERM: 'xterm',
  NO_COLOR: '1',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/** One step: what was said, a tool that was called, what it cost. A hundred of them and a little are ten times a second a tenth of a megabyte. */
const STEP = [
  { type: 'text', sessionID: 's', part: { text: 'x'.repeat(700) } },
  { type: 'tool_use', sessionID: 's', part: { callID: 'c', tool: 'bash', state: { status: 'completed', output: 'y'.repeat(3000) } } },
  { type: 'step_finish', sessionID: 's', part: { reason: 'tool-calls', tokens: { input: 1, output: 1 }, cost: 0 } },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');
const STEPS_AT_ONCE = Math.round((rate * 1_000_000) / 10 / STEP.length);
const STEPS = STEPS_AT_ONCE * seconds * 10;

/** Ten pieces a second, by the clock; a counted last step ends the run. */
const STREAMER = `use Time::HiRes qw(time sleep);
my $piece = ('${STEP.replaceAll('\n', '\\n').replaceAll("'", "\\'")}' =~ s/\\\\n/\\n/gr) x ${STEPS_AT_ONCE};
my $begun = time;
for my $n (1 .. ${seconds * 10}) {
  for (my $at = 0; $at < length $piece;) { $at += syswrite STDOUT, $piece, length($piece) - $at, $at }
  my $rest = $begun + $n / 10 - time;
  sleep $rest if $rest > 0;
}
syswrite STDOUT, '{"type":"step_finish","part":{"reason":"stop","tokens":{"input":0,"output":1}}}' . "\\n";
`;

/** Writes how long the event loop of a process stood still, as it ends. */
const DELAYS = `import { monitorEventLoopDelay } from 'node:perf_hooks';
import { writeFileSync } from 'node:fs';
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on('exit', () => {
  const [p50, p99, most] = [delay.percentile(50), delay.percentile(99), delay.max].map((ns) => Math.round(ns / 1e6));
  const { user, system } = process.cpuUsage();
  if (process.env.ITER_BENCH_DELAYS) writeFileSync(process.env.ITER_BENCH_DELAYS, JSON.stringify({ p50, p99, most, cpu: (user + system) / 1e6 }));
});
`;

const late = (): never => {
  throw new Error('not done after five minutes');
};
setTimeout(late, 300_000).unref();

try {
  if (!existsSync(cli)) throw new Error(`${cli} does not exist; build it: node scripts/build.mjs`);
  prepare();
  const plain = await timedPlainly();
  const launched = launch();
  const monitored = await watch(launched.running);
  const measured = await launched.ended;
  report(plain, measured, monitored);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function prepare(): void {
  mkdirSync(path.join(root, '.iter', 'agents'), { recursive: true });
  writeFileSync(program, STREAMER);
  writeFileSync(path.join(folder, 'delays.mjs'), DELAYS);
  writeFileSync(
    path.join(root, '.iter', 'agents', 'streamer.yaml'),
    `name: streamer\nabout: Talks.\nbinary: perl\narguments: [${program}]\nprompt: stdin\nformat: opencode\nusage: { scope: step, reports: [tokens] }\n`,
  );
  writeFileSync(path.join(root, 'file.txt'), 'one\n');
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '-m', 'files');
  const workflow = path.join(folder, 'talk.yaml');
  writeFileSync(
    workflow,
    `version: 1
name: talk
inputs: { parts: { type: list } }
environments: { dev: { human: optional } }
steps:
  - { id: talk, role: builder, targets: { from: inputs.parts }, prompt: "Talk.", retry: { max: 0 } }
`,
  );
  const parts = Array.from({ length: agents }, (_, index) => `p${index + 1}`).join(',');
  execFileSync(process.execPath, [cli, 'new', 'many', '-w', workflow, '--input', `parts=${parts}`, '--agent', 'streamer', '--quiet'], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Seconds the same programs take by themselves, their output in files. */
async function timedPlainly(): Promise<number> {
  const begun = performance.now();
  const lines = Array.from({ length: agents }, (_, index) => `perl ${program} > ${folder}/plain-${index}\n`).join('');
  const child = spawn('xargs', ['-P', String(agents), '-d', '\\n', '-n', '1', 'sh', '-c'], {
    env: environment,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(lines);
  await new Promise((resolve) => child.on('exit', resolve));
  for (let index = 0; index < agents; index += 1) rmSync(path.join(folder, `plain-${index}`));
  return (performance.now() - begun) / 1000;
}

interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly cpu: number;
}

interface Measured extends Delays {
  readonly seconds: number;
  readonly megabytes: number;
  readonly counted: readonly number[];
}

function observed(name: string): {
  readonly node: readonly string[];
  readonly env: Record<string, string | undefined>;
  readonly delays: () => Delays;
} {
  const file = path.join(folder, `delays-${name}.json`);
  const profile =
    values.profile === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(values.profile)}`, `--cpu-prof-name=${name}.cpuprofile`];
  return {
    node: [...profile, `--import=file://${folder}/delays.mjs`],
    env: { ...environment, ITER_BENCH_DELAYS: file },
    delays: () => JSON.parse(readFileSync(file, 'utf8')) as Delays,
  };
}

function launch(): { readonly running: () => boolean; readonly ended: Promise<Measured> } {
  const { node, env, delays } = observed('launch');
  const begun = performance.now();
  // a session of its own, as in another terminal: the system shares processor time between sessions, and this program measures
  const child = spawn(process.execPath, [...node, cli, 'launch', 'many', '--max-parallel', String(agents), '--quiet'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  let kilobytes = 0;
  const looks = setInterval(() => {
    kilobytes = Math.max(kilobytes, peakOf(child.pid ?? 0));
  }, 50);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve)).then((exit) => {
    clearInterval(looks);
    if (exit !== 0) throw new Error(`iter launch ended with ${exit}`);
    return { seconds: (performance.now() - begun) / 1000, megabytes: kilobytes / 1024, counted: counted(), ...delays() };
  });
  return { running: () => child.exitCode === null, ended };
}

/** Steps of each task that the launch has on record: its last word on what the agent has used. */
function counted(): number[] {
  const last = new Map<string, number>();
  for (const line of readFileSync(path.join(root, 'iterations', '001-many', '.run', 'events.jsonl'), 'utf8').split('\n')) {
    if (!line.includes('"usage-reported"')) continue;
    const { task, usage } = JSON.parse(line) as { readonly task: string; readonly usage: { readonly outputTokens: number } };
    last.set(task, usage.outputTokens);
  }
  return [...last.values()];
}

/** Presses keys in a monitor on a terminal while the launch runs, and in a program that only echoes them; gives the milliseconds until each was answered. */
async function watch(isRunning: () => boolean): Promise<Monitored> {
  const { node, env, delays } = observed('monitor');
  const monitor = onTerminal(
    `stty cols 120 rows 40; ${[process.execPath, ...node, cli, 'monitor', 'many'].map((word) => `'${word}'`).join(' ')}`,
    env,
  );
  const echo = onTerminal('stty raw -echo; echo ready; exec cat', environment);
  await Promise.all([monitor.shows('j/k select'), echo.shows('ready')]);
  const answers: number[] = [];
  const echoes: number[] = [];
  for (let at = 1; isRunning(); at = at === 1 ? 2 : 1) {
    answers.push(await monitor.press(at === 1 ? 'j' : 'k', `> T${at === 1 ? 2 : 1} `));
    await pause(BETWEEN / 2);
    echoes.push(await echo.press(String(at), String(at)));
    await pause(BETWEEN / 2);
  }
  monitor.write('q');
  await monitor.ended;
  echo.kill();
  await echo.ended;
  return { ...delays(), answers, echoes };
}

interface Monitored extends Delays {
  readonly answers: readonly number[];
  /** Of the program that echoes: what any answer takes on this machine at this time. */
  readonly echoes: readonly number[];
}

/** A program on a terminal of its own. */
function onTerminal(command: string, env: Record<string, string | undefined>) {
  const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let waiting: { readonly text: string; readonly shown: (at: number) => void } | undefined;
  let recent = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const at = performance.now();
    recent = (recent + text.replaceAll(CODES, '')).slice(-20_000);
    if (waiting !== undefined && recent.includes(waiting.text)) waiting.shown(at);
  });
  const shows = (text: string): Promise<number> =>
    new Promise((resolve) => {
      waiting = { text, shown: resolve };
      if (recent.includes(text)) resolve(performance.now());
    });
  const press = async (key: string, answer: string): Promise<number> => {
    recent = '';
    const pressed = performance.now();
    child.stdin.write(key);
    return (await shows(answer)) - pressed;
  };
  return { shows, press, ended, write: (key: string) => child.stdin.write(key), kill: () => child.kill() };
}

/** The most memory a process has held so far, in kilobytes: VmHWM of proc(5). */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function report(plain: number, launched: Measured, monitored: Monitored): void {
  const steps = launched.counted.reduce((sum, one) => sum + one, 0);
  const sent = agents * (STEPS + 1);
  const answers = monitored.answers.toSorted((a, b) => a - b);
  const echoes = monitored.echoes.toSorted((a, b) => a - b);
  const late = answers.filter((one) => one > GOAL.milliseconds).length;
  print(
    `${agents} agents, ${rate} MB/s each for ${seconds} s: by themselves ${plain.toFixed(2)} s, in iter launch ${launched.seconds.toFixed(2)} s`,
  );
  print(`steps sent ${sent}, on record ${steps}, lost ${sent - steps}`);
  print(`launch: peak memory ${launched.megabytes.toFixed(0)} MB (goal ${GOAL.megabytes}), ${said(launched)}`);
  print(
    `monitor: ${answers.length} keys, answered within ${at(answers, 0.5)} ms (median), ${at(answers, 0.95)} ms (95 %), ${at(answers, 1)} ms (all); over ${GOAL.milliseconds} ms: ${late}; ${said(monitored)}`,
  );
  print(`a program that only echoes: within ${at(echoes, 0.5)} ms (median), ${at(echoes, 0.95)} ms (95 %), ${at(echoes, 1)} ms (all)`);
  if (values.keys) print(monitored.answers.map((one) => one.toFixed(0)).join(' '));
}

function said({ p50, p99, most, cpu }: Delays): string {
  return `event loop late by ${p50} ms (median), ${p99} ms (99 %), ${most} ms (at most), ${cpu.toFixed(1)} s of processor time`;
}

function at(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0);
}

function git(...argv: readonly string[]): void {
  execFileSync('git', argv, { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
