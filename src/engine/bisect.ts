/**
 * Takes apart what is red together: finds the work that turns it red by judging the first half, a quarter and so on of what would land, each
 * on its own tree, and judges what can land without it. Moves nothing and sends nobody back.
 */
import { landsWithout, narrowed, nextProbe, searchAmong } from '../core/bisect.ts';
import type { Search } from '../core/bisect.ts';
import type { Check, Result, Verdict } from '../core/check.ts';
import type { Failure } from '../core/event.ts';
import { stops } from '../core/gate.ts';
import type { TaskId } from '../core/ids.ts';
import { downstreamOf } from '../core/plan.ts';
import { treeOf } from '../effects/git-facts.ts';
import type { Chain } from './chain.ts';
import { acceptedWork } from './chain.ts';
import type { Context } from './context.ts';
import type { Run } from './run.ts';
import type { ValidateOptions } from './validate.ts';
import { isAbout, judged, readCriteria, validate } from './validate.ts';

/** A task with whose work the gate is red and without which it is green. */
export interface Culprit {
  readonly task: TaskId;
  /** What fails with it. */
  readonly failures: readonly Failure[];
}

/** What would land, and the verdict on it. */
export interface Judged {
  readonly verdict: Verdict;
  readonly chain: Chain;
}

/** Tasks to blame, in the order they were found, and what may land without them: nothing when the rest is red, too, or hangs together with them. */
export interface Apart {
  readonly culprits: readonly Culprit[];
  readonly rest?: Judged & { readonly tasks: readonly TaskId[] };
}

/** More of them than this, and it is no longer one work that spoils the others. */
const MOST = 3;

/** Looks for what makes `whole` red. */
export async function takeApart(run: Run, whole: Judged, options: ValidateOptions, context: Context): Promise<Apart> {
  const culprits: Culprit[] = [];
  let red: Judged & { readonly tasks: readonly TaskId[] } = { ...whole, tasks: run.plan.tasks.map((task) => task.id) };
  for (let green: number | undefined; culprits.length < MOST;) {
    const found = await firstRed(run, red, green, context);
    if (found === undefined) return { culprits };
    culprits.push(found.culprit);
    context.say(`${found.culprit.task} turns it red; without it the work before it is green`);
    const tasks = landsWithout(
      run.plan,
      culprits.map(({ task }) => task),
    );
    if (!red.chain.landed.some(({ task }) => tasks.includes(task))) return { culprits };
    const validation = await validate(run, { ...options, tasks }, context);
    if ('problems' in validation || validation.chain === undefined) return { culprits };
    const { verdict, chain } = validation;
    if (chain.after === chain.before) return { culprits };
    if (verdict.decision !== 'NO_GO') return { culprits, rest: { verdict, chain, tasks } };
    // what comes before it is as it was, and was green
    green = isSameUpTo(red.chain, chain, found.place) ? found.place : undefined;
    red = { verdict, chain, tasks };
  }
  return { culprits };
}

/** The first work that turns `red` red, and how many come before it; undefined when it is red without any, or for what no work changes. */
async function firstRed(
  run: Run,
  red: Judged & { readonly tasks: readonly TaskId[] },
  green: number | undefined,
  context: Context,
): Promise<{ culprit: Culprit; place: number } | undefined> {
  const { landed } = red.chain;
  const read = readCriteria(run.iteration);
  const failing = red.verdict.results.filter(stops);
  if ('problems' in read || landed.length < 2) return undefined;
  const checks = read.checks.filter((check) => failing.some((result) => isOf(check, result)));
  // open work, blockers and conflicts are no checks
  if (failing.some((result) => !checks.some((check) => isOf(check, result)))) return undefined;
  const look = (count: number, those: readonly Check[]) => failuresAt(run, red, { count, checks: those }, context);
  const free = checks.filter((check) => check.check !== 'command');
  if ((await look(0, free)).length > 0) return undefined;
  const names = landed.map(({ task }) => task);
  let search: Search = searchAmong(names.length, green);
  let failures = failing;
  for (let count = nextProbe(search); count !== undefined; count = nextProbe(search)) {
    const found = await look(count, checks);
    context.say(`${count === 0 ? 'the target alone' : names.slice(0, count).join(', ')}: ${found.length > 0 ? 'red' : 'green'}`);
    if (found.length > 0) failures = found;
    search = narrowed(search, count, found.length > 0);
  }
  const task = names[search.red - 1];
  if (task === undefined) return undefined;
  return { culprit: { task, failures: failures.map(({ id, message }) => ({ id, message })) }, place: search.red - 1 };
}

const isOf = (check: Check, result: Result): boolean =>
  check.id === result.id && check.task === result.task && check.check === result.check;

/** What fails of these checks on the tree of the first `count` works. */
async function failuresAt(
  run: Run,
  { chain, tasks }: { readonly chain: Chain; readonly tasks: readonly TaskId[] },
  { count, checks }: { readonly count: number; readonly checks: readonly Check[] },
  context: Context,
): Promise<Result[]> {
  const later = chain.landed.slice(count).map(({ task }) => task);
  const away = new Set([...later, ...downstreamOf(run.plan, later)]);
  const wanted = new Set(tasks.filter((id) => !away.has(id)));
  const after = chain.landed[count - 1]?.commits.at(-1) ?? chain.before;
  const tree = await treeOf(run.iteration.repository.root, after);
  const own = checks.filter((check) => isAbout(run, check, wanted));
  if (own.length === 0) return [];
  const at = { before: chain.before, after, tree };
  const { plan, state, iteration } = run;
  const work = await acceptedWork({ root: iteration.repository.root, plan, state, tasks: wanted });
  const verdict = await judged(run, { checks: own, chain: at, work, purpose: 'bisect' }, context);
  return verdict.results.filter(stops);
}

/** True when the first works of both are the same commits. */
function isSameUpTo(one: Chain, other: Chain, count: number): boolean {
  return one.landed.slice(0, count).every(({ task, commits }, place) => {
    const same = other.landed[place];
    return same?.task === task && same.commits.at(-1) === commits.at(-1);
  });
}
