/** Agent files as people write them for Claude Code, made from a seed: most are valid, some are broken in the ways such files really are. */

export interface AgentFile {
  /** What is wrong with its front matter, if anything. */
  readonly kind: Kind;
  readonly text: string;
  readonly file: string;
  readonly name: string;
  readonly description: string;
  /** Keys no form of role knows, with their values. */
  readonly unknown: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const BROKEN = [
  'a colon in the description',
  'a quote that never closes',
  'quotes inside quotes',
  'examples over several lines',
  'tabs as indentation',
  'no closing dashes',
  'no closing dashes and a rule in the text',
  'a colon without a space',
] as const;
export type Kind = 'sound' | (typeof BROKEN)[number];

/** `sound` files in every form YAML allows, then `broken` ones, all kinds in turn. */
export function agentFiles(seed: number, { sound, broken }: { readonly sound: number; readonly broken: number }): AgentFile[] {
  const random = numbers(seed);
  const kinds = [
    ...Array.from({ length: sound }, () => 'sound' as const),
    ...Array.from({ length: broken }, (_, index) => BROKEN[index % BROKEN.length] ?? 'sound'),
  ];
  return kinds.map((kind, index) => agentFile(kind, index, random));
}

type Random = (below: number) => number;

function agentFile(kind: Kind, index: number, random: Random): AgentFile {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const name = `${pick(['react', 'sql', 'cloud', 'legal', 'game'])}-${pick(['expert', 'reviewer', 'pro', 'auditor'])}-${index}`;
  const end = pick(['\n', '\n', '\n', '\r\n']);
  const start = pick(['', '', '', '\uFEFF']);
  const { written, description } = descriptionFor(kind, random);
  const unknown: Record<string, unknown> = {};
  const keys = [`name: ${name}`, kind === 'a colon without a space' ? `description:${description}` : `description: ${written}`];
  if (kind === 'tabs as indentation') {
    keys.push('mcpServers:\n\t- github\n\t- "sentry: main"');
    unknown['mcpServers'] = ['github', 'sentry: main'];
  }
  for (const [key, yaml, value] of OTHERS) {
    if (random(3) !== 0) continue;
    keys.push(`${key}: ${yaml}`);
    unknown[key] = value;
  }
  if (random(2) === 0) keys.push(`tools: ${pick(['Read, Grep, Bash', '[Read, Grep]', 'Read'])}`);
  if (random(2) === 0) keys.push(`model: ${pick(['opus', 'sonnet', 'haiku', 'inherit'])}`);
  const body = bodyFor(kind, random);
  const closing = kind.startsWith('no closing') ? '' : `---${pick(['', '', ' '])}\n`;
  const withEnds = (text: string): string => text.replaceAll('\n', end);
  return {
    kind,
    text: `${start}${withEnds(`---\n${keys.join('\n')}\n${closing}${body}`)}`,
    file: `agents/${name}.md`,
    name,
    // an escaped line end in YAML is a line feed wherever it stands
    description: kind === 'sound' ? description : withEnds(description),
    unknown,
    body: withEnds(body),
  };
}

/** Key, YAML, value. */
const OTHERS: readonly (readonly [string, string, unknown])[] = [
  ['color', 'cyan', 'cyan'],
  ['permissionMode', 'acceptEdits', 'acceptEdits'],
  ['version', '1.10', 1.1],
  ['tags', '[review, "a: b"]', ['review', 'a: b']],
  ['metadata', '\n  author: Ada\n  links:\n    - https://example.org/a#b', { author: 'Ada', links: ['https://example.org/a#b'] }],
  ['notes', '|\n  one\n\n  three: 3', 'one\n\nthree: 3\n'],
  ['größe', "'it''s large'", "it's large"],
];

function descriptionFor(kind: Kind, random: Random): { readonly written: string; readonly description: string } {
  const plain = `Use this agent when ${['queries are slow', 'a contract is signed', 'tests fail at night'][random(3)] ?? ''}.`;
  switch (kind) {
    case 'a colon in the description':
      return same(`Expert in one thing: ${plain} Triggers: slow, late. Note: ask first`);
    case 'a quote that never closes':
      return { written: `"${plain} It asks first`, description: `${plain} It asks first` };
    case 'quotes inside quotes':
      return { written: `"${plain} Say "now" to start: it begins."`, description: `${plain} Say "now" to start: it begins.` };
    case 'examples over several lines':
      return same(
        `${plain} Examples:\n\n<example>\nContext: a user has a question\nuser: "Why: is it slow?"\n\nassistant: I look: now\n<commentary>\nreason: because\n</commentary>\n</example>`,
      );
    case 'tabs as indentation':
      return same(`Two things: ${plain}\n\tand more of it: later`);
    case 'a colon without a space':
    case 'no closing dashes':
    case 'no closing dashes and a rule in the text':
      return same(plain);
    default:
      return soundDescription(plain, random);
  }
}

function soundDescription(plain: string, random: Random): { readonly written: string; readonly description: string } {
  switch (random(5)) {
    case 0:
      return { written: `"${plain} Example: \\"go\\"\\n\\nand on"`, description: `${plain} Example: "go"\n\nand on` };
    case 1:
      return { written: `'${plain} It''s good: yes'`, description: `${plain} It's good: yes` };
    case 2:
      return { written: `>-\n  ${plain}\n  name: not a key`, description: `${plain} name: not a key` };
    case 3:
      return {
        written: `${plain} \\n\\n<example>user: 'hi'</example>`.replaceAll(': ', ' '),
        description: `${plain} \\n\\n<example>user 'hi'</example>`,
      };
    default:
      return same(plain);
  }
}

function same(text: string): { readonly written: string; readonly description: string } {
  return { written: text, description: text };
}

function bodyFor(kind: Kind, random: Random): string {
  const parts = [
    '# You are an expert\n',
    '\nname: this is no key\n\n',
    'Trailing blanks   \n\ttab, \u00e9\u0301, \u{1F9EA}, \u200B\n',
    '\n---\n\nA rule above: it stays.\n',
    '```yaml\n---\nname: other\n---\n```\n',
    '{{ inputs.x }} {% raw %} <example>never closed\n',
    '\n\n\nno line end at the end',
  ];
  const chosen = parts.filter(() => random(2) === 0);
  // without closing dashes only a blank line or a heading can say where the text starts
  if (kind === 'no closing dashes') return `\nYou are an expert.\n\n${chosen.filter((part) => !part.includes('---')).join('')}`;
  if (kind === 'no closing dashes and a rule in the text') return `\nYou are an expert.\n\n## Rules\n\n- first: ask\n\n---\n\nMore.\n`;
  return `You are an expert.\n${chosen.join('')}`;
}

/** A small generator of pseudo-random numbers (a linear congruence modulo 2^32). */
function numbers(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
