/**
 * How long a person waits for commands that do little, against `node -e 0` in the same run: the ratio is mostly what a command loads.
 * Commands take turns, node before each, so that a busy moment of the machine falls on all of them; on a machine that is never quiet believe the fastest runs. Give `--cli <file>` to measure another build, `--turns <n>` for more runs.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

interface Subject {
  readonly name: string;
  /** How many times `node -e 0` it may take. */
  readonly goal?: number;
  /** Milliseconds of one run. */
  readonly run: () => number | Promise<number>;
}

/** Milliseconds after which a screen that does not show its table counts as broken. */
const LONGEST_FRAME = 20_000;

const { values } = parseArgs({ options: { cli: { type: 'string', default: 'dist/cli.js' }, turns: { type: 'string', default: '31' } } });
const cli = path.resolve(values.cli);
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'iter-bench-')));
const root = path.join(folder, 'repository');
const environment = quietEnvironment();
try {
  if (!existsSync(cli)) throw new Error(`${cli} does not exist; build it: node scripts/build.mjs`);
  prepare();
  await measure([
    { name: 'iter --version', goal: 1.5, run: () => timed([cli, '--version']) },
    { name: 'iter status --json', goal: 2, run: () => timed([cli, 'status', 'watched', '--json']) },
    { name: 'iter validate, verdict stored', goal: 3, run: () => timed([cli, 'validate', 'judged', '--json']) },
    { name: 'iter validate --fresh', goal: 3, run: () => timed([cli, 'validate', 'judged', '--json', '--fresh']) },
    { name: 'iter new --dry-run', run: () => timed([cli, 'new', 'again', '--agent', 'rehearsal', '--dry-run', '--json']) },
    { name: 'iter monitor, first frame', goal: 6.5, run: firstFrame },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A repository with two iterations of six tasks, all accepted: one that is only looked at, one whose log grows with every validation. */
function prepare(): void {
  mkdirSync(path.join(root, 'src'), { recursive: true });
  for (const name of ['alpha', 'beta', 'gamma']) writeFileSync(path.join(root, 'src', `${name}.js`), `export const ${name} = 1;\n`);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '-m', 'files');
  for (const slug of ['watched', 'judged']) {
    iter('new', slug, '--targets', 'src/*.js', '--agent', 'rehearsal', '--quiet');
    iter('launch', slug, '--quiet');
  }
}

async function measure(subjects: readonly Subject[]): Promise<void> {
  const floors: number[] = [];
  const times = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  // the first turn fills caches and stores the verdict
  for (const { run } of subjects) await run();
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    for (const [subject, measured] of times) {
      floors.push(timed(['-e', '0']));
      measured.push(await subject.run());
    }
  }
  print(`${values.turns} turns, node -e 0 = 1.00: median ${median(floors).toFixed(1)} ms, fastest ${Math.min(...floors).toFixed(1)} ms`);
  print(`${''.padEnd(30)}     median  ratio   fastest  ratio   goal`);
  for (const [{ name, goal }, measured] of times) {
    const columns = [median, (numbers: readonly number[]) => Math.min(...numbers)].map((of) => {
      return `${of(measured).toFixed(1).padStart(8)} ms  ${(of(measured) / of(floors)).toFixed(2).padStart(5)}`;
    });
    print(`${name.padEnd(30)}${columns.join('')}   ${goal?.toFixed(1) ?? ''}`);
  }
}

function timed(argv: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: root, env: environment, encoding: 'utf8' });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}

/** From the start of `iter monitor` in a pseudo-terminal until the row of the first task is on the screen; `script` and a shell are included. */
async function firstFrame(): Promise<number> {
  const started = performance.now();
  const line = `exec "${process.execPath}" "${cli}" monitor watched`;
  const child = spawn('script', ['-qfc', line, '/dev/null'], { cwd: root, env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  let shown = '';
  let took: number | undefined;
  const late = setTimeout(() => child.kill(), LONGEST_FRAME);
  child.stdout.on('data', (bytes: Buffer) => {
    shown += bytes.toString('latin1');
    if (took !== undefined || !shown.includes('Plan the work')) return;
    took = performance.now() - started;
    child.stdin.write('q');
  });
  await ended;
  clearTimeout(late);
  if (took === undefined) throw new Error(`iter monitor showed no table: ${JSON.stringify(shown)}`);
  return took;
}

/** Nothing of this person's configuration, and nothing that keeps the monitor from drawing. */
function quietEnvironment(): Record<string, string> {
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const author = {
    GIT_AUTHOR_NAME: 'bench',
    GIT_AUTHOR_EMAIL: 'bench@localhost',
    GIT_COMMITTER_NAME: 'bench',
    GIT_COMMITTER_EMAIL: 'bench@localhost',
  };
  return { ...author, PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return ((sorted[middle] ?? 0) + (sorted[sorted.length - 1 - middle] ?? 0)) / 2;
}

function iter(...argv: readonly string[]): void {
  timed([cli, ...argv]);
}

function git(...argv: readonly string[]): void {
  execFileSync('git', argv, { cwd: root, env: environment, stdio: 'pipe' });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
