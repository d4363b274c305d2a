/**
 * Asks one agent one question: it runs once in a throw-away worktree, in the sandbox an agent of a step would have, answers in a file, and gets one more
 * try when the answer cannot be used. Nothing is left behind: no worktree, no branch, no process, no container. What the answer means is for who asks.
 */
import { join } from 'node:path';
import { agentNames, agentRow, commandOf } from '../agents/table.ts';
import { taskId } from '../core/ids.ts';
import type { CommitId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { readText } from '../effects/disk.ts';
import { ensureFolder, removeFolder, writeText } from '../effects/folder.ts';
import { gitResult } from '../effects/git.ts';
import { clearOfLinks, type OutboxEntry, plainFile } from '../effects/outbox-files.ts';
import type { Repository } from '../effects/repository.ts';
import { addWorktree } from '../effects/worktree.ts';
import { type Ending, runAttempt } from '../executors/local.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { criterionLine } from '../files/criteria.ts';
import type { Occupant } from './cell.ts';
import { confinement } from './confinement.ts';
import type { Context } from './context.ts';
import { attemptCookie, repositoryLock } from './places.ts';
import { missingAgent } from './preflight.ts';
import { inQuestionPlace, type QuestionPlace } from './question-place.ts';
import { sandboxOf, sandboxProblems } from './sandbox.ts';

export interface Question<Value> {
  readonly repository: Repository;
  readonly agent: string;
  readonly model?: string;
  /** The whole prompt; the faults of the answer before are quoted in it. */
  readonly prompt: (asked: Asked) => string;
  /** What the rehearsal agent, which cannot think, writes into the front matter. */
  readonly rehearsed: Readonly<Record<string, string>>;
  readonly read: (text: string, file: string) => Promise<{ readonly value: Value } | { readonly problems: readonly Problem[] }>;
}

export interface Asked {
  /** Where the answer goes, as the agent sees it. */
  readonly write: string;
  /** The check that there is an answer. */
  readonly criterion: string;
  readonly faults: readonly Problem[];
}

/** 1: it gave no answer that can be used; 2: no such agent, or not in its sandbox; 4: its program is missing. */
export type Answered<Value> = { readonly value: Value } | { readonly problems: readonly Problem[]; readonly exit: 1 | 2 | 4 };

const ANSWER = 'answer.md';
const TASK = taskId('T1');
/** The first answer, and one more with the faults of the first quoted. */
const ATTEMPTS = 2;
/** Milliseconds an agent may think about it. */
const TIMEOUT = 10 * 60_000;
/** Bytes of an answer. */
const LONGEST = 1_000_000;
/** Lines of its output that are shown when it gave no answer. */
const LAST_LINES = 5;

/** Asks, and gives the answer or why there is none; throws the reason when it was interrupted. */
export async function consult<Value>(question: Question<Value>, context: Context): Promise<Answered<Value>> {
  const { repository, agent } = question;
  const unknown = nobody(agent, context);
  if (unknown !== undefined) return { problems: [unknown], exit: 2 };
  const head = await gitResult(repository.root, ['rev-parse', '-q', '--verify', 'HEAD^{commit}']);
  if (head.exitCode !== 0) return { problems: [{ what: 'the repository has no commit yet', fix: 'commit something first' }], exit: 2 };
  return inQuestionPlace(repository, context, async (place) => {
    const refused = await refusal(agent, place, context);
    if (refused !== undefined) return refused;
    const lock = repositoryLock(repository.gitDirectory);
    await addWorktree(repository.root, { path: place.worktree, commit: head.stdout.trim() as CommitId, lock, signal: context.signal });
    return untilUsable(question, place, context);
  });
}

function nobody(agent: string, context: Context): Problem | undefined {
  if (agent === 'manual') return { what: 'a person needs no agent to ask', fix: 'leave out --agent' };
  if (commandOf(agent) !== undefined || agentRow(agent, context.program.agents) !== undefined) return undefined;
  const names = agentNames(context.program.agents ?? []).filter((name) => name !== 'manual');
  return { what: `unknown agent "${agent}"`, fix: didYouMean(agent, [...names, 'command:<command line>']) };
}

/** What a launch would say of an agent and its sandbox. */
async function refusal(
  agent: string,
  place: QuestionPlace,
  context: Context,
): Promise<Extract<Answered<never>, { exit: 1 | 2 | 4 }> | undefined> {
  const occupant = occupantOf(agent);
  const confined = await sandboxProblems(place, [occupant], context);
  const missing = missingAgent(agent, context, { inImage: sandboxOf(place, occupant, context).by === 'container' });
  const problems = [...confined, ...(missing === undefined ? [] : [missing])];
  return problems.length === 0 ? undefined : { problems, exit: confined.length > 0 ? 2 : 4 };
}

/** It writes its answer and commits nothing. */
const occupantOf = (agent: string): Occupant => ({ id: TASK, agent, permission: 'read' });

async function untilUsable<Value>(question: Question<Value>, place: QuestionPlace, context: Context): Promise<Answered<Value>> {
  let faults: readonly Problem[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const ending = await ask(question, { place, attempt, faults }, context);
    context.signal.throwIfAborted();
    if (ending.outcome === 'not-started') return { problems: [{ what: `agent "${question.agent}": ${ending.reason}` }], exit: 4 };
    const answer = plainFile(place.worktree, 'out', { name: ANSWER, most: LONGEST });
    const text = answer?.text;
    const read =
      text === undefined ? { problems: [silence(question.agent, { ending, answer }, place)] } : await question.read(text, ANSWER);
    if ('value' in read) return read;
    faults = read.problems;
    if (attempt < ATTEMPTS) context.say(`${question.agent} is asked again: ${faults.map(({ what }) => what).join('; ')}`);
  }
  return { problems: faults, exit: 1 };
}

async function ask<Value>(
  question: Question<Value>,
  { place, attempt, faults }: { readonly place: QuestionPlace; readonly attempt: number; readonly faults: readonly Problem[] },
  context: Context,
): Promise<Ending> {
  const write = `.iter/out/${ANSWER}`;
  const criterion = criterionLine({ check: 'exists', in: 'iteration', file: ANSWER, id: `${TASK}.answer`, level: 'must', task: TASK });
  const prompt = join(place.directory, 'prompt.md');
  const text = question.prompt({ write, criterion, faults });
  writeText(prompt, text);
  clearOfLinks(place.worktree, ['.gitignore', 'TASK.md', 'out']);
  removeFolder(join(place.worktree, '.iter', 'out'));
  writeText(join(place.worktree, '.iter', '.gitignore'), '*\n');
  writeText(join(place.worktree, '.iter', 'TASK.md'), text);
  ensureFolder(join(place.worktree, '.iter', 'out'));
  const command = commandOf(question.agent);
  const parsed = command === undefined ? undefined : parseCommandLine(command);
  const task = occupantOf(question.agent);
  const variables = {
    ITER_DIR: place.directory,
    ITER_TASK: TASK,
    ITER_ATTEMPT: String(attempt),
    ITER_WORKTREE: place.worktree,
    TMPDIR: place.temporary,
    // a list of one: the agent without a mind of its own takes the first
    ITER_FIELDS: JSON.stringify({
      [ANSWER]: Object.fromEntries(Object.entries(question.rehearsed).map(([key, value]) => [key, [value]])),
    }),
    ...(question.model === undefined ? {} : { ITER_MODEL: question.model }),
  };
  const confined = { task, number: attempt, worktree: place.worktree, sandbox: sandboxOf(place, task, context), variables };
  return runAttempt(
    {
      agent: task.agent,
      permission: task.permission,
      ...(question.model === undefined ? {} : { model: question.model }),
      ...(parsed !== undefined && 'argv' in parsed ? { argv: parsed.argv } : {}),
      worktree: place.worktree,
      prompt,
      log: logOf(place),
      cookie: attemptCookie(place, TASK, attempt),
      timeout: TIMEOUT,
      environment: context.environment,
      ...(await confinement(place, confined, context)),
      program: context.program,
    },
    { started: () => Promise.resolve(), heard: () => undefined },
    context.signal,
  );
}

const logOf = ({ directory }: QuestionPlace): string => join(directory, 'output.log');

/** No file at all: what the agent said last is the best there is to go by. */
function silence(
  agent: string,
  { ending, answer }: { readonly ending: Ending; readonly answer: OutboxEntry | undefined },
  place: QuestionPlace,
): Problem {
  const fix = 'write the file where the prompt says';
  if (answer?.refused !== undefined) return { what: `.iter/out/${ANSWER} ${answer.refused}`, fix };
  const how = ending.outcome === 'exited' ? `ended with ${ending.signal ?? `exit ${ending.exit ?? 0}`}` : `was ended: ${ending.reason}`;
  const last = (readText(logOf(place)) ?? '').trimEnd().split('\n').slice(-LAST_LINES).join(' | ').trim();
  const said = last === '' ? 'it said nothing' : `its last words were: ${last.slice(-500)}`;
  return { what: `agent "${agent}" ${how} and wrote no .iter/out/${ANSWER}; ${said}`, fix };
}
