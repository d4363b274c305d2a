/** Which generated file of an iteration is written anew, kept or left: a pure question about hashes and states. */
import type { Phase } from './state.ts';

export interface GeneratedFile {
  readonly path: string;
  /** SHA-256 of the text it would have today. */
  readonly fresh: string;
  /** Of the file as it is; undefined when it is gone. */
  readonly found?: string;
  /** Of the file as iter wrote it last; undefined when iter never did. */
  readonly written?: string;
  /** Where the task stands whose prompt it is. */
  readonly phase?: Phase['name'];
}

export type Fate =
  | { readonly is: 'unchanged' }
  | { readonly is: 'written' }
  /** A person's text; `news` when iter would write something else than last time. */
  | { readonly is: 'kept'; readonly news: boolean }
  /** A prompt that is in use, or was. */
  | { readonly is: 'left'; readonly reason: string };

/** Prompts of which nobody has begun to use the next one. */
const OPEN: ReadonlySet<Phase['name']> = new Set(['waiting', 'rejected', 'failed', 'awaiting-human']);

/** What becomes of a file. */
export function fateOf({ fresh, found, written, phase }: GeneratedFile): Fate {
  if (found === fresh) return { is: 'unchanged' };
  if (phase !== undefined && !OPEN.has(phase)) return { is: 'left', reason: `its task is ${phase}` };
  if (found === undefined || found === written) return { is: 'written' };
  return { is: 'kept', news: fresh !== written };
}
