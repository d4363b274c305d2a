/** A place where a text breaks its own format: what the YAML, JSON and Markdown readers find. */
export interface Fault {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly what: string;
}
