/** Child programs written in TypeScript: bundled once for a test file, then run by node as often as needed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** Bundles `test/rig/<name>.ts` and gives the path of what node can run. */
export function bundled(name: string): string {
  const outfile = path.join(ROOT, '.cache', 'rig', `${name}-${process.pid}.mjs`);
  const entryPoints = [path.join(ROOT, 'test', 'rig', `${name}.ts`)];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' });
  return outfile;
}

export function startNode(program: string, ...argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Runs a program to its end and gives its exit code, or the signal that ended it. */
export async function runNode(program: string, ...argv: readonly string[]): Promise<number | string> {
  const [exit, signal] = (await once(startNode(program, ...argv), 'exit')) as [number | null, string | null];
  return exit ?? signal ?? 'unknown';
}
