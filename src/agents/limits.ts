/**
 * Tells from the end of an agent's output that its provider refuses to go on for a while, and until when if it says so. Pure.
 * Sources: codex, gemini, opencode as measured with a server that answers 429; claude from the messages and events its SDK documents.
 */
import { resetTime, timeOf } from '../core/provider-limit.ts';

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

export interface Ended {
  readonly agent: string;
  /** Absent when it was ended by a signal or its time limit. */
  readonly exit?: number;
  /** The last lines of its output. */
  readonly output: readonly string[];
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

/** The refusal an attempt ended with; undefined when it ended for another reason. */
export function refusalIn({ agent, exit, output, now }: Ended): Refusal | undefined {
  const lines = output.slice(-LAST);
  if (exit === EXIT_TRY_LATER) return triedTooEarly(lines, now);
  const pattern = Object.hasOwn(MESSAGES, agent) ? MESSAGES[agent] : undefined;
  if (pattern === undefined || exit === 0) return undefined;
  const line = lines.findLast((one) => pattern.test(one));
  if (line === undefined) return undefined;
  const until = resetTime(line, now) ?? resetTime(lines.join('\n'), now);
  return { reason: shortened(line), ...(until === undefined ? {} : { until }) };
}

/** A program of anybody's: exit 75, and if it knows a time, `limit: 2026-11-21T18:00:00Z` or `limit: 15m` near the end of its output. */
function triedTooEarly(lines: readonly string[], now: string): Refusal {
  const said = lines.flatMap((line) => /^limit:\s*(\S+)\s*(.*)$/i.exec(line.trim()) ?? []).slice(-3);
  const until = said[1] === undefined ? undefined : timeOf(said[1], now);
  const reason = said[2] === undefined || said[2] === '' ? `the agent ended with exit ${EXIT_TRY_LATER}: try later` : said[2];
  return { reason, ...(until === undefined ? {} : { until }) };
}

/** A line of a JSON stream can be very long; its message is what people want to see. */
function shortened(line: string): string {
  const [, message] = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
  const text = (message ?? line).replaceAll(String.raw`\n`, ' ').trim();
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`;
}
