/** How a number is named inside a file: `total.lines.pct`, `runs[0].mean`, `benchmarks[name=search].p95`, `suite.@tests`, `"a.b".c`. */

export type PathPart =
  | { readonly key: string }
  | { readonly index: number }
  /** The first entry of a list whose key has this value. */
  | { readonly where: string; readonly is: string };

const MAX_LENGTH = 500;
const PART = /(?:^|\.)(?:"([^"]+)"|([^."[\]]+))|\[(\d{1,9})\]|\[([^\]=]+)=([^\]]*)\]/gy;

/** The parts of a path; undefined when it is none. */
export function parseMetricPath(text: string): readonly PathPart[] | undefined {
  if (text === '' || text.length > MAX_LENGTH) return undefined;
  const parts: PathPart[] = [];
  PART.lastIndex = 0;
  let end = 0;
  for (let match = PART.exec(text); match !== null; match = PART.exec(text)) {
    const [, quoted, plain, index, where, is] = match;
    const key = quoted ?? plain;
    if (key !== undefined) parts.push({ key });
    else if (index !== undefined) parts.push({ index: Number(index) });
    else parts.push({ where: where ?? '', is: is ?? '' });
    end = PART.lastIndex;
  }
  return end === text.length ? parts : undefined;
}

/** What is wrong with a path, in a sentence. */
export function metricPathFault(text: string): string | undefined {
  if (parseMetricPath(text) !== undefined) return undefined;
  return `"${text}" is no path to a number; write it like total.lines.pct, runs[0].mean or benchmarks[name=search].p95`;
}

/** The value a path leads to; undefined when there is none. A single XML element counts as a list of one. */
export function valueAt(value: unknown, parts: readonly PathPart[]): unknown {
  return parts.reduce<unknown>((inside, part) => {
    if (inside === undefined || inside === null) return undefined;
    if ('key' in part) return memberOf(inside, part.key);
    const list: readonly unknown[] = Array.isArray(inside) ? inside : [inside];
    if ('index' in part) return list[part.index];
    return list.find((entry) => {
      const found = memberOf(entry, part.where);
      return (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') && String(found) === part.is;
    });
  }, value);
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return /^\d{1,9}$/.test(key) ? (value as readonly unknown[])[Number(key)] : undefined;
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
