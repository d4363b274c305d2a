/** Takes secrets out of text: what has the form of one (`secret-rules.ts`), and values that are known to be one. Quick where there is none, because nearly everywhere there is none. */
import { entropyOf, SECRET_RULES, type SecretRule } from './secret-rules.ts';

export interface Span {
  readonly from: number;
  /** Behind its last character. */
  readonly to: number;
}

export interface Redactor {
  /** The text with `[redacted]` in place of each secret. */
  readonly text: (text: string) => string;
  /** Where the secrets are, in order, none inside of another. */
  readonly spans: (text: string) => readonly Span[];
  /** Characters the longest secret can have, as far as that is known beforehand. */
  readonly reach: number;
}

const MASK = '[redacted]';

/** A redactor that also knows these values; those that are too short or too common to be looked for are left out. */
export function createRedactor(values: readonly string[] = []): Redactor {
  const known = [...new Set(values.flatMap(formsOf))];
  const spans = (text: string): readonly Span[] => merged([...known.flatMap((value) => placesOf(text, value)), ...byRules(text)]);
  return {
    spans,
    reach: Math.max(LONGEST, ...known.map((value) => value.length)),
    text: (text) => {
      let rest = 0;
      let out = '';
      for (const { from, to } of spans(text)) {
        out += text.slice(rest, from) + MASK;
        rest = to;
      }
      return rest === 0 ? text : out + text.slice(rest);
    },
  };
}

/** The values of variables whose names say that they are secret: TOKEN, KEY, SECRET, PASSWORD and their like. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => (value !== undefined && SECRET_NAME.test(name) ? [value] : []));
}

const SECRET_NAME = /TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|CREDENTIAL|API_?KEY|(?:^|_)(?:KEY|PAT|PASS)S?(?:_|$)/i;

/** Shorter ones would be found everywhere. */
const SHORTEST_VALUE = 8;
/** Longer than any token a rule knows, with a private key of 16384 bits. */
const LONGEST = 16_384;

/** As it is, and as it stands in JSON. */
function formsOf(value: string): string[] {
  const text = value.trim();
  if (text.length < SHORTEST_VALUE || /^\d+$/.test(text)) return [];
  return [text, JSON.stringify(text).slice(1, -1)];
}

function placesOf(text: string, value: string): Span[] {
  const found: Span[] = [];
  for (let from = text.indexOf(value); from !== -1; from = text.indexOf(value, from + value.length))
    found.push({ from, to: from + value.length });
  return found;
}

/** A few searches tell for most rules that they need not be tried: several times as quick as trying them. */
const FIRST_LOOKS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/AKIA|ASIA|AIza/, ['AWS access key', 'Google API key']],
  [
    /gh[pousr]_|npm_|hf_[A-Za-z0-9]{3}|[sr]k_live|do[opr]_v1/,
    ['GitHub token', 'npm token', 'Hugging Face token', 'Stripe live key', 'DigitalOcean token'],
  ],
  [/sk-|xox[abeprs]-|gl(?:pat|dt|rt|cbt|ptt|ft|oas|soat)-/, ['OpenAI key', 'Anthropic key', 'Slack token', 'GitLab token']],
  [/SG\.|eyJ/, ['SendGrid key', 'JSON Web Token']],
  [/[sS][sS][wW]|[cC][rR][eE][tT]|[_iIsS-][kK][eE][yY]|[hHsS_-][tT][oO][kK]/, ['secret in an assignment']],
];

const PRIVATE_KEY = 'private key';
const LOOKED_FOR = FIRST_LOOKS.map(([look, names]) => ({ look, rules: SECRET_RULES.filter(({ name }) => names.includes(name)) }));
const ALWAYS = SECRET_RULES.filter(({ name }) => name !== PRIVATE_KEY && FIRST_LOOKS.every(([, names]) => !names.includes(name)));

/** What stands between the lines of a private key: its header stays, its lines go. Masked lines count as lines, so that a key may come in pieces. */
const KEY_LINES =
  /-----BEGIN (?:[A-Z0-9]{2,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----((?:(?:\s|\\+[nr])+[A-Za-z0-9+/=*]{40,}){1,240}(?:(?:\s|\\+[nr])+[A-Za-z0-9+/=*]{1,76}(?=(?:\s|\\+[nr])+-----END))?)/g;

function byRules(text: string): Span[] {
  const rules = [...LOOKED_FOR.flatMap((one) => (one.look.test(text) ? one.rules : [])), ...ALWAYS];
  return [...rules.flatMap((rule) => matches(text, rule)), ...matches(text, { pattern: KEY_LINES, entropy: 0 })];
}

function matches(text: string, { pattern, entropy }: Pick<SecretRule, 'pattern' | 'entropy'>): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(pattern)) {
    const secret = match[1] ?? match[0];
    if (entropyOf(secret) < entropy) continue;
    const from = match.index + match[0].lastIndexOf(secret);
    found.push({ from, to: from + secret.length });
  }
  return found;
}

function merged(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && span.from <= last.to) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else joined.push(span);
  }
  return joined;
}
