/**
 * What it costs to look for secrets in a log: MB a second, beside reading the same log for what the agent says, which happens anyway.
 * The log is a recorded stream repeated, with no secret in it. Give `--mb 500` for another size, `--stream <file>` for another stream.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createReader } from '../src/agents/stream.ts';
import { piecesOf } from '../src/effects/file-pieces.ts';
import { createMask } from '../src/effects/log-mask.ts';

const MEGABYTE = 1024 ** 2;
const { values } = parseArgs({
  options: { mb: { type: 'string', default: '64' }, stream: { type: 'string', default: 'test/fixtures/streams/codex.write.jsonl' } },
});
const folder = mkdtempSync(path.join(tmpdir(), 'iter-bench-'));
try {
  const unit = readFileSync(values.stream);
  const log = path.join(folder, 'a.log');
  const times = Math.ceil((Number(values.mb) * MEGABYTE) / unit.length);
  writeFileSync(log, Buffer.concat(Array.from({ length: times }, () => unit)));
  const size = (times * unit.length) / MEGABYTE;

  let begun = performance.now();
  const mask = createMask(log, ['correct-horse-battery', 'staple-and-some-more']);
  let longest = 0;
  do {
    const before = performance.now();
    mask.look();
    longest = Math.max(longest, performance.now() - before);
  } while (mask.isBehind());
  const masked = (performance.now() - begun) / 1000;

  begun = performance.now();
  const reader = createReader('codex');
  for (const piece of piecesOf(log)) reader.push(piece);
  const read = (performance.now() - begun) / 1000;

  process.stdout.write(
    `${Math.round(size)} MB: masked at ${Math.round(size / masked)} MB/s, longest look ${Math.round(longest)} ms; read as events at ${Math.round(size / read)} MB/s; ratio ${(masked / read).toFixed(2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
