/** Changes outside the worktree of the task that ran: what two looks at the surroundings differ in, and what each difference is worth. Blames nobody. */

/** The surroundings at one moment: each thing that should stay as it is under its own name, with what would differ if it changed. */
export type Surroundings = Readonly<Record<string, string>>;

/** What was looked at. A file of the main checkout may be a person's edit; of the other kinds a person has to say so. */
export type PlaceKind = 'branch' | 'ref' | 'setting' | 'hook' | 'worktree' | 'head' | 'rule' | 'file';

/** How `Surroundings` name a thing: `branch refs/heads/main`, `file src/a.ts`, `worktree T1 src/a.ts`. */
export const placeName = (kind: PlaceKind, name: string): string => `${kind} ${name}`;

/** A name that says a worktree was looked at, and since when nothing was to happen in it. */
const LOOKED_AT = 'looked-at ';
export const lookedAt = (task: string): string => `${LOOKED_AT}${task}`;

export interface Difference {
  readonly place: string;
  readonly kind: PlaceKind;
  readonly name: string;
  readonly change: 'new' | 'changed' | 'gone';
  /** What is there now; empty when it is gone. */
  readonly now: string;
}

/** What differs between two looks, in the order of the names; worktrees count only when both looks were at the same idle one. */
export function differences(before: Surroundings, after: Surroundings): Difference[] {
  const places = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return places.flatMap((place) => {
    const [was, now] = [before[place], after[place]];
    if (was === now || place.startsWith(LOOKED_AT)) return [];
    const at = place.indexOf(' ');
    const kind = place.slice(0, at) as PlaceKind;
    const name = place.slice(at + 1);
    if (kind === 'worktree' && !sameWatch(before, after, name.split(' ')[0] ?? '')) return [];
    return [{ place, kind, name, change: was === undefined ? 'new' : now === undefined ? 'gone' : 'changed', now: now ?? '' }];
  });
}

function sameWatch(before: Surroundings, after: Surroundings, task: string): boolean {
  const watched = before[lookedAt(task)];
  return watched !== undefined && watched === after[lookedAt(task)];
}

/**
 * True for what nobody does in passing: a branch or tag moved or removed, a setting or hook that makes git run something, another task's worktree.
 * New refs, the branch the main checkout is on, files and criteria in it are as likely a person's: they count only with a trace of the agent.
 */
export function isFact({ kind, change }: Difference): boolean {
  switch (kind) {
    case 'branch':
    case 'ref':
      return change !== 'new';
    case 'setting':
    case 'hook':
    case 'worktree':
      return true;
    default:
      return false;
  }
}

const CHANGES = { new: 'is new', changed: 'changed', gone: 'is gone' } as const;

/** The difference in words, without who did it. */
export function differenceText(difference: Difference): string {
  const { kind, name, change } = difference;
  const [task = '', ...rest] = name.split(' ');
  switch (kind) {
    case 'worktree':
      return `${rest.join(' ')} in the worktree of ${task} ${fileChange(difference)}`;
    case 'head':
      return 'the main checkout is on another branch';
    case 'setting':
      return `the setting ${name} of the repository ${CHANGES[change]}`;
    case 'hook':
      return `${name} of the repository ${CHANGES[change]}`;
    case 'branch':
    case 'ref':
      return `${name} ${change === 'changed' ? 'moved' : CHANGES[change]}`;
    case 'rule':
      return `${name} ${CHANGES[change]}`;
    default:
      return `${name} in the main checkout ${fileChange(difference)}`;
  }
}

/** Files are listed while they differ from what is committed, with two letters of `git status` in front. */
function fileChange({ change, now }: Difference): string {
  if (change === 'gone') return 'is as committed again';
  if (now.startsWith('??') && change === 'new') return 'is new';
  return now.endsWith('gone') ? 'is gone' : 'changed';
}
