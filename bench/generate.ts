/**
 * How long `iter new` takes for many targets, and whether that grows with them: one task for each (plan-build-review-doc, so that a review waits for all),
 * and packed by the threshold of the role (a glob). Give `--cli <file>` to measure another build, `--sizes 100,1000` for other numbers of targets.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Seconds for 1,000 targets. */
const GOAL = 2;

const { values } = parseArgs({
  options: { cli: { type: 'string', default: 'dist/cli.js' }, sizes: { type: 'string', default: '100,1000,10000' } },
});
const cli = path.resolve(values.cli);
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'iter-bench-')));
const root = path.join(folder, 'repository');
const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
try {
  if (!existsSync(cli)) throw new Error(`${cli} does not exist; build it: node scripts/build.mjs`);
  const sizes = values.sizes.split(',').map(Number);
  prepare(sizes);
  print(`iter new, seconds; the goal is ${GOAL} for 1,000 targets, growing linearly`);
  print(`${'targets'.padStart(8)}${'one each'.padStart(12)}${'per 1,000'.padStart(12)}${'packed'.padStart(12)}${'per 1,000'.padStart(12)}`);
  for (const size of sizes) {
    const columns = [
      ['one', '--targets', `n${size}/*.md`],
      ['packed', '-w', `packed-${size}.yaml`],
    ].map(([name = '', ...flags]) => {
      const seconds = timed(['new', `${name}-${size}`, '--agent', 'rehearsal', '--quiet', ...flags]) / 1000;
      return seconds.toFixed(2).padStart(12) + ((seconds / size) * 1000).toFixed(2).padStart(12);
    });
    print(`${String(size).padStart(8)}${columns.join('')}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A folder of stories and a workflow over it for each size. */
function prepare(sizes: readonly number[]): void {
  for (const size of sizes) {
    mkdirSync(path.join(root, `n${size}`), { recursive: true });
    for (let number = 1; number <= size; number += 1)
      writeFileSync(path.join(root, `n${size}`, `story-${number}.md`), `# Story ${number}\n`);
    writeFileSync(path.join(root, `packed-${size}.yaml`), packed(size));
  }
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '-m', 'files');
}

function packed(size: number): string {
  return `version: 1
name: packed
steps:
  - id: refine
    role: builder
    targets: { glob: "n${size}/*.md", as: story, points: 3 }
    deliverables:
      - { id: requirements, path: "refined/{{ story.id }}.md", in: repository, checks: [{ headings: [Summary] }] }
  - id: review
    role: reviewer
`;
}

function timed(argv: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [cli, ...argv], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`iter ${argv.join(' ')} ended with ${status}: ${stderr.slice(0, 2000)}`);
  return took;
}

function git(...argv: readonly string[]): void {
  execFileSync('git', argv, { cwd: root, env: environment, stdio: 'pipe' });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
