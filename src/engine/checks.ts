/** Runs checks against exactly one commit and the files of the iteration. Deterministic: no times, no absolute paths in the results. */
import { join } from 'node:path';
import type { Check, Result } from '../core/check.ts';
import type { CommitId, TreeId } from '../core/ids.ts';
import { childEnvironment } from '../agents/environment.ts';
import { inspectFile } from '../effects/folder.ts';
import { changedPaths, readBlob } from '../effects/git-facts.ts';
import { runCommand } from '../effects/process.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { evaluateCommits, evaluateFile, evaluateScope } from '../files/evaluate.ts';
import { durationText } from '../core/duration.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Context } from './context.ts';
import { withCheckout } from './checkout.ts';
import type { Iteration } from './iteration.ts';
import { iterationCookie } from './places.ts';

export interface Subject {
  readonly commit: CommitId;
  readonly tree: TreeId;
  /** For `commits` and `scope`: the part of the history that is a task's own. */
  readonly work: Readonly<Record<string, { readonly base: CommitId; readonly head: CommitId; readonly commits: readonly CommitId[] }>>;
  /** Name of the throw-away checkout, unique among checks that run at the same time. */
  readonly purpose: string;
}

/** The results, in the order of the checks. Equal command lines run once. */
export async function runChecks(iteration: Iteration, checks: readonly Check[], subject: Subject, context: Context): Promise<Result[]> {
  const commands = [...new Set(checks.flatMap((check) => (check.check === 'command' ? [check.run] : [])))];
  const outcomes = commands.length === 0 ? new Map<string, Outcome>() : await runCommands(iteration, checks, subject, context);
  const results: Result[] = [];
  for (const check of checks) results.push(await resultOf(iteration, check, subject, outcomes));
  return results;
}

async function resultOf(iteration: Iteration, check: Check, subject: Subject, outcomes: ReadonlyMap<string, Outcome>): Promise<Result> {
  const { root } = iteration.repository;
  switch (check.check) {
    case 'exists':
    case 'size':
    case 'headings':
    case 'contains':
    case 'matches':
    case 'format': {
      const found =
        check.in === 'iteration' ? inspectFile(join(iteration.directory, check.file)) : await readBlob(root, subject.tree, check.file);
      return evaluateFile(check, found);
    }
    case 'commits':
      return evaluateCommits(check, check.task === undefined ? 0 : (subject.work[check.task]?.commits.length ?? 0));
    case 'scope': {
      const own = check.task === undefined ? undefined : subject.work[check.task];
      return evaluateScope(check, own === undefined ? [] : await changedPaths(root, own.base, own.head));
    }
    case 'command':
      return { ...common(check), ...(outcomes.get(check.run) ?? { pass: false, message: `${check.run}: was not run` }) };
    case 'human':
      return { ...common(check), pass: true, message: `for a reviewer, not judged by iter: ${check.text}` };
    case 'unreadable':
      return { ...common(check), pass: false, message: `COMPLETION_CRITERIA.md:${check.line ?? 0}: no check iter can run: ${check.text}` };
    default:
      return unreachable(check);
  }
}

function common(check: Check): Pick<Result, 'id' | 'task' | 'level' | 'check' | 'line'> {
  const { id, level } = check;
  return {
    id,
    level,
    check: check.check,
    ...(check.task === undefined ? {} : { task: check.task }),
    ...(check.line === undefined ? {} : { line: check.line }),
  };
}

interface Outcome {
  readonly pass: boolean;
  readonly message: string;
  readonly measured: string | number;
  readonly expected: number;
}

async function runCommands(
  iteration: Iteration,
  checks: readonly Check[],
  subject: Subject,
  context: Context,
): Promise<Map<string, Outcome>> {
  return withCheckout(iteration, subject.purpose, subject.commit, async (path) => {
    const outcomes = new Map<string, Outcome>();
    for (const check of checks) {
      if (check.check !== 'command' || outcomes.has(check.run)) continue;
      outcomes.set(check.run, await runOne(iteration, check, { path, subject }, context));
    }
    return outcomes;
  });
}

/** Where the output of a command goes, relative to the iteration folder. */
export function evidenceFile({ tree, purpose }: Pick<Subject, 'tree' | 'purpose'>, id: string): string {
  return join('.run', 'evidence', `${tree.slice(0, 12)}-${purpose}-${id}.log`);
}

async function runOne(
  iteration: Iteration,
  check: Extract<Check, { check: 'command' }>,
  place: { path: string; subject: Subject },
  context: Context,
): Promise<Outcome> {
  const parsed = parseCommandLine(check.run);
  if ('problem' in parsed) return { pass: false, message: `${check.run}: ${parsed.problem}`, measured: 'not run', expected: 0 };
  const evidence = evidenceFile(place.subject, check.id);
  const ended = await runCommand({
    argv: parsed.argv,
    cwd: place.path,
    env: childEnvironment(context.environment, [], { ITER_DIR: iteration.directory, CI: 'true' }),
    timeout: check.timeout,
    logFile: join(iteration.directory, evidence),
    cookie: `${iterationCookie(iteration)}check:${place.subject.purpose}:`,
    signal: context.signal,
  });
  const shown = evidence.replaceAll('\\', '/');
  if (ended.problem !== undefined) return { pass: false, message: `${check.run}: ${ended.problem}`, measured: 'not started', expected: 0 };
  if (ended.timedOut)
    return {
      pass: false,
      message: `${check.run}: no end within ${durationText(check.timeout)}; output: ${shown}`,
      measured: 'timeout',
      expected: 0,
    };
  if (ended.exit === 0) return { pass: true, message: `${check.run}: exit 0`, measured: 0, expected: 0 };
  const how = ended.signal === undefined ? `exit ${ended.exit ?? 'unknown'}` : `ended by ${ended.signal}`;
  return {
    pass: false,
    message: `${check.run}: ${how}, expected exit 0; output: ${shown}`,
    measured: ended.exit ?? ended.signal ?? 'unknown',
    expected: 0,
  };
}
