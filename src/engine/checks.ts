/** Runs checks against exactly one commit and the files of the iteration. Deterministic: no times, no absolute paths in the results. */
import { join } from 'node:path';
import { childEnvironment } from '../agents/environment.ts';
import type { Check, Result } from '../core/check.ts';
import type { ConditionFacts } from '../core/condition.ts';
import { durationText } from '../core/duration.ts';
import type { CommitId, TreeId } from '../core/ids.ts';
import { CAUTION_MARGIN, exact } from '../core/metric.ts';
import { unreachable } from '../core/unreachable.ts';
import { waivedResult } from '../core/waiver.ts';
import { changedPathsOfAll } from '../effects/commit-batch.ts';
import { runCommand } from '../effects/process.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { evaluateCondition } from '../files/condition.ts';
import { evaluateCommits, evaluateFile, evaluateScope } from '../files/evaluate.ts';
import type { DataCheck, DataFacts } from '../files/evaluate-data.ts';
import { about } from '../files/outcome.ts';
import { readAnswers } from './check-answers.ts';
import { readFiles, type CheckFiles } from './check-files.ts';
import { judgeBlockers, judgeDisk, judgeGit, judgeSecrets, judgeTools } from './check-world.ts';
import { withCheckout } from './checkout.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { iterationCookie } from './places.ts';

interface Work {
  readonly base: CommitId;
  readonly head: CommitId;
  readonly commits: readonly CommitId[];
}

export interface Subject {
  readonly commit: CommitId;
  readonly tree: TreeId;
  /** What the work as a whole is compared with, for checks on what it adds. */
  readonly before: CommitId;
  /** For `commits` and `scope`: the part of the history that is a task's own. */
  readonly work: Readonly<Record<string, Work>>;
  /** For `scope`: what tasks have changed; git is asked for those that are not in it. */
  readonly changed?: Readonly<Record<string, readonly string[]>> | undefined;
  /** For `expr`. */
  readonly facts: ConditionFacts;
  /** Name of the throw-away checkout, unique among checks that run at the same time. */
  readonly purpose: string;
  /** Where files of the iteration folder lie that are judged before they are in it. */
  readonly placed?: (file: string) => string | undefined;
}

/** The results, in the order of the checks. Equal command lines run once. */
export async function runChecks(iteration: Iteration, checks: readonly Check[], subject: Subject, context: Context): Promise<Result[]> {
  const { results } = await observe(iteration, checks, subject, context);
  return withCommands(iteration, { checks, results, subject }, context);
}

export interface Observed {
  /** By check; commands are not among them. */
  readonly results: ReadonlyMap<Check, Result>;
  readonly files: CheckFiles;
}

/** Judges everything that needs no command of the project. */
export async function observe(iteration: Iteration, checks: readonly Check[], subject: Subject, context: Context): Promise<Observed> {
  const files = await readFiles(iteration, checks, subject);
  const data = checks.filter((check): check is DataCheck => DATA.has(check.check));
  const judgeData = data.length === 0 ? undefined : await dataJudge(iteration, data, { files, subject });
  const changed = await changesOfTasks(iteration, checks, subject);
  const results = new Map<Check, Result>();
  for (const check of checks) {
    if (check.check === 'command') continue;
    results.set(check, waivedResult(check, await resultOf(check, { iteration, subject, files, changed, judgeData, context })));
  }
  return { results, files };
}

/** What the tasks that have a scope changed. */
async function changesOfTasks(
  iteration: Iteration,
  checks: readonly Check[],
  { work, changed = {} }: Subject,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const limited = new Set(checks.flatMap(({ check, task }) => (check === 'scope' ? (task ?? []) : [])));
  const asked = [...limited].flatMap((task) => {
    const own = work[task];
    return own === undefined || Object.hasOwn(changed, task) ? [] : [{ task, ...own }];
  });
  const paths = await changedPathsOfAll(iteration.repository.root, asked);
  return new Map([...Object.entries(changed), ...asked.map(({ task }, place) => [task, paths[place] ?? []] as const)]);
}

/** Adds what the commands say. */
export async function withCommands(
  iteration: Iteration,
  seen: { readonly checks: readonly Check[]; readonly results: ReadonlyMap<Check, Result>; readonly subject: Subject },
  context: Context,
): Promise<Result[]> {
  const { checks, results, subject } = seen;
  const outcomes = checks.some((check) => check.check === 'command') ? await runCommands(iteration, checks, subject, context) : undefined;
  return checks.map((check): Result => {
    const known = results.get(check);
    if (known !== undefined) return known;
    const outcome = check.check === 'command' ? outcomes?.get(check.run) : undefined;
    if (outcome === undefined) throw new Error(`the check ${check.id} was not run`);
    return waivedResult(check, { ...common(check), ...outcome });
  });
}

const DATA: ReadonlySet<Check['check']> = new Set<DataCheck['check']>([
  'schema',
  'frontmatter',
  'metric',
  'verdict',
  'dispositions',
  'traces',
]);

type DataJudge = (check: DataCheck) => Result;

async function dataJudge(
  iteration: Iteration,
  checks: readonly DataCheck[],
  { files, subject }: { readonly files: CheckFiles; readonly subject: Subject },
): Promise<DataJudge> {
  // its parsers are heavy, and most iterations ask for none of this
  const { evaluateData } = await import('../files/evaluate-data.ts');
  const { cautionMargin } = iteration.plan.decision ?? {};
  const facts: DataFacts = {
    fileAt: files.at,
    // a part of one in the workflow, percent here
    cautionMargin: cautionMargin === undefined ? CAUTION_MARGIN : exact(cautionMargin * 100),
    itemsOf: (file) => iteration.plan.tasks.find((task) => task.checklist?.file === file)?.checklist?.items ?? [],
    ...(await readAnswers(iteration, checks, { files, subject })),
  };
  return (check) => evaluateData(check, facts);
}

interface Judging {
  readonly iteration: Iteration;
  readonly subject: Subject;
  readonly files: CheckFiles;
  readonly changed: ReadonlyMap<string, readonly string[]>;
  readonly judgeData: DataJudge | undefined;
  readonly context: Context;
}

async function resultOf(check: Exclude<Check, { check: 'command' }>, judging: Judging): Promise<Result> {
  const { iteration, subject, files, changed, judgeData, context } = judging;
  switch (check.check) {
    case 'exists':
    case 'size':
    case 'headings':
    case 'contains':
    case 'not_contains':
    case 'matches':
    case 'not_matches':
    case 'format':
    case 'placeholders':
    case 'summary':
    case 'checklist':
      return evaluateFile(check, files.at(check));
    case 'schema':
    case 'frontmatter':
    case 'metric':
    case 'verdict':
    case 'dispositions':
    case 'traces':
      if (judgeData === undefined) throw new Error(`nobody judges the check ${check.id}`);
      return judgeData(check);
    case 'commits':
      return evaluateCommits(check, check.task === undefined ? 0 : (subject.work[check.task]?.commits.length ?? 0));
    case 'scope':
      return evaluateScope(check, check.task === undefined ? [] : (changed.get(check.task) ?? []));
    case 'secrets':
      return judgeSecrets(iteration, check, subject);
    case 'blockers':
      return judgeBlockers(iteration, check);
    case 'git':
      return judgeGit(iteration, check, subject);
    case 'disk_free':
      return judgeDisk(iteration, check);
    case 'tools':
      return judgeTools(iteration, check, context);
    case 'expr':
      return judgeExpression(check, subject.facts);
    case 'human':
      return { ...common(check), pass: true, message: `for a reviewer, not judged by iter: ${check.text}` };
    case 'unreadable':
      return { ...common(check), pass: false, message: `COMPLETION_CRITERIA.md:${check.line ?? 0}: no check iter can run: ${check.text}` };
    default:
      return unreachable(check);
  }
}

function judgeExpression(check: Extract<Check, { check: 'expr' }>, facts: ConditionFacts): Result {
  const answer = evaluateCondition(check.expression, facts);
  const shared = { ...about(check), expected: 'true' };
  if ('problem' in answer) return { ...shared, pass: false, message: `cannot be judged: ${answer.problem}`, measured: 'unknown' };
  return { ...shared, pass: answer.value, message: `${check.expression} is ${String(answer.value)}`, measured: String(answer.value) };
}

function common(check: Check): Omit<Result, 'pass' | 'message'> {
  return { ...about(check), ...(check.line === undefined ? {} : { line: check.line }) };
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
  return withCheckout(iteration, { purpose: subject.purpose, commit: subject.commit, context }, async (path) => {
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
