/**
 * Limits of providers: a provider that refuses to work until some time holds up all tasks of that provider, and none of them has failed.
 * Reads what an agent or a person wrote about the time; who may start under a limit is `admission.ts`.
 */
import { parseDuration } from './duration.ts';
import type { TaskId } from './ids.ts';
import type { PlannedTask } from './plan.ts';
import { agentOf } from './transport.ts';

/** A provider that refuses to work, from its refusal until one attempt has shown that it works again. */
export interface ProviderLimit {
  /** ISO time from which one attempt may try. */
  readonly until: string;
  readonly since: string;
  readonly reason: string;
  /** The provider did not say until when. */
  readonly guessed: boolean;
  /** Refusals in a row. */
  readonly refusals: number;
  /** The attempt that tries whether the limit is over. */
  readonly probe?: TaskId;
}

/** Refusals in a row after which a person is asked whether to go on trying. */
export const MAX_REFUSALS = 8;

/** Milliseconds to wait when the provider names no time: after the first refusal, and at most. */
const FIRST_WAIT = 60_000;
const LONGEST_GUESS = 30 * 60_000;
/** No limit of a provider lasts longer than a week; a later time is a misread one. */
const LONGEST_LIMIT = 8 * 86_400_000;

/** Whose limits a task shares: the provider its step names, else its agent. */
export function providerOf(task: Pick<PlannedTask, 'agent' | 'provider'>): string {
  return task.provider ?? agentOf(task.agent);
}

/** The ISO time until which to wait after a refusal: what was said, or twice as long after each refusal when nothing usable was. `now` in ISO, too. */
export function waitUntil(
  said: string | undefined,
  { now, refusals }: { readonly now: string; readonly refusals: number },
): { readonly until: string; readonly guessed: boolean } {
  const start = Date.parse(now);
  if (said !== undefined) {
    const time = Date.parse(said);
    if (Number.isFinite(time) && time - start <= LONGEST_LIMIT)
      return { until: new Date(Math.max(time, start)).toISOString(), guessed: false };
  }
  const wait = Math.min(LONGEST_GUESS, FIRST_WAIT * 2 ** Math.min(refusals, 20));
  return { until: new Date(start + wait).toISOString(), guessed: true };
}

/** Reads `2026-11-21T18:00:00Z`, or a duration like `15m` from now on, as an ISO time; undefined for anything else. */
export function timeOf(text: string, now: string): string | undefined {
  const duration = parseDuration(text);
  if (duration !== undefined) return later(now, duration);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text.trim())) return undefined;
  const time = Date.parse(text.trim());
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** `now` and so many milliseconds, in ISO; a length of time no date can hold gives undefined. */
function later(now: string, milliseconds: number): string | undefined {
  const time = new Date(Date.parse(now) + milliseconds);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/**
 * Finds when a message of an agent's command line says that its limit ends, as an ISO time. Understood: seconds since 1970 behind `|` or as `resetsAt`,
 * an ISO time, `in 2 hours 30 minutes`, `after 4h30m2s`, `in 33.5s`, `"retry-after":"20"`, and `resets 3:30pm (Europe/Berlin)`.
 */
export function resetTime(text: string, now: string): string | undefined {
  const [, epoch] = /(?:\||"resets_?at":\s*)(\d{10})\b/i.exec(text) ?? [];
  if (epoch !== undefined) return new Date(Number(epoch) * 1000).toISOString();
  const [, iso] = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))/.exec(behindReset(text)) ?? [];
  if (iso !== undefined) return timeOf(iso, now);
  const [, seconds] = /retry-after"?:\s*"?(\d+)/i.exec(text) ?? [];
  if (seconds !== undefined) return later(now, Number(seconds) * 1000);
  return clockTime(text, now) ?? spelledOut(text, now);
}

/** Times in a log stand before each line; only one that follows such a word is the end of a limit. */
function behindReset(text: string): string {
  const found = /(?:reset|retry|try again|until)[^\n]*/gi.exec(text);
  return found === null ? '' : found[0];
}

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** `try again in 2 days 3 hours 4 minutes`, `reset after 4h30m2s`, `retry in 33.5s`. */
function spelledOut(text: string, now: string): string | undefined {
  const amount = String.raw`\d+(?:\.\d+)?\s*(?:days?|hours?|minutes?|seconds?|hrs?|mins?|secs?|[dhms])(?![a-z])`;
  const [, span] = new RegExp(String.raw`(?:again|retry|resets?)\s+(?:in|after)\s+((?:${amount}[\s,]*)+)`, 'i').exec(text) ?? [];
  if (span === undefined) return undefined;
  let total = 0;
  for (const [, figure, unit = ''] of span.matchAll(/(\d+(?:\.\d+)?)\s*([a-z])/gi)) {
    total += Number(figure) * (UNIT_MILLISECONDS[unit.toLowerCase()] ?? 0);
  }
  return later(now, Math.round(total));
}

/** `resets 3pm`, `resets at 3:30pm (Europe/Berlin)`: the next time it is that late there; in UTC where no zone is named. */
function clockTime(text: string, now: string): string | undefined {
  const found = /resets?\s+(?:at\s+)?(\d{1,2})(?::(\d{2}))?\s*([ap]m)\b(?:\s*\(([A-Za-z_+\-/]+)\))?/i.exec(text);
  if (found === null) return undefined;
  const [, hour = '0', minute = '0', half = 'am', zone = 'UTC'] = found;
  const wanted = ((Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)) * 60 + Number(minute);
  const here = minuteOfDay(now, zone);
  if (here === undefined) return undefined;
  const wait = (wanted - here + 24 * 60) % (24 * 60);
  const start = Math.floor(Date.parse(now) / 60_000) * 60_000;
  return new Date(start + wait * 60_000).toISOString();
}

/** Minutes since midnight in a time zone; undefined for a zone that does not exist. */
function minuteOfDay(now: string, zone: string): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const [hour = '0', minute = '0'] = parts.format(new Date(now)).split(':');
    return Number(hour) * 60 + Number(minute);
  } catch {
    return undefined;
  }
}
