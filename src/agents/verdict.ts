/**
 * How a run of an agent went: from what it said, how its process ended, and who ended it, together. Each of them alone is wrong sometimes:
 * qwen 0.15 calls a refused key a success, gemini ends with 0 when it is killed, opencode when nobody may answer its question.
 * "ok" says that the agent came to its end by itself; whether the work is any good is for the checks.
 */
import type { StreamFormat } from '../core/agent-descriptor.ts';
import type { RunVerdict } from '../core/run-verdict.ts';
import { shortMessage } from './short-message.ts';
import type { StreamSummary } from './stream-summary.ts';

export interface ProcessEnd {
  /** Neither this nor a signal: nothing is known of the process. */
  readonly exit?: number;
  readonly signal?: string;
  /** iter ended it: its time was over. */
  readonly timedOut?: boolean;
  /** iter ended it: it did nothing any more. */
  readonly idle?: boolean;
}

/** Never ok without an end in the output, except for `text`, which has none: there exit 0 is all there is. */
export function verdictOf({ format, terminal, limit }: StreamSummary, { exit, signal, timedOut, idle }: ProcessEnd): RunVerdict {
  if (terminal?.kind === 'error' && terminal.cause !== undefined) return terminal.cause;
  // one that waits for its provider can do so for ever
  if (timedOut === true || idle === true) return limit === undefined ? 'timeout' : 'rate_limited';
  if (signal !== undefined || (exit !== undefined && SIGNAL_EXITS.has(exit))) return 'killed';
  const meant = exit === undefined ? undefined : (EXITS[format]?.get(exit) ?? EXITS_OF_ALL.get(exit));
  if (meant !== undefined) return meant;
  const failed = terminal?.kind === 'error' || (exit !== undefined && exit !== 0);
  if (terminal?.kind !== 'ok' && limit !== undefined) return 'rate_limited';
  if (failed) return 'error';
  const isSaid = format === 'text' ? exit === 0 : terminal?.kind === 'ok';
  return isSaid ? 'ok' : 'unfinished';
}

/** What the agent said of the error it ended with, in one line; of one that told of no end, the last line that was no event: most say there why they could not begin. */
export function messageOf({ terminal, lastWords }: StreamSummary, verdict: RunVerdict): string | undefined {
  if (terminal?.kind === 'error') return shortMessage(terminal.message);
  return verdict === 'error' && terminal === undefined && lastWords !== undefined ? shortMessage(lastWords) : undefined;
}

/** 128 and the number of SIGHUP, SIGINT, SIGKILL, SIGTERM: programs that catch the signal end with these. */
const SIGNAL_EXITS: ReadonlySet<number> = new Set([129, 130, 137, 143]);

/** gemini ends with the HTTP status modulo 256; 41 and 53 are its own, and qwen has taken 53 over. */
const EXITS: Partial<Record<StreamFormat, ReadonlyMap<number, RunVerdict>>> = {
  gemini: new Map<number, RunVerdict>([
    [41, 'auth'],
    [53, 'limit'],
    [401 % 256, 'auth'],
    [403 % 256, 'auth'],
    [429 % 256, 'rate_limited'],
  ]),
  claude: new Map<number, RunVerdict>([[53, 'limit']]),
};

/** sysexits(3) EX_TEMPFAIL: how any program may say "try again later". */
const EXITS_OF_ALL: ReadonlyMap<number, RunVerdict> = new Map([[75, 'rate_limited']]);
