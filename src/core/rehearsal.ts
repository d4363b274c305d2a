/** The mistakes the rehearsal agent can be told to make, and how they are written: `T3: red`, `T4: fail:2`, `T5: slow:500`. */

import type { Problem } from './problem.ts';

export const BEHAVIOURS = ['fail', 'hang', 'red', 'reject', 'outside', 'conflict', 'slow', 'block'] as const;
export type BehaviourName = (typeof BEHAVIOURS)[number];

export interface Behaviour {
  readonly name: BehaviourName;
  /** Attempts it lasts for (`always` is Infinity), or milliseconds for `slow`. */
  readonly amount: number;
}

const DEFAULT_SLOWNESS = 1000;

/** Reads `name`, `name:number` or `name:always`; undefined for anything else. */
export function parseBehaviour(text: string): Behaviour | undefined {
  const [word = '', amount, ...rest] = text.trim().split(':');
  const name = BEHAVIOURS.find((one) => one === word);
  if (name === undefined || rest.length > 0) return undefined;
  if (amount === undefined) return { name, amount: name === 'slow' ? DEFAULT_SLOWNESS : 1 };
  if (amount === 'always') return { name, amount: Infinity };
  return /^\d+$/.test(amount) ? { name, amount: Number(amount) } : undefined;
}

/** The behaviours of one task in the text of `rehearsal.yaml`: lines `T3: red, slow:200`; other lines mean nothing. */
export function behavioursOf(text: string, task: string): Behaviour[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [key = '', ...value] = line.split(':');
    if (key.trim() !== task) return [];
    return value
      .join(':')
      .replaceAll(/[[\]]/g, '')
      .split(',')
      .flatMap((word) => parseBehaviour(word) ?? []);
  });
}

/** The fields a line `T1.fields: kind=words, big=false` asks for; others get the first value that fits. */
export function fieldsOf(text: string, task: string): Readonly<Record<string, string>> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const [key = '', ...value] = line.split(':');
    if (key.trim() !== `${task}.fields`) return [];
    return value
      .join(':')
      .split(',')
      .map((pair) => pair.split('=').map((part) => part.trim()));
  });
  return Object.fromEntries(pairs.flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [[name, value]])));
}

const HEADER = '# What the rehearsal agent does wrong, by task. Edit it at any time; each attempt reads it anew.';

/** The text of `rehearsal.yaml` from words like `T3=red`, or everything that is wrong with them. */
export function rehearsalText(
  words: readonly string[],
  tasks: readonly string[],
): { readonly text: string; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const lines: string[] = [];
  for (const word of words.flatMap((one) => one.split(','))) {
    const [task = '', behaviour = '', ...rest] = word.split('=').map((part) => part.trim());
    if (!tasks.includes(task)) {
      problems.push({ what: `--rehearse "${word}": there is no task "${task}"`, fix: `use ${tasks.join(', ')}` });
    } else if (rest.length > 0 || parseBehaviour(behaviour) === undefined) {
      const fix = `use one of ${BEHAVIOURS.join(', ')}, with a number of attempts or milliseconds after a colon if you like: fail:2, slow:500`;
      problems.push({ what: `--rehearse "${word}": unknown behaviour "${behaviour}"`, fix });
    } else {
      lines.push(`${task}: ${behaviour}`);
    }
  }
  return { text: `${[HEADER, ...lines].join('\n')}\n`, problems };
}
