/** Reads what an agent has written in some earlier run, and judges it as if it ended now. Starts nothing. */
import { createReader } from '../agents/stream.ts';
import type { StreamSummary } from '../agents/stream-summary.ts';
import { verdictOf, type ProcessEnd } from '../agents/verdict.ts';
import type { RunVerdict } from '../core/run-verdict.ts';
import type { StreamFormat } from '../core/agent-descriptor.ts';
import { piecesOf } from '../effects/file-pieces.ts';

export interface Replay extends StreamSummary {
  readonly verdict: RunVerdict;
}

/** What the file comes to in this format, with what is known of the process's end. */
export function replay(file: string, format: StreamFormat, end: ProcessEnd): Replay {
  const reader = createReader(format);
  for (const piece of piecesOf(file)) reader.push(piece);
  reader.end();
  const summary = reader.summary();
  return { ...summary, verdict: verdictOf(summary, end) };
}
