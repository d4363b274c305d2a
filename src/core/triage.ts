/** Ranks workflows for a request in a person's words: a count of words in common, no model. */

export interface Candidate {
  readonly name: string;
  readonly description: string;
  readonly triggers: readonly string[];
}

export interface Ranked {
  readonly name: string;
  readonly score: number;
  /** Words of the request, in its order, each with where it was found. */
  readonly matches: readonly { readonly word: string; readonly in: 'trigger' | 'name' | 'description' }[];
  /** Triggers of which the request has every word. */
  readonly triggers: readonly string[];
}

/** A trigger is written for this question, a description is not. */
const WEIGHT = { trigger: 3, name: 2, description: 1 } as const;
/** For each word of a trigger that the request has as a whole. */
const WHOLE_TRIGGER = 2;

/** The workflows with at least one word of the request, best first, ties by name. A word counts once, where it weighs most. */
export function triage(request: string, candidates: readonly Candidate[]): Ranked[] {
  const asked = wordsOf(request);
  return candidates
    .map((candidate) => rank(asked, candidate))
    .filter((ranked) => ranked.score > 0)
    .toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
}

function rank(asked: ReadonlyMap<string, string>, { name, description, triggers }: Candidate): Ranked {
  const places = { trigger: wordsOf(triggers.join(' ')), name: wordsOf(name), description: wordsOf(description) };
  const matches = [...asked].flatMap(([stem, word]): Ranked['matches'] => {
    const place = (['trigger', 'name', 'description'] as const).find((one) => places[one].has(stem));
    return place === undefined ? [] : [{ word, in: place }];
  });
  const whole = triggers.filter((trigger) => {
    const stems = [...wordsOf(trigger).keys()];
    return stems.length > 0 && stems.every((stem) => asked.has(stem));
  });
  const bonus = whole.reduce((sum, trigger) => sum + WHOLE_TRIGGER * wordsOf(trigger).size, 0);
  return { name, score: matches.reduce((sum, match) => sum + WEIGHT[match.in], bonus), matches, triggers: whole };
}

/** The words that say something, by their stem, in order. */
function wordsOf(text: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    if (!STOP_WORDS.has(word) && !words.has(stemOf(word))) words.set(stemOf(word), word);
  }
  return words;
}

/** One and many of a thing are one word; nothing else is guessed. */
function stemOf(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}

const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about after all also an and any are as at be because been before but by can could do does for from get had has have how i if in into is it its
   just me my need needs no nor not of on one or our out please several should so some than that the their them then there these they this those to too
   us want wants was we were what when where whether which while who why will with would you your`.split(/\s+/),
);
