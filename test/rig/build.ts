/** Before all tests: makes sure dist/ is what src/ says, because end-to-end tests run the built CLI. Builds only what is out of date. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const SOURCES = [
  'src',
  'schemas',
  'templates',
  'workflows',
  'roles',
  'MULTI_AGENT_PLAN.template.md',
  'scripts/build.mjs',
  'scripts/generate.mjs',
  'scripts/ink-plugins.mjs',
  'scripts/quick-loader.cjs',
  'scripts/ink-plugins.mjs',
  'package.json',
];

export function setup(): void {
  // a script that has just built says so
  if (process.env['ITER_DIST_READY'] !== undefined || isFresh()) return;
  execFileSync(process.execPath, [path.join(ROOT, 'scripts', 'build.mjs')], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

function isFresh(): boolean {
  const built = path.join(ROOT, 'dist', 'cli.js');
  return existsSync(built) && SOURCES.every((source) => newestIn(path.join(ROOT, source)) < statSync(built).mtimeMs);
}

/** Milliseconds of the last change to a file, or to any file below a folder. */
function newestIn(place: string): number {
  const own = statSync(place);
  return own.isDirectory() ? Math.max(own.mtimeMs, ...readdirSync(place).map((name) => newestIn(path.join(place, name)))) : own.mtimeMs;
}
