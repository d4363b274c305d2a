/** Breaks good workflow files, one place at a time, in every way people, editors and attackers do. The same seed gives the same files. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Pair, Scalar } from 'yaml';

export interface Mutation {
  readonly kind: string;
  /** What was done, for the message of a test that fails. */
  readonly what: string;
  readonly text: string;
  /** 1-based line of the change; only where it must be told exactly. */
  readonly line?: number;
  /** Keys and indexes that lead to what was changed. */
  readonly path: readonly (string | number)[];
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly text: string;
}

interface Anatomy {
  readonly text: string;
  /** Every key of every map. */
  readonly keys: readonly Place[];
  /** Every value, of a key or in a list. */
  readonly values: readonly (Place & { readonly is: 'map' | 'list' | 'scalar'; readonly quoted: boolean })[];
  /** The first key of every map in block style. */
  readonly blocks: readonly Place[];
}

/** Numbers from 0 to 1 that look random. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** All single-place mutations of a workflow file. */
export function mutationsOf(text: string): Mutation[] {
  const anatomy = anatomyOf(text);
  return [
    ...anatomy.keys.flatMap((key) => misspelt(anatomy, key)),
    ...anatomy.values.flatMap((value) => [wrongType(anatomy, value), ...wrongWord(anatomy, value)]),
    ...anatomy.blocks.flatMap((block) => misplaced(anatomy, block)),
    ...anatomy.keys.flatMap((key) => twice(anatomy, key)),
    ...anatomy.values.flatMap((value) => [...unclosed(anatomy, value), ...unknownName(anatomy, value)]),
    ...tabbed(text),
  ];
}

function anatomyOf(text: string): Anatomy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const keys: Place[] = [];
  const values: Anatomy['values'][number][] = [];
  const blocks: Place[] = [];
  const placeOf = (node: { range?: readonly number[] | null | undefined }, path: Place['path']): Place => {
    const [start = 0, end = 0] = node.range ?? [];
    return { path, start, end, line: lines.linePos(start).line, text: text.slice(start, end) };
  };
  visit(document, (key, node, ancestors) => {
    const path = pathOf([...ancestors, node]);
    if (isMap(node) && node.flow !== true) {
      const first = (node.items[0] as Pair<Scalar> | undefined)?.key;
      if (first !== undefined) blocks.push(placeOf(first, path));
    }
    if (key === 'key' && isScalar(node)) keys.push(placeOf(node, path));
    else if (path.length > 0 && (isMap(node) || isSeq(node) || isScalar(node))) {
      const quoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
      values.push({ ...placeOf(node, path), is: isMap(node) ? 'map' : isSeq(node) ? 'list' : 'scalar', quoted });
    }
  });
  return { text, keys, values, blocks };
}

function pathOf(chain: readonly unknown[]): (string | number)[] {
  const path: (string | number)[] = [];
  chain.forEach((node, index) => {
    const above = chain[index - 1];
    if (isSeq(above)) path.push(above.items.indexOf(node));
    else if (isPairLike(node)) path.push(String((node as Pair<Scalar>).key.value));
  });
  return path;
}

function isPairLike(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'key' in node && 'value' in node;
}

const spliced = ({ text }: Anatomy, start: number, end: number, by: string): string => text.slice(0, start) + by + text.slice(end);

function misspelt(anatomy: Anatomy, key: Place): Mutation[] {
  const { text: word, start, end, line, path } = key;
  const spellings = [`${word}x`, word.slice(0, -1), `${word.slice(0, 1)}${word.slice(1, 2)}${word.slice(1)}`, word.toUpperCase()];
  return spellings
    .filter((spelling) => spelling !== word && spelling !== '')
    .map((spelling) => ({
      kind: 'misspelt key',
      what: `${word} as ${spelling}`,
      text: spliced(anatomy, start, end, spelling),
      line,
      path,
    }));
}

function wrongType(anatomy: Anatomy, value: Anatomy['values'][number]): Mutation {
  const by = value.is === 'scalar' ? '{ not: this }' : '7';
  const end = value.text.endsWith('\n') ? `${by}\n` : by;
  return {
    kind: 'wrong type',
    what: `${value.path.join('.')} is ${by}`,
    text: spliced(anatomy, value.start, value.end, end),
    line: value.line,
    path: value.path,
  };
}

/** Keys whose value is one of a few words. */
const WORDS = ['type', 'level', 'in', 'human', 'permission', 'strategy', 'format', 'mode', 'version', 'exists'];

function wrongWord(anatomy: Anatomy, value: Anatomy['values'][number]): Mutation[] {
  const { path, start, end, line, is } = value;
  if (is !== 'scalar' || !WORDS.includes(String(path.at(-1)))) return [];
  return ['wrod', '"1"', 'null', '~', '-1'].map((by) => ({
    kind: 'wrong word',
    what: `${path.join('.')} is ${by}`,
    text: spliced(anatomy, start, end, by),
    line,
    path,
  }));
}

/** Keys that have their place elsewhere, or nowhere. */
const STRAYS = [
  'goto: plan',
  'headings: [Summary]',
  'steps: []',
  'on_reject: { goto: plan }',
  'human_in_the_loop: true',
  '__proto__: { polluted: true }',
  'constructor: 1',
];

function misplaced(anatomy: Anatomy, block: Place): Mutation[] {
  const column = block.start - (anatomy.text.lastIndexOf('\n', block.start - 1) + 1);
  // where the key has its place it would be there twice, which is another kind
  const strays = STRAYS.filter(
    (stray) => !(stray.startsWith('steps') && block.path.length === 0) && !(stray.startsWith('headings') && block.path.includes('checks')),
  );
  return strays.map((stray) => ({
    kind: 'wrong place',
    what: `${stray} in ${block.path.join('.') || 'the file'}`,
    text: spliced(anatomy, block.start, block.start, `${stray}\n${' '.repeat(column)}`),
    line: block.line,
    path: [...block.path, stray.split(':')[0] ?? ''],
  }));
}

function twice(anatomy: Anatomy, key: Place): Mutation[] {
  const lineStart = anatomy.text.lastIndexOf('\n', key.start - 1) + 1;
  const before = anatomy.text.slice(lineStart, key.start);
  if (!/^\s*$/.test(before)) return [];
  return [
    {
      kind: 'key twice',
      what: `${key.path.join('.')} twice`,
      text: spliced(anatomy, key.start, key.start, `${key.text}: again\n${before}`),
      line: key.line + 1,
      path: key.path,
    },
  ];
}

function unclosed(anatomy: Anatomy, value: Anatomy['values'][number]): Mutation[] {
  const brackets = value.is !== 'scalar' && /[\]}]$/.test(value.text);
  if (!brackets && !value.quoted) return [];
  return [
    {
      kind: brackets ? 'bracket left open' : 'quote left open',
      what: value.path.join('.'),
      text: spliced(anatomy, value.end - 1, value.end, ''),
      path: value.path,
    },
  ];
}

/** Names that lead nowhere, where a name is expected. */
function unknownName(anatomy: Anatomy, value: Anatomy['values'][number]): Mutation[] {
  const { path, start, end, line, text } = value;
  const last = path.at(-1);
  const list = path.at(-2);
  const made: Mutation[] = [];
  if (last === 'goto' || last === 'from' || list === 'needs' || list === 'show' || (last === 'role' && path.length === 3)) {
    const by = last === 'from' ? 'inputs.nowhere' : 'nowhere-at-all';
    if (last !== 'role')
      made.push({ kind: 'unknown name', what: `${path.join('.')} is ${by}`, text: spliced(anatomy, start, end, by), line, path });
  }
  if (last === 'when') {
    for (const by of ['\'steps.nowhere.verdict == "approved"\'', "'inputs.nowhere'", "'1 +'", "'system(1)'", "'nowhere'"]) {
      made.push({ kind: 'unknown name', what: `when is ${by}`, text: spliced(anatomy, start, end, by), line, path });
    }
  }
  for (const match of text.matchAll(/\{\{\s*[\w.]+\s*\}\}/g)) {
    const at = start + match.index;
    const lines = anatomy.text.slice(0, at).split('\n').length;
    for (const by of ['{{ inputs.nowhere }}', '{{ inputs.constructor }}', '{{ __proto__ }}', '{{ }}', '{{ inputs.issue | upper }}', '{{']) {
      made.push({
        kind: 'unknown placeholder',
        what: `${by} in ${path.join('.')}`,
        text: spliced(anatomy, at, at + match[0].length, by),
        line: lines,
        path,
      });
    }
  }
  return made;
}

/** One line indented by a tab. */
function tabbed(text: string): Mutation[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index): Mutation[] => {
    if (!/^ +\S/.test(line) || line.trim().startsWith('#')) return [];
    const changed = lines.with(index, line.replace(/^ +/, '\t'));
    return [{ kind: 'tab', what: `line ${index + 1}`, text: changed.join('\n'), path: [] }];
  });
}

/** Files that are wrong as a whole; `good` is one that loads. */
export function wholeFiles(good: string): Mutation[] {
  const of = (kind: string, what: string, text: string, line?: number): Mutation => ({
    kind,
    what,
    text,
    path: [],
    ...(line === undefined ? {} : { line }),
  });
  const key = (of_: string): string => `${good.replace(/\n*$/, '\n')}${of_}\n`;
  const bomb = Array.from(
    { length: 12 },
    (_, index) => `a${index}: &a${index} [${index === 0 ? 'x, x' : `*a${index - 1}, *a${index - 1}, *a${index - 1}`}]`,
  ).join('\n');
  return [
    of('empty', 'no byte', ''),
    of('empty', 'blanks', ' \n\n'),
    of('empty', 'a comment', '# nothing\n'),
    of('empty', 'a document mark', '---\n'),
    of('not a map', 'a list', '- version: 1\n'),
    of('not a map', 'a text', 'version 1\n'),
    of('not a map', 'null', 'null\n'),
    of('not a map', 'true', 'true\n'),
    of('documents', 'two', `${good}\n---\n${good}`),
    of('size', '10 MB of comment', `${good}\n${'# padding padding padding\n'.repeat(400_000)}`),
    of('size', '10 MB of steps', `${good.split('steps:')[0] ?? ''}steps:\n${'  - { id: a, role: b }\n'.repeat(460_000)}`),
    of(
      'size',
      '8,000 steps',
      `version: 1\nname: many\nsteps:\n${Array.from({ length: 8000 }, (_, index) => `  - { id: a${index}, role: b }\n`).join('')}x: 1\n`,
    ),
    of(
      'size',
      '500 steps that all need each other',
      `version: 1\nname: many\nsteps:\n${Array.from({ length: 500 }, (_, index) => `  - { id: a${index}, role: b, needs: [a${(index + 1) % 500}] }\n`).join('')}`,
    ),
    of('size', '20,000 unknown keys', `${good}\n${Array.from({ length: 20_000 }, (_, index) => `zz${index}: 1\n`).join('')}`),
    of(
      'size',
      '7,000 inputs',
      `version: 1\nname: many\ninputs:\n${Array.from({ length: 7000 }, (_, index) => `  zz${index}: { type: list }\n`).join('')}steps: [{ id: a, role: b }]\n`,
    ),
    of(
      'size',
      '6,000 unknown placeholders',
      good.replace(
        /prompt: \|\n/,
        (line) => `${line}${Array.from({ length: 6000 }, (_, index) => `      {{ inputs.none_${index} }}\n`).join('')}`,
      ),
    ),
    of('nesting', 'flow lists', key(`x: ${'['.repeat(100_000)}`)),
    of('nesting', 'flow maps', key(`x: ${'{a: '.repeat(50_000)}`)),
    of('nesting', 'block lists', key(`x:\n${'- '.repeat(50_000)}`)),
    of('nesting', 'block maps', key(Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'))),
    of('aliases', 'that multiply', `${bomb}\n${good}`),
    of(
      'aliases',
      'that multiply inside a value',
      good.replace(/^name: .*$/m, (line) => `${line}\ntriggers: &t [${'*t, '.repeat(50)}x]`),
    ),
    of('aliases', 'in a circle', key('x: &x [*x]')),
    of('aliases', 'without an anchor', good.replace(/^name: .*$/m, 'name: *nobody')),
    of('aliases', 'merged into the file', key('<<: { goto: plan }')),
    of('tags', 'a function', good.replace(/^name: .*$/m, 'name: !!js/function "function(){}"')),
    of('tags', 'a binary', good.replace(/^name: .*$/m, 'name: !!binary aGVsbG8=')),
    of('bytes', 'a NUL', good.replace(/^name: (.*)$/m, 'name: "a\u0000b"')),
    of('bytes', 'an escape sequence', good.replace(/^name: (.*)$/m, 'name: "a\\e[31mb"')),
    of('bytes', 'half a character', good.replace(/^name: (.*)$/m, 'name: "a\uD800b"')),
    of('prototype', 'at the top', key('__proto__: { polluted: true }')),
    of(
      'prototype',
      'an input',
      good.replace(/^inputs:.*$/m, (line) => `${line}\n  __proto__: { type: string }`),
    ),
    of('version', 'of the future', good.replace(/^version: 1/m, 'version: 2')),
    of('version', 'as a text', good.replace(/^version: 1/m, 'version: "1"')),
    of('merge marks', 'of git', good.replace(/^steps:/m, '<<<<<<< HEAD\nsteps:\n=======\nsteps:\n>>>>>>> other')),
  ];
}

/** Other spellings of a file that mean the same. */
export function respelt(text: string): Mutation[] {
  const crlf = text.replaceAll('\n', '\r\n');
  return [
    { kind: 'respelt', what: 'BOM', text: `\uFEFF${text}`, path: [] },
    { kind: 'respelt', what: 'CRLF', text: crlf, path: [] },
    { kind: 'respelt', what: 'BOM and CRLF', text: `\uFEFF${crlf}`, path: [] },
    { kind: 'respelt', what: 'no last line end', text: text.replace(/\n+$/, ''), path: [] },
    { kind: 'respelt', what: 'a comment at the end', text: `${text}\n# the end\n`, path: [] },
  ];
}
