/** Which of these paths a list of patterns means. Reads no folder: the paths are handed in. */
import picomatch from 'picomatch';

/** The paths that match one of the patterns and none of those with `!` in front, in their order; a pattern that ends in `/` means everything below it. */
export function filesMatching(patterns: readonly string[], paths: readonly string[]): string[] {
  const wanted = matcher(patterns.filter((pattern) => !pattern.startsWith('!')));
  const unwanted = matcher(patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)));
  return paths.filter((path) => wanted(path) && !unwanted(path));
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  const options = { dot: true, nonegate: true, flags: 's' };
  const matchers = patterns.map((pattern) => picomatch(pattern.endsWith('/') ? `${pattern}**` : pattern, options));
  return (path) => matchers.some((matches) => matches(path));
}
