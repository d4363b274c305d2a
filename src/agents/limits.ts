/**
 * Tells that an agent's provider refuses to go on for a while, and until when if it says so: from the events of its output, where it has some,
 * else from the last lines. Pure. Sources: codex, gemini, opencode as measured with a server that answers 429; claude from the messages and
 * events its SDK documents.
 */
import { resetTime, timeOf } from '../core/provider-limit.ts';
import { agentOf } from '../core/transport.ts';
import { shortMessage } from './short-message.ts';
import type { StreamSummary } from './stream-summary.ts';
import { type ProcessEnd, verdictOf } from './verdict.ts';

/** sysexits(3) EX_TEMPFAIL: how any program may say "try again later". */
const EXIT_TRY_LATER = 75;

/** What the output of a command line says when it is limited; an attempt that ended well was not, whatever it wrote about limits. */
const MESSAGES: Readonly<Record<string, RegExp>> = {
  claude:
    /usage limit reached|hit your (?:\w+ )?limit|limit reached [^\n]{0,3}\s*resets|"status":\s*"rejected"|rate_limit_error|API Error: 429/i,
  codex: /last status: 429|hit your usage limit|rate limit reached|usage_limit_reached/i,
  gemini: /rate limit reached|RESOURCE_EXHAUSTED|quota exceeded|exhausted your (?:\w+ )?(?:capacity|quota)|status:? ?429/i,
  qwen: /API Error: 429|rate limit reached|quota exceeded|status:? ?429/i,
  opencode: /"statusCode":\s*429|rate limit reached|rate_limit_exceeded/i,
};

export interface Ended extends ProcessEnd {
  readonly agent: string;
  /** The last lines of its output. */
  readonly output: readonly string[];
  /** What its output comes to, of an agent that writes events. */
  readonly said?: StreamSummary;
  /** ISO time. */
  readonly now: string;
}

export interface Refusal {
  readonly reason: string;
  /** ISO time, when one was said. */
  readonly until?: string;
}

/** How many of the last lines are looked at: a limit ends the output. */
const LAST = 20;
/** Longer lines without a beginning are what is left of an event. */
const LONGEST_MESSAGE = 2000;

/** The refusal an attempt ended with; undefined when it ended for another reason. */
export function refusalIn(ended: Ended): Refusal | undefined {
  const { agent, exit, output, said, now } = ended;
  const lines = output.slice(-LAST);
  if (exit === EXIT_TRY_LATER) return triedTooEarly(lines, now);
  if (said === undefined) return exit === 0 ? undefined : refusalWritten(agent, lines, now);
  const verdict = verdictOf(said, ended);
  if (verdict === 'rate_limited') return refusalSaid(said, ended);
  // some try again and again without an event, and only their libraries say why; lines with events have other people's words in them
  const isOpen = said.terminal === undefined && (verdict === 'timeout' || verdict === 'error');
  const others = lines.filter((line) => !/^\s*\{/.test(line) && line.length <= LONGEST_MESSAGE);
  return isOpen ? refusalWritten(agent, others, now) : undefined;
}

function refusalSaid({ terminal, limit }: StreamSummary, { exit, now }: Ended): Refusal {
  const end = terminal?.kind === 'error' ? terminal : undefined;
  const message = end?.message ?? limit?.message ?? `the agent ended with exit ${exit ?? 'unknown'}`;
  const until = limit?.until ?? end?.until ?? resetTime(message, now) ?? resetTime(limit?.message ?? '', now);
  return { reason: shortMessage(message), ...(until === undefined ? {} : { until }) };
}

/** Goes by the words this agent is known to use. */
function refusalWritten(agent: string, lines: readonly string[], now: string): Refusal | undefined {
  const name = agentOf(agent);
  const pattern = Object.hasOwn(MESSAGES, name) ? MESSAGES[name] : undefined;
  if (pattern === undefined) return undefined;
  const line = lines.findLast((one) => pattern.test(one));
  if (line === undefined) return undefined;
  const until = resetTime(line, now) ?? resetTime(lines.join('\n'), now);
  return { reason: shortMessage(line), ...(until === undefined ? {} : { until }) };
}

/** A program of anybody's: exit 75, and if it knows a time, `limit: 2026-11-21T18:00:00Z` or `limit: 15m` near the end of its output. */
function triedTooEarly(lines: readonly string[], now: string): Refusal {
  const said = lines.flatMap((line) => /^limit:\s*(\S+)\s*(.*)$/i.exec(line.trim()) ?? []).slice(-3);
  const until = said[1] === undefined ? undefined : timeOf(said[1], now);
  const reason = said[2] === undefined || said[2] === '' ? `the agent ended with exit ${EXIT_TRY_LATER}: try later` : said[2];
  return { reason, ...(until === undefined ? {} : { until }) };
}
