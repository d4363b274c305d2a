/** What a completion criterion may ask for, and what came of it. Pure data: evaluating a check is `engine/checks.ts`. */
import type { TaskId, TreeId } from './ids.ts';

export type Level = 'must' | 'should' | 'nice';
/** `iteration`: a file of the iteration folder. `repository`: a file of the tree under test. */
export type Place = 'iteration' | 'repository';
export type Format = 'markdown' | 'yaml' | 'json';

/** The part of a check that says what is looked at; sizes in bytes, times in milliseconds. */
export type Criterion =
  | { readonly check: 'exists'; readonly in: Place; readonly file: string }
  | { readonly check: 'size'; readonly in: Place; readonly file: string; readonly min?: number; readonly max?: number }
  | { readonly check: 'headings'; readonly in: Place; readonly file: string; readonly headings: readonly string[] }
  | { readonly check: 'contains'; readonly in: Place; readonly file: string; readonly words: readonly string[] }
  | { readonly check: 'matches'; readonly in: Place; readonly file: string; readonly pattern: string }
  | { readonly check: 'format'; readonly in: Place; readonly file: string; readonly format: Format }
  | { readonly check: 'command'; readonly run: string; readonly timeout: number }
  | { readonly check: 'commits'; readonly min: number }
  | { readonly check: 'scope'; readonly allow: readonly string[]; readonly deny: readonly string[] }
  /** Judged by whoever reviews, not by iter: shown, and never in the way. */
  | { readonly check: 'human'; readonly text: string }
  /** A check-box line that is no check iter can run: reported, never ignored. */
  | { readonly check: 'unreadable'; readonly text: string };

export type Check = Criterion & {
  readonly id: string;
  readonly level: Level;
  /** Whose work is judged; absent for a check on the whole of what lands. */
  readonly task?: TaskId;
  /** 1-based line in COMPLETION_CRITERIA.md. */
  readonly line?: number;
};

export interface Result {
  readonly id: string;
  readonly task?: TaskId;
  readonly level: Level;
  readonly check: Criterion['check'] | 'conflict' | 'completed' | 'override';
  readonly pass: boolean;
  /** What is wrong, or what was found; the same bytes for the same input. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly measured?: string | number;
  readonly expected?: string | number;
}

export type Decision = 'GO' | 'GO_WITH_CAUTION' | 'NO_GO';

/** The stored outcome of a gate run: good for exactly one tree, one set of criteria and one set of iteration files. */
export interface Verdict {
  readonly decision: Decision;
  readonly tree: TreeId;
  readonly criteriaHash: string;
  readonly results: readonly Result[];
  /** One sentence for every check that did not pass, MUST first. */
  readonly missed: readonly string[];
}
