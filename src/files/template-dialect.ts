/** Where Jinja and nunjucks part: what a template may not use, because it would come out as nothing or otherwise, and what to write instead. */

/** Filters that are safe and mean the same to both. */
export const FILTERS: ReadonlySet<string> = new Set(
  `abs batch capitalize d default dictsort first float groupby indent int join last length list lower replace reverse round slice sort string sum
   title trim truncate upper urlencode wordcount select reject selectattr rejectattr oneline quote code`.split(/\s+/),
);

/** Filters whose number says how much they write: it has to stand in the template, and may be no larger than this. */
export const MEASURED: ReadonlySet<string> = new Set(['batch', 'indent', 'round', 'slice', 'truncate']);
export const LARGEST_MEASURE = 1000;

/** Tests that mean the same to both. */
export const TESTS: ReadonlySet<string> = new Set(
  `defined undefined divisibleby eq equalto even ge greaterthan gt iterable le lessthan lower lt mapping ne none number odd sameas string upper`.split(
    /\s+/,
  ),
);

/** What to do about a filter there is not. */
export function filterFix(name: string): string {
  const known: Readonly<Record<string, string>> = {
    map: 'use a {% for %} loop',
    unique: 'use a {% for %} loop with a {% set %}',
    min: 'use sort and first',
    max: 'use sort and last',
    count: 'use length',
    tojson: 'write the fields out',
    dump: 'write the fields out',
    pprint: 'write the fields out',
    items: 'use {% for name, value in … %}',
    format: 'join the texts with ~',
    random: 'leave it out: the same iteration has to give the same prompt',
    center: 'write the spaces out',
    escape: 'leave it out: prompts are not HTML',
    e: 'leave it out: prompts are not HTML',
    forceescape: 'leave it out: prompts are not HTML',
    safe: 'leave it out: nothing is escaped',
    nl2br: 'leave it out: prompts are not HTML',
    striptags: 'use oneline',
    urlize: 'leave it out: prompts are not HTML',
    wordwrap: 'use quote, or leave the lines as they are',
  };
  return (Object.hasOwn(known, name) ? known[name] : undefined) ?? `use one of ${[...FILTERS].join(', ')}`;
}

/** What to do about a tag nunjucks does not know. */
export function tagFix(tag: string): string {
  const known: Readonly<Record<string, string>> = {
    do: 'use {% set %}',
    break: 'put {% if %} into the loop',
    continue: 'put {% if %} into the loop',
    with: 'use {% set %} before it',
    autoescape: 'leave it out: nothing is escaped',
    trans: 'write the text out',
    debug: 'leave it out',
  };
  return (Object.hasOwn(known, tag) ? known[tag] : undefined) ?? 'use if, for, set, macro, filter, include, import, extends, block or raw';
}

/** What to do about a call. */
export function callFix(name: string): string {
  if (name === 'loop.cycle') return 'use loop.index0 % 2 in an {% if %}';
  if (name === 'loop.changed') return 'use a {% set %} and an {% if %}';
  if (name === 'range') return 'loop over a list; loop.index counts';
  if (name === 'cycler' || name === 'joiner' || name === 'namespace') return 'use loop.first, loop.last and {% set %}';
  if (/\.(?:items|keys|values)$/.test(name)) return 'use {% for name, value in … %}';
  if (/\.(?:upper|lower|title|strip|replace|join|capitalize)$/.test(name))
    return 'use the filter: upper, lower, title, trim, replace, join';
  return 'only macros of the template can be called';
}

/** Spellings of other languages. */
export const LITERALS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'none', null: 'none', undefined: 'none' };
