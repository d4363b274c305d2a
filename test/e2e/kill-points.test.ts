/**
 * An iter that is killed anywhere, as often as it likes, comes to the same end as one that is left alone.
 * Always a few steps chosen by a fixed seed; with ITER_STRESS=1 every event and every other step that matters.
 */
import { describe, expect, it } from 'vitest';
import type { Played } from '../rig/kill-points.ts';
import { differences, play, templateOf } from '../rig/kill-points.ts';
import { SCENARIOS } from '../rig/kill-scenarios.ts';

const STRESS = process.env['ITER_STRESS'] !== undefined;
/** How often one run is killed. */
const KILLS = STRESS ? 8 : 4;
/** Runs at the same time: they wait for processes more than they compute. */
const SIDE_BY_SIDE = 3;

/** Steps that change nothing anybody relies on: git that only asks, and files that are thrown away or made anew by every attempt. */
const IDLE = [
  /^git (add|cat-file|config|diff-index|diff-tree|for-each-ref|hash-object|log|ls-files|ls-tree|merge-base|read-tree|rev-list|rev-parse|status|symbolic-ref|write-tree) /,
  /^(mkdtempSync|unlinkSync|write) /,
  /^(copyFileSync|rmSync|writeFileSync) (\.gitignore|CONTEXT\.md|TASK\.md|context|iter-index-|adding-worktree\.json|iter) /,
];

const matters = (step: string): boolean => !IDLE.some((pattern) => pattern.test(step));

/** Steps to be killed after, spread over as few runs as possible: no two of a run lie close together. */
function spread(steps: readonly string[]): string[][] {
  const runs = Math.ceil(steps.length / KILLS);
  return Array.from({ length: runs }, (_, run) => steps.filter((_step, index) => index % runs === run));
}

/** One run's worth of steps, chosen by a fixed seed. */
function sample(steps: readonly string[]): string[][] {
  const runs = spread(steps);
  return runs.filter((_, index) => index === 20_260_110 % runs.length);
}

async function inTurn<Item, Value>(items: readonly Item[], act: (item: Item) => Promise<Value>): Promise<Value[]> {
  const left = [...items.entries()];
  const values: Value[] = [];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) values[next[0]] = await act(next[1]);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return values;
}

describe('iter, killed while it works on', () => {
  let kills = 0;
  let asked = 0;

  it.each(SCENARIOS)(
    '$name, comes to the end it would have come to',
    async (scenario) => {
      const template = await templateOf(scenario);
      const alone = await play(template);
      const steps = alone.steps.filter(matters);
      const runs = STRESS ? spread(steps) : sample(steps);
      const played = await inTurn(runs, (wanted) =>
        play(template, wanted).catch((error: unknown): Played => ({ picture: { end: String(error) }, steps: [], kills: wanted })),
      );
      const apart = played.flatMap(({ picture, kills: after }) => {
        const found = differences(alone.picture, picture);
        return found === undefined ? [] : [{ after, found }];
      });
      const reached = played.flatMap((one) => one.kills).length;
      const wanted = runs.flat().length;
      kills += reached;
      for (const one of apart) process.stderr.write(`${JSON.stringify(one)}\n`);
      process.stderr.write(`${scenario.name}: killed after ${reached} of ${wanted} steps, in ${runs.length} runs\n`);
      expect(apart).toEqual([]);
      asked += wanted;
    },
    STRESS ? 3_600_000 : 600_000,
  );

  // a kill changes the order of what comes after it, so that a step may not come again under its number: of a few, any may be missed
  it('is killed in as many places as it takes', () => expect(kills).toBeGreaterThan(STRESS ? Math.max(200, asked / 2) : asked / 8));
});
