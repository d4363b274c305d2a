/** Looks for secrets in lines a branch added. A line is allowed by the words `iter:allow-secret` and a reason behind them, in whatever comment the language has. */
import type { AddedLine } from './added-lines.ts';
import { entropyOf, SECRET_RULES } from '../core/secret-rules.ts';

export interface SecretFound {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** What kind it is; the secret itself is never repeated. */
  readonly rule: string;
  /** Somebody allowed it and did not say why. */
  readonly withoutReason: boolean;
}

/** Longer lines are cut: no token is as long, and generated files have lines of megabytes. */
const MAX_LINE = 20_000;
const ALLOWED = /iter:allow-secret\b[\s:]*(.*)$/;

/** One for each line and kind, in the order of the lines. */
export function secretsIn(lines: readonly AddedLine[]): SecretFound[] {
  return lines.flatMap(({ file, line, text }) => {
    const [, reason] = ALLOWED.exec(text) ?? [];
    if (reason !== undefined && /[\p{L}\p{N}]{3}/u.test(reason)) return [];
    return kindsIn(text.slice(0, MAX_LINE)).map((rule) => ({ file, line, rule, withoutReason: reason !== undefined }));
  });
}

function kindsIn(text: string): string[] {
  return SECRET_RULES.filter(({ pattern, entropy }) =>
    [...text.matchAll(pattern)].some((match) => entropyOf(match[1] ?? match[0]) >= entropy),
  ).map((rule) => rule.name);
}
