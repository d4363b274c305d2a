/** Shares out targets among agents: which agent gets which. How risky a share is, and what a target costs, the caller says. */
import { Heap } from './heap.ts';

export interface Target {
  readonly id: string;
  /** Complexity points. */
  readonly points: number;
}

/** What one agent would hold. */
export interface Load {
  readonly targets: number;
  readonly points: number;
}

/** The targets of one agent, in the order in which they were given. */
export interface Batch extends Load {
  readonly ids: readonly string[];
}

export interface AllocationLimits {
  /** Targets of one agent, such as the complexity threshold of its role. */
  readonly maxTargets: number;
  readonly maxPoints: number;
  /** Any further limit, such as tokens or risk: false for a load that is too much for one agent. */
  readonly fits?: (load: Load) => boolean;
}

/**
 * As few batches as the limits allow, filled evenly: the longest target first, each into the batch with fewest points that has room, ties by number.
 * Every target lands in exactly one batch. A target that is too much even alone has a batch of its own: there is nothing left to split.
 */
export function allocate(targets: readonly Target[], limits: AllocationLimits): Batch[] {
  if (targets.length === 0) return [];
  const order = targets.map((target, place) => ({ ...target, place })).toSorted((a, b) => b.points - a.points || compare(a.id, b.id));
  const fits = (load: Load): boolean =>
    load.targets === 1 ||
    (load.targets <= limits.maxTargets && load.points <= limits.maxPoints && (limits.fits === undefined || limits.fits(load)));
  for (let agents = fewest(order, fits); ; agents += 1) {
    const batches = shared(order, agents, limits.maxTargets);
    if (agents >= targets.length || batches.every((batch) => fits(batch))) return batches.map(inGivenOrder);
  }
}

interface Placed extends Target {
  readonly place: number;
}

/** A batch while it is filled. */
interface Share {
  readonly number: number;
  targets: number;
  points: number;
  readonly members: Placed[];
}

/** Fewer agents than this cannot do it: even of the shortest targets no more fit together. */
function fewest(longestFirst: readonly Placed[], fits: (load: Load) => boolean): number {
  let held = 0;
  let points = 0;
  for (const target of longestFirst.toReversed()) {
    points += target.points;
    if (!fits({ targets: held + 1, points })) break;
    held += 1;
  }
  return Math.ceil(longestFirst.length / Math.max(1, held));
}

function shared(longestFirst: readonly Placed[], agents: number, maxTargets: number): Share[] {
  const room = Math.max(maxTargets, Math.ceil(longestFirst.length / agents));
  const shares = Array.from({ length: agents }, (_, number): Share => ({ number, targets: 0, points: 0, members: [] }));
  // asking every agent for every target would be quadratic
  const open = new Heap<Share>((one, other) => (one.points === other.points ? one.number < other.number : one.points < other.points));
  for (const share of shares) open.add(share);
  for (const target of longestFirst) {
    const share = open.take();
    if (share === undefined) throw new Error('every agent is full, and targets are left');
    share.members.push(target);
    share.targets += 1;
    share.points += target.points;
    if (share.targets < room) open.add(share);
  }
  return shares.filter((share) => share.targets > 0);
}

function inGivenOrder({ members, targets, points }: Share): Batch {
  return { ids: members.toSorted((a, b) => a.place - b.place).map((target) => target.id), targets, points };
}

/** By character code, so that the order is the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
