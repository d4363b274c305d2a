/** Which step waits for which: stages, explicit needs, and the questions a loader and a planner ask of them. */

export interface StagedStep {
  readonly id: string;
  readonly stage?: string;
  readonly needs?: readonly string[];
}

/** Runs of consecutive steps with one stage name; a step without a stage is a stage of its own. */
export function stagesOf<S extends StagedStep>(steps: readonly S[]): S[][] {
  const stages: S[][] = [];
  for (const step of steps) {
    const last = stages.at(-1);
    if (last !== undefined && step.stage !== undefined && last[0]?.stage === step.stage) last.push(step);
    else stages.push([step]);
  }
  return stages;
}

/** Step ids each step waits for: its own `needs`, else every step of the stage before. */
export function needsOf(steps: readonly StagedStep[]): Map<string, readonly string[]> {
  const needs = new Map<string, readonly string[]>();
  let before: readonly string[] = [];
  for (const stage of stagesOf(steps)) {
    for (const step of stage) needs.set(step.id, step.needs ?? before);
    before = stage.map((step) => step.id);
  }
  return needs;
}

/** Everything a step waits for, directly or not; on a cycle that includes the step. */
export function upstreamOf(id: string, needs: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...(needs.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(needs.get(next) ?? []));
  }
  return reached;
}

/** The longest chain of steps that comes before each; 0 for the first. Steps on a cycle count as 0. */
export function depthsOf(needs: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const depths = new Map<string, number>();
  const depth = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    depths.set(id, 0);
    const found = Math.max(-1, ...(needs.get(id) ?? []).map(depth)) + 1;
    depths.set(id, found);
    return found;
  };
  for (const id of needs.keys()) depth(id);
  return depths;
}

/** Letters for stages: A … Z, AA, AB … */
export function letterOf(index: number): string {
  const letter = String.fromCodePoint(65 + (index % 26));
  return index < 26 ? letter : letterOf(Math.floor(index / 26) - 1) + letter;
}
