/** How names and texts from the outside stand in a message: plain, or escaped when they hold control characters; and long lists cut short. */

/** Returns a name as it is, or as a JSON string when a line break, an escape code or a NUL in it would garble the message. */
export function shown(name: string): string {
  return /[\p{Cc}\u2028\u2029]/u.test(name) ? JSON.stringify(name).replace(/[\u007f-\u009f\u2028\u2029]/g, '?') : name;
}

/** Joins the first `limit` of a list and counts the others: `a, b and 3 more`. */
export function shortList(names: readonly string[], limit: number): string {
  const first = names.slice(0, limit).join(', ');
  return names.length > limit ? `${first} and ${names.length - limit} more` : first;
}
