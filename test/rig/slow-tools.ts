/** An `iter` whose server of tools is slow to start, as on a machine with much to do: slower than codex waits for a server it does not need. */
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CLI } from './cli.ts';

/** Milliseconds. */
const LATE = 2500;

/** Its program, in a folder of its own. */
export function withSlowTools(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'iter-slow-tools-'));
  // iter looks for it beside its own program
  symlinkSync(path.join(path.dirname(CLI), 'acp.mjs'), path.join(folder, 'acp.mjs'));
  const program = path.join(folder, 'cli.mjs');
  const lines = [
    "import { setTimeout as pause } from 'node:timers/promises';",
    `if (process.argv[2] === 'mcp') await pause(${LATE});`,
    `await import(${JSON.stringify(CLI)});`,
  ];
  writeFileSync(program, `${lines.join('\n')}\n`);
  return program;
}
