/** Lengths of time: as people write them in files (`10m`), and as they are shown (`1m 05s`); always whole milliseconds inside. */

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Reads `500ms`, `90s`, `10m`, `1.5h`, `2d` as milliseconds (rounded); undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, name] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const unit = UNITS.find(([candidate]) => candidate === name);
  if (amount === undefined || unit === undefined) return undefined;
  const milliseconds = Math.round(Number(amount) * unit[1]);
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** Writes whole milliseconds in the shortest form that `parseDuration` reads back as the same number: 90 minutes are `90m`. */
export function durationText(milliseconds: number): string {
  let shortest = `${milliseconds}ms`;
  for (const [name, unit] of UNITS) {
    const text = `${milliseconds / unit}${name}`;
    if (text.length < shortest.length && parseDuration(text) === milliseconds) shortest = text;
  }
  return shortest;
}

/** Shows a length of time in its two largest units, rounded down: `350ms`, `12s`, `1m 05s`, `2h 03m`, `1d 04h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.floor(milliseconds))}ms`;
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds}s`;
  if (hours === 0) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  if (hours < 24) return `${hours}h ${twoDigits(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${twoDigits(hours % 24)}h`;
}

const twoDigits = (count: number): string => String(count).padStart(2, '0');
