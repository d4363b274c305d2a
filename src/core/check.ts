/** What a completion criterion may ask for, and what came of it. Pure data: evaluating a check is `engine/checks.ts`. */
import type { TaskId, TreeId } from './ids.ts';
import type { ReviewVerdict } from './review.ts';

export type Level = 'must' | 'should' | 'nice';
/** `iteration`: a file of the iteration folder. `repository`: a file of the tree under test. */
export type Place = 'iteration' | 'repository';
/** `base`: a file of the commit agents start from, which no task can change. */
export type Source = Place | 'base';
export interface SourceFile {
  readonly in: Source;
  readonly file: string;
}
export const FORMATS = ['markdown', 'yaml', 'json', 'toml', 'openapi', 'jsonl', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
export const COMPARISONS = ['>=', '>', '<=', '<', '==', '!='] as const;
export type Comparison = (typeof COMPARISONS)[number];
/** What may become of a finding. */
export const DISPOSITIONS = ['fixed', 'documented', 'deferred', 'overridden'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];
/** How bad a blocker is, worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A file that is looked at, before what is asked of it. */
interface About {
  readonly in: Place;
  readonly file: string;
}

/** A number in a file, compared with a number or with an earlier measurement. */
export type MetricCriterion = About & {
  readonly check: 'metric';
  /** Where the number stands; see `files/metric-source.ts`. */
  readonly path: string;
  /** Percent by which a MUST may be missed for a caution; what the workflow says when absent. */
  readonly caution?: number;
} & (
    | { readonly op: Comparison; readonly value: number }
    | {
        readonly op: 'improves';
        readonly direction: 'lower' | 'higher';
        /** The least change in percent of the baseline. */
        readonly by: number;
        readonly baseline: SourceFile & { readonly path: string };
      }
  );

/** The part of a check that says what is looked at; sizes in bytes, times in milliseconds. */
export type Criterion =
  | (About & { readonly check: 'exists' })
  | (About & { readonly check: 'size'; readonly min?: number; readonly max?: number })
  | (About & { readonly check: 'headings'; readonly headings: readonly string[] })
  | (About & { readonly check: 'contains'; readonly words: readonly string[] })
  | (About & { readonly check: 'not_contains'; readonly words: readonly string[] })
  | (About & { readonly check: 'matches'; readonly pattern: string })
  | (About & { readonly check: 'not_matches'; readonly pattern: string })
  | (About & { readonly check: 'format'; readonly format: Format })
  /** The file against a JSON Schema. */
  | (About & { readonly check: 'schema'; readonly schema: SourceFile })
  /** The front matter of a Markdown file against a JSON Schema. */
  | (About & { readonly check: 'frontmatter'; readonly schema: SourceFile })
  | MetricCriterion
  /** The task list of a Markdown file, or the part of it below a heading. */
  | (About & { readonly check: 'checklist'; readonly heading?: string })
  /** A review, with its verdict recomputed and its findings counted. */
  | (About & {
      readonly check: 'verdict';
      readonly verdicts: readonly ReviewVerdict[];
      readonly openMust: number;
      /** Any number when absent. */
      readonly openShould?: number;
    })
  /** An answer to every finding of these levels in a review. */
  | (About & {
      readonly check: 'dispositions';
      readonly review: SourceFile;
      readonly levels: readonly Level[];
      readonly allowed: readonly Disposition[];
    })
  | (About & { readonly check: 'summary'; readonly tokens: number })
  | (About & { readonly check: 'placeholders' })
  /** Every id the pattern finds in `ids` is mentioned in the file. */
  | (About & { readonly check: 'traces'; readonly pattern: string; readonly ids: SourceFile })
  | { readonly check: 'secrets' }
  | { readonly check: 'command'; readonly run: string; readonly timeout: number }
  | { readonly check: 'commits'; readonly min: number }
  | { readonly check: 'scope'; readonly allow: readonly string[]; readonly deny: readonly string[] }
  /** At most `open` blockers of this severity or worse. */
  | { readonly check: 'blockers'; readonly open: number; readonly severity: Severity }
  | { readonly check: 'git'; readonly clean: boolean; readonly fits?: string }
  | { readonly check: 'disk_free'; readonly bytes: number }
  /** Programs: `git`, or `node >= 20.19`. */
  | { readonly check: 'tools'; readonly tools: readonly string[] }
  /** CEL over what conditions of steps see. */
  | { readonly check: 'expr'; readonly expression: string }
  /** Judged by whoever reviews, not by iter: shown, and never in the way. */
  | { readonly check: 'human'; readonly text: string }
  /** A check-box line that is no check iter can run: reported, never ignored. */
  | { readonly check: 'unreadable'; readonly text: string };

/** A person answers for a check that does not pass. */
export interface Waiver {
  readonly by: string;
  readonly reason: string;
}

export type Check = Criterion & {
  readonly id: string;
  readonly level: Level;
  /** Whose work is judged; absent for a check on the whole of what lands. */
  readonly task?: TaskId;
  /** What helps whoever has to make it pass; quoted to the agent when it fails. */
  readonly hint?: string;
  readonly waived?: Waiver;
  /** 1-based line in COMPLETION_CRITERIA.md. */
  readonly line?: number;
};

export interface Result {
  readonly id: string;
  readonly task?: TaskId;
  readonly level: Level;
  readonly check: Criterion['check'] | 'conflict' | 'completed' | 'override' | 'blocker';
  readonly pass: boolean;
  /** A metric missed by no more than its margin: a caution where a failure would be a NO_GO. */
  readonly caution?: true;
  /** It would not have passed without this person's word. */
  readonly waived?: Waiver;
  readonly hint?: string;
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

/** Every file a check reads, its own first. */
export function filesOf(criterion: Criterion): readonly SourceFile[] {
  const own = 'file' in criterion ? [{ in: criterion.in, file: criterion.file }] : [];
  switch (criterion.check) {
    case 'schema':
    case 'frontmatter':
      return [...own, criterion.schema];
    case 'metric':
      return criterion.op === 'improves' ? [...own, criterion.baseline] : own;
    case 'dispositions':
      return [...own, criterion.review];
    case 'traces':
      return [...own, criterion.ids];
    default:
      return own;
  }
}
