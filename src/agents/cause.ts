/**
 * Tells from what a command line says about its own end whether its provider or its account is in the way.
 * Only for messages of errors: an agent writes about limits and keys when that is its work.
 */
import type { Cause } from './stream-event.ts';

/** The cause, by HTTP status when there is one or the message has one, else by its words. */
export function causeOf(message: string, status?: number): Cause | undefined {
  const [, said] = /(?:\bstatus(?: code)?:?|"(?:code|statusCode)":|\bAPI Error:|\bHTTP)\s*"?(\d{3})\b/i.exec(message) ?? [];
  const known = status ?? (said === undefined ? undefined : Number(said));
  if (known === 401 || known === 403) return 'auth';
  if (known === 429) return 'rate_limited';
  if (RATE.test(message)) return 'rate_limited';
  return AUTH.test(message) ? 'auth' : undefined;
}

const RATE =
  /rate.?limit|RESOURCE_EXHAUSTED|usage limit|hit your (?:\w+ )?limit|quota exceeded|exhausted your (?:\w+ )?(?:capacity|quota)|too many requests/i;
const AUTH =
  /(?:incorrect|invalid) (?:x-)?api.?key|unauthorized|not (?:logged|signed) in|authentication.(?:failed|error)|auth(?:entication)? method|please run \/login/i;
