/**
 * How long it takes to judge 10,000 deliverables by presence, size, a word, headings and a schema, against a shell that does the first three
 * with `test -f`, `wc -c` and `grep -q` for each. The parsing of the criteria is within. Give `--files <n>` for fewer.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { files: { type: 'string', default: '10000' }, cli: { type: 'string', default: 'dist/cli.js' } } });
const amount = Number(values.files);
const cli = path.resolve(values.cli);
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'iter-bench-')));
const root = path.join(folder, 'repository');
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') && !name.startsWith('ITER_'))),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};
const WORKFLOW = `version: 1
name: many
steps: [{ id: look, run: "true" }]
environments: { dev: { human: optional } }
`;

try {
  prepare();
  const shell = timed('sh', [path.join(folder, 'check.sh')]);
  const own = timed(process.execPath, [cli, 'validate', 'many', '--json', '--fresh', '-C', root]);
  const idle = timed(process.execPath, ['-e', '0']);
  process.stdout.write(
    [
      `${amount} deliverables`,
      `shell: test -f, wc -c, grep -q   ${Math.round(shell)} ms`,
      `iter validate, with headings and a schema besides   ${Math.round(own)} ms, of which starting node takes ${Math.round(idle)} ms`,
      `ratio ${(shell / own).toFixed(1)}`,
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function prepare(): void {
  mkdirSync(path.join(root, 'docs'), { recursive: true });
  writeFileSync(path.join(root, 'schema.json'), '{"type": "object", "required": ["owner"], "properties": {"owner": {"type": "string"}}}');
  writeFileSync(path.join(folder, 'many.yaml'), WORKFLOW);
  const names = Array.from({ length: amount }, (_, index) => `docs/${index}.md`);
  for (const name of names) {
    writeFileSync(
      path.join(root, name),
      `---\nowner: Ada\n---\n# ${name}\n\n## Summary\n\nSays what it is.\n\n## Risks\n\n${'None worth naming here. '.repeat(40)}\n`,
    );
  }
  for (const argv of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '-m', 'files'],
  ])
    execFileSync('git', argv, { cwd: root, env: environment });
  run(process.execPath, [cli, 'new', 'many', '-w', path.join(folder, 'many.yaml'), '-q', '-C', root]);
  run(process.execPath, [cli, 'launch', 'many', '-q', '-C', root]);
  const lines = names.flatMap((name) => [
    `- [ ] MUST file \`${name}\` exists`,
    `- [ ] MUST file \`${name}\` is at least 200 B`,
    `- [ ] MUST file \`${name}\` contains \`worth\``,
    `- [ ] MUST file \`${name}\` has the headings \`Summary\`, \`Risks\``,
    `- [ ] MUST file \`${name}\` has front matter that fits the schema \`schema.json\``,
  ]);
  writeFileSync(
    path.join(root, 'iterations', '001-many', 'COMPLETION_CRITERIA.md'),
    `# Criteria\n\n## Everything\n\n${lines.join('\n')}\n`,
  );
  const tests = names.map((name) => `test -f ${name} && test "$(wc -c < ${name})" -ge 200 && grep -q worth ${name} || exit 1`);
  writeFileSync(path.join(folder, 'check.sh'), `cd ${root}\n${tests.join('\n')}\n`);
}

/** Milliseconds; throws when the program fails, because then nothing was measured. */
function timed(program: string, argv: readonly string[]): number {
  const start = performance.now();
  run(program, argv);
  return performance.now() - start;
}

function run(program: string, argv: readonly string[]): void {
  const ended = spawnSync(program, argv, { cwd: folder, env: environment, encoding: 'utf8', maxBuffer: 1024 ** 3 });
  if (ended.status !== 0)
    throw new Error(`${program} ${argv.join(' ')} ended with ${ended.status}: ${ended.stderr}${ended.stdout.slice(0, 2000)}`);
}
