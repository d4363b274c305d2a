/**
 * `scripts/bench.mjs merge`: how long `iter merge` takes to land 20 branches in a repository of 20,000 files, start of the program and checkout
 * of the person within, no commands to run; beside `git merge` of the same branches one after the other in a worktree. Prints a ratio.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Part of the time of the plain way. */
const GOAL = 0.2;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    branches: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    strategy: { type: 'string', default: 'linear' },
    cli: { type: 'string', default: 'dist/cli.js' },
  },
});
const [files, branches, rounds] = [values.files, values.branches, values.rounds].map(Number) as [number, number, number];
const cli = path.resolve(values.cli);
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'iter-bench-merge-')));
const root = path.join(folder, 'repository');
const plain = path.join(folder, 'plain');
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') && !name.startsWith('ITER_'))),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

const git = (where: string, ...argv: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@localhost', ...argv], {
    cwd: where,
    env: environment,
    encoding: 'utf8',
  }).trim();

try {
  prepare();
  const ids = git(root, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/iter').split('\n');
  if (ids.length !== branches) throw new Error(`${ids.length} branches in place of ${branches}`);
  const start = git(root, 'rev-parse', 'main');
  git(root, 'worktree', 'add', '--quiet', '-b', 'plain', plain, start);
  const times: { readonly own: number; readonly plain: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const one = timed(() => {
      for (const id of ids) git(plain, 'merge', '--quiet', '--no-ff', '-m', id, id);
    });
    const own = timed(() => run('merge', 'many', '--strategy', values.strategy));
    if (git(root, 'diff', '--name-only', 'main', 'plain') !== '') throw new Error('both ways have to come to the same files');
    times.push({ own, plain: one });
    git(plain, 'reset', '--quiet', '--hard', start);
    run('undo', 'many');
    rmSync(path.join(root, 'iterations', '001-many', '.run', 'verdicts'), { recursive: true, force: true });
  }
  const own = median(times.map((time) => time.own));
  const loop = median(times.map((time) => time.plain));
  process.stdout.write(
    [
      `${branches} branches, ${files} files, ${values.strategy}, median of ${rounds}`,
      `git merge in a worktree, one after the other   ${Math.round(loop)} ms`,
      `iter merge   ${Math.round(own)} ms`,
      `ratio ${(own / loop).toFixed(2)}; the goal is ${GOAL}`,
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Files in folders of fifty, and an iteration whose steps have each committed two of them. */
function prepare(): void {
  git(folder, 'init', '--quiet', '--initial-branch=main', root);
  const name = (index: number): string => `src/${Math.floor(index / 1000)}/${Math.floor(index / 50) % 20}/file-${index}.txt`;
  const blob = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const lines = Array.from({ length: files }, (_, index) => `M 100644 inline ${name(index)}\n${blob(`file ${index}\n`)}`);
  const head = `commit refs/heads/main\ncommitter Bench <bench@localhost> 1700000000 +0000\n${blob('start')}`;
  execFileSync('git', ['-C', root, 'fast-import', '--quiet'], { env: environment, input: `${head}${lines.join('')}` });
  git(root, 'reset', '--quiet', '--hard', 'main');
  writeFileSync(
    path.join(folder, 'work.sh'),
    'set -e\nfor file in "$@"; do echo more >> "$file"; done\ngit add "$@"\ngit -c user.name=Bench -c user.email=bench@localhost commit --quiet -m "$1"\n',
  );
  const steps = Array.from({ length: branches }, (_, index) => {
    const own = [name((index * 997 + 11) % files), name((index * 997 + 4211) % files)];
    return `  - { id: s${index}, stage: all, run: "sh ${path.join(folder, 'work.sh')} ${own.join(' ')}" }\n`;
  });
  const workflow = path.join(folder, 'many.yaml');
  writeFileSync(workflow, `version: 1\nname: many\nsteps:\n${steps.join('')}environments: { dev: { human: optional } }\n`);
  run('new', 'many', '-w', workflow);
  run('launch', 'many');
}

function run(...argv: readonly string[]): void {
  const [verb = '', ...rest] = argv;
  const ended = spawnSync(process.execPath, [cli, verb, ...rest, '-q', '-C', root], { cwd: folder, env: environment, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`iter ${argv.join(' ')} ended with ${ended.status}: ${ended.stderr}${ended.stdout}`);
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
