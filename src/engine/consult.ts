/**
 * Asks one agent one question: it runs once in a throw-away worktree, answers in a file, and gets one more try when the answer cannot be used.
 * Nothing is left behind: no worktree, no branch, no process. What the answer means is for who asks.
 */
import { basename, dirname, join } from 'node:path';
import { agentNames, agentRow, commandOf } from '../agents/table.ts';
import { taskId } from '../core/ids.ts';
import type { CommitId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { readText } from '../effects/disk.ts';
import { ensureFolder, listFolders, removeFolder, removeIfEmpty, writeText } from '../effects/folder.ts';
import { gitResult } from '../effects/git.ts';
import { processNumber } from '../effects/machine.ts';
import { isAlive } from '../effects/process-table.ts';
import { reap } from '../effects/reap.ts';
import type { Repository } from '../effects/repository.ts';
import { addWorktree, removeWorktree } from '../effects/worktree.ts';
import { type Ending, runAttempt } from '../executors/local.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { criterionLine } from '../files/criteria.ts';
import type { Context } from './context.ts';
import { repositoryLock } from './places.ts';
import { missingAgent } from './preflight.ts';

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

/** 1: it gave no answer that can be used; 2: no such agent; 4: its program is missing. */
export type Answered<Value> = { readonly value: Value } | { readonly problems: readonly Problem[]; readonly exit: 1 | 2 | 4 };

const ANSWER = 'answer.md';
const TASK = taskId('T1');
/** The first answer, and one more with the faults of the first quoted. */
const ATTEMPTS = 2;
/** Milliseconds an agent may think about it. */
const TIMEOUT = 10 * 60_000;
/** Milliseconds what a killed iter left running gets to end by itself. */
const LEFTOVER_GRACE = 1000;
/** Lines of its output that are shown when it gave no answer. */
const LAST_LINES = 5;

/** Asks, and gives the answer or why there is none; throws the reason when it was interrupted. */
export async function consult<Value>(question: Question<Value>, context: Context): Promise<Answered<Value>> {
  const { repository, agent } = question;
  const refused = refusal(agent, context);
  if (refused !== undefined) return refused;
  const head = await gitResult(repository.root, ['rev-parse', '-q', '--verify', 'HEAD^{commit}']);
  if (head.exitCode !== 0) return { problems: [{ what: 'the repository has no commit yet', fix: 'commit something first' }], exit: 2 };
  await clearLeftovers(repository);
  const place = placeOf(repository, processNumber());
  try {
    ensureFolder(place.scratch);
    const lock = repositoryLock(repository.gitDirectory);
    await addWorktree(repository.root, { path: place.worktree, commit: head.stdout.trim() as CommitId, lock, signal: context.signal });
    return await untilUsable(question, place, context);
  } finally {
    await clear(repository, place);
  }
}

function refusal(agent: string, context: Context): Extract<Answered<never>, { exit: 1 | 2 | 4 }> | undefined {
  if (agent === 'manual') return { problems: [{ what: 'a person needs no agent to ask', fix: 'leave out --agent' }], exit: 2 };
  if (commandOf(agent) === undefined && agentRow(agent, context.program.agents) === undefined) {
    const names = agentNames(context.program.agents ?? []).filter((name) => name !== 'manual');
    return { problems: [{ what: `unknown agent "${agent}"`, fix: didYouMean(agent, [...names, 'command:<command line>']) }], exit: 2 };
  }
  const missing = missingAgent(agent, context);
  return missing === undefined ? undefined : { problems: [missing], exit: 4 };
}

interface Place {
  /** For the prompt, the output and what agents find under ITER_DIR. */
  readonly scratch: string;
  readonly worktree: string;
}

function placeOf({ root, gitDirectory }: Repository, number: number): Place {
  return {
    scratch: join(scratchesOf(gitDirectory), String(number)),
    worktree: join(dirname(root), `${basename(root)}-worktrees`, `.consult-${number}`),
  };
}

function scratchesOf(gitDirectory: string): string {
  return join(gitDirectory, 'iter', 'consult');
}

async function untilUsable<Value>(question: Question<Value>, place: Place, context: Context): Promise<Answered<Value>> {
  let faults: readonly Problem[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = join(place.worktree, '.iter', 'out', ANSWER);
    removeFolder(answer);
    const ending = await ask(question, { place, attempt, faults }, context);
    context.signal.throwIfAborted();
    if (ending.outcome === 'not-started') return { problems: [{ what: `agent "${question.agent}": ${ending.reason}` }], exit: 4 };
    const text = readText(answer);
    const read = text === undefined ? { problems: [silence(question.agent, ending, place)] } : await question.read(text, ANSWER);
    if ('value' in read) return read;
    faults = read.problems;
    if (attempt < ATTEMPTS) context.say(`${question.agent} is asked again: ${faults.map(({ what }) => what).join('; ')}`);
  }
  return { problems: faults, exit: 1 };
}

function ask<Value>(
  question: Question<Value>,
  { place, attempt, faults }: { readonly place: Place; readonly attempt: number; readonly faults: readonly Problem[] },
  context: Context,
): Promise<Ending> {
  const write = `.iter/out/${ANSWER}`;
  const criterion = criterionLine({ check: 'exists', in: 'iteration', file: ANSWER, id: `${TASK}.answer`, level: 'must', task: TASK });
  const prompt = join(place.scratch, 'prompt.md');
  const text = question.prompt({ write, criterion, faults });
  writeText(prompt, text);
  writeText(join(place.worktree, '.iter', '.gitignore'), '*\n');
  writeText(join(place.worktree, '.iter', 'TASK.md'), text);
  ensureFolder(join(place.worktree, '.iter', 'out'));
  const command = commandOf(question.agent);
  const parsed = command === undefined ? undefined : parseCommandLine(command);
  return runAttempt(
    {
      agent: question.agent,
      permission: 'read',
      ...(question.model === undefined ? {} : { model: question.model }),
      ...(parsed !== undefined && 'argv' in parsed ? { argv: parsed.argv } : {}),
      worktree: place.worktree,
      prompt,
      log: logOf(place),
      cookie: `${place.scratch}:${TASK}:${attempt}:`,
      timeout: TIMEOUT,
      environment: context.environment,
      variables: {
        ITER_DIR: place.scratch,
        ITER_TASK: TASK,
        ITER_ATTEMPT: String(attempt),
        ITER_WORKTREE: place.worktree,
        // a list of one: the agent without a mind of its own takes the first
        ITER_FIELDS: JSON.stringify({
          [ANSWER]: Object.fromEntries(Object.entries(question.rehearsed).map(([key, value]) => [key, [value]])),
        }),
        ...(question.model === undefined ? {} : { ITER_MODEL: question.model }),
      },
      program: context.program,
    },
    { started: () => Promise.resolve(), heard: () => undefined },
    context.signal,
  );
}

function logOf({ scratch }: Place): string {
  return join(scratch, 'output.log');
}

/** No file at all: what the agent said last is the best there is to go by. */
function silence(agent: string, ending: Ending, place: Place): Problem {
  const how = ending.outcome === 'exited' ? `ended with ${ending.signal ?? `exit ${ending.exit ?? 0}`}` : `was ended: ${ending.reason}`;
  const last = (readText(logOf(place)) ?? '').trimEnd().split('\n').slice(-LAST_LINES).join(' | ').trim();
  const said = last === '' ? 'it said nothing' : `its last words were: ${last.slice(-500)}`;
  return { what: `agent "${agent}" ${how} and wrote no .iter/out/${ANSWER}; ${said}`, fix: 'write the file where the prompt says' };
}

/** What an iter that was killed while it asked has left: its agent, its worktree, its files. */
async function clearLeftovers(repository: Repository): Promise<void> {
  const numbers = listFolders(scratchesOf(repository.gitDirectory)).map(Number);
  for (const number of numbers.filter((one) => Number.isInteger(one) && !isAlive(one))) {
    const place = placeOf(repository, number);
    await reap(`${place.scratch}:`, LEFTOVER_GRACE);
    await clear(repository, place);
  }
}

async function clear({ root, gitDirectory }: Repository, { scratch, worktree }: Place): Promise<void> {
  await removeWorktree(root, worktree, { lock: repositoryLock(gitDirectory), discard: true });
  removeIfEmpty(dirname(worktree));
  removeFolder(scratch);
  removeIfEmpty(dirname(scratch));
}
