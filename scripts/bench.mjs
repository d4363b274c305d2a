// Runs one benchmark: node scripts/bench.mjs worktrees. Node 20 runs no TypeScript, so bench/<name>.ts is bundled first.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const [name = '', ...rest] = process.argv.slice(2);
const entry = path.join(root, 'bench', `${name}.ts`);
if (name === '' || !existsSync(entry)) {
  const names = readdirSync(path.join(root, 'bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3));
  process.stderr.write(`unknown benchmark "${name}"; use one of ${names.join(', ')}\n`);
  process.exit(2);
}
const outfile = path.join(root, '.cache', 'bench', `${name}.mjs`);
buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' });
process.exitCode = spawnSync(process.execPath, [outfile, ...rest], { stdio: 'inherit' }).status ?? 1;
