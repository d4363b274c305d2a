/** The commands of the criteria on the commit agents start from, before any of them runs: what is red then says nothing about their work. */
import { conditionFacts } from '../core/condition.ts';
import { join } from 'node:path';
import type { Check, Result } from '../core/check.ts';
import { readText } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import { lastLines } from '../effects/follow.ts';
import { treeOf } from '../effects/git-facts.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { sha256 } from '../effects/sha256.ts';
import { parseCriteria } from '../files/criteria.ts';
import { evidenceFile, runChecks } from './checks.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { CRITERIA_FILE } from './iteration.ts';

export interface Red {
  /** `npm test: exit 1, …` */
  readonly message: string;
  /** The last lines it printed. */
  readonly tail: readonly string[];
}

export interface Baseline {
  /** How many different commands the criteria have. */
  readonly commands: number;
  readonly red: readonly Red[];
}

/** Lines of output that are shown of a red command. */
const SHOWN = 10;
const PURPOSE = 'baseline';

/** Runs each command once in a clean checkout of the base. One that was green there is not run again; a red one is: the cause may be mended outside the repository. */
export async function baseline(iteration: Iteration, context: Context): Promise<Baseline> {
  const { root } = iteration.repository;
  const commands = commandsOf(iteration);
  const tree = await treeOf(root, iteration.plan.base);
  const greenAt = (check: Command): string =>
    join(iteration.directory, '.run', PURPOSE, `${tree.slice(0, 16)}-${sha256(check.run).slice(0, 16)}.json`);
  const open = commands.filter((check) => !exists(greenAt(check)));
  const { base } = iteration.plan;
  const facts = conditionFacts(iteration.plan, iteration.state);
  const subject = { commit: base, tree, before: base, work: {}, facts, purpose: PURPOSE };
  const results = open.length === 0 ? [] : await runChecks(iteration, open, subject, context);
  const red: Red[] = [];
  for (const [index, check] of open.entries()) {
    const result: Result | undefined = results[index];
    if (result?.pass === true) writeAtomic(greenAt(check), `${JSON.stringify({ tree, run: check.run })}\n`);
    else
      red.push({
        message: result?.message ?? check.run,
        tail: lastLines(join(iteration.directory, evidenceFile(subject, check.id)), SHOWN),
      });
  }
  return { commands: commands.length, red };
}

type Command = Extract<Check, { check: 'command' }>;

/** The commands of the criteria that nobody waived, each command line once. */
export function commandsOf(iteration: Iteration): Command[] {
  const text = readText(join(iteration.directory, CRITERIA_FILE)) ?? '';
  const all = parseCriteria(text, CRITERIA_FILE).checks.filter(
    (check): check is Command => check.check === 'command' && check.waived === undefined,
  );
  return all.filter((check, index) => all.findIndex((other) => other.run === check.run) === index);
}
