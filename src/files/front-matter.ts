/** Front matter: the YAML between two `---` lines at the very start of a Markdown file. Cuts only; reading the YAML is the caller's. */

export interface FrontMatter {
  /** Undefined when the file does not start with `---` or the second `---` is missing. */
  readonly yaml?: string;
  readonly body: string;
  /** 1-based line of the first line of `body`; the YAML starts on line 2. */
  readonly bodyLine: number;
}

/** Splits a file into front matter and body; accepts a BOM and any line end. */
export function splitFrontMatter(text: string): FrontMatter {
  const whole = text.replace(/^\uFEFF/, '');
  const match = /^---[ \t]*(?:\r\n|\n|\r)((?:[^]*?(?:\r\n|\n|\r))?)---[ \t]*(?:\r\n|\n|\r|$)/.exec(whole);
  const yaml = match?.[1];
  if (match === null || yaml === undefined) return { body: whole, bodyLine: 1 };
  return {
    yaml,
    body: whole.slice(match[0].length),
    bodyLine: yaml.split(/\r\n|\n|\r/).length + 2,
  };
}
