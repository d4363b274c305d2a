/** One attempt from start to end: ground, agent, ending. What the ending means is decided elsewhere. */
import { join } from 'node:path';
import type { ToolServer } from '../agents/arguments.ts';
import { commandOf } from '../agents/table.ts';
import { shortMessage } from '../agents/short-message.ts';
import { messageOf, verdictOf } from '../agents/verdict.ts';
import { addressed } from '../core/escalation.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { providerOf } from '../core/provider-limit.ts';
import type { RunVerdict } from '../core/run-verdict.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { exists } from '../effects/folder.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { baseOf } from './base.ts';
import { inputsHash } from './inputs-hash.ts';
import { confinement } from './confinement.ts';
import type { Context } from './context.ts';
import { leasesFor } from './leases.ts';
import { commentsFor } from './correspondence.ts';
import { closeWindow, openWindow } from './foreign-writes.ts';
import { overflowQuestion, unpickedNeeds } from './furnish.ts';
import { processEnd, recordRefusal, refusalOf } from './limits.ts';
import { prepare } from './prepare.ts';
import type { Ground } from './prepare.ts';
import { offersTools } from './settings.ts';
import { runAgent, sessionLeft, type Ended } from './agent-run.ts';
import { sendConflictBack } from './rework.ts';
import type { Run } from './run.ts';
import { sandboxOf } from './sandbox.ts';
import { setUp } from './worktree-hooks.ts';

/** Runs attempt `number` of a task to its end and records it; an abort of `signal` with the reason of a person ends it as killed. */
export async function attempt(run: Run, task: PlannedTask, number: number, context: Context): Promise<void> {
  const { iteration } = run;
  const base = await baseOf(iteration.repository.root, run.plan, run.state, task);
  if ('conflict' in base) return sendConflictBack(run, base.conflict, context);
  const inputs = await inputsHash(run, task, base.commit);
  if (isStillValid(run, task, inputs)) return keep(run, task, context);
  const overflow = overflowQuestion(run, task, { attempt: number, base: base.commit, continued: false });
  if (overflow !== undefined) return askAboutPrompt(run, task, { number, question: overflow }, context);
  const ground = await prepare(run, task, number, base.commit, context);
  const leases = await leasesFor(iteration, task.id, number);
  try {
    const variables = { ...variablesOf(run, task, { number, worktree: ground.worktree }), ...leases.variables };
    await setUp(iteration, { task: task.id, worktree: ground.worktree, variables }, context);
    await attemptOn(run, task, { number, ground, inputs, variables }, context);
  } finally {
    leases.release();
  }
}

interface Ready {
  readonly number: number;
  readonly ground: Ground;
  /** Hash of everything the work is done from. */
  readonly inputs: string;
  /** What the agent finds in its environment besides the allow-list. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The agent's part of an attempt. */
async function attemptOn(run: Run, task: PlannedTask, { number, ground, inputs, variables }: Ready, context: Context): Promise<void> {
  const { iteration } = run;
  const again = run.state.tasks[task.id]?.attempt === number;
  const comments = commentsFor(iteration, task).map(({ file }) => file);
  await run.record({
    type: 'attempt-prepared',
    task: task.id,
    attempt: number,
    worktree: ground.worktree,
    base: ground.base,
    head: ground.head,
    inputs,
    told: ground.told,
    ...(comments.length === 0 ? {} : { feedback: comments }),
  });
  context.say(
    `${task.id}: attempt ${number}${again ? ', started again after an interruption,' : ''} by ${task.agent} in ${ground.worktree}`,
  );
  const log = join('.run', 'logs', `${task.id}-${number}.log`);
  if (task.agent === 'manual') return handOver(run, task, { number, log, worktree: ground.worktree });
  const command = commandOf(task.agent);
  const parsed = command === undefined ? undefined : parseCommandLine(command);
  if (parsed !== undefined && 'problem' in parsed) throw new Error(`preflight let a bad command line pass: ${parsed.problem}`);
  await openWindow(run, task.id, context);
  const sandbox = sandboxOf(iteration, task, context);
  const spec = {
    permission: task.permission,
    ...(parsed === undefined ? {} : { argv: parsed.argv }),
    timeout: task.timeout,
    ...(task.maxTurns === undefined ? {} : { turns: task.maxTurns }),
    ...(await confinement(iteration, { task, number, worktree: ground.worktree, sandbox, variables }, context)),
    // an image need not have the Node they are written for
    ...(offersTools(iteration.repository, context.environment) && sandbox.by !== 'container'
      ? { mcp: toolServer(run, task, number, { worktree: ground.worktree, by: sandbox.by, context }) }
      : {}),
  };
  const ending = await runAgent(run, task, { number, log, ground, spec }, context);
  await closeWindow(run, { task, worktree: ground.worktree, log: join(iteration.directory, log) }, context);
  const refusal = refusalOf(run, task, { ending, log, worktree: ground.worktree }, context);
  if (refusal !== undefined) return recordRefusal(run, task, { number, refusal, session: sessionLeft(task, ending, context) }, context);
  await recordEnding(run, task, number, ending, context);
}

/** `iter mcp` for one attempt; what it is for stands in its arguments, because not every program hands its variables on. */
function toolServer(
  { iteration }: Run,
  task: PlannedTask,
  number: number,
  { worktree, by, context }: { readonly worktree: string; readonly by: Sandbox['by']; readonly context: Context },
): ToolServer {
  const about = ['-C', worktree, '--iteration', iteration.name, '--task', task.id, '--agent', task.instance];
  const file = join(iteration.directory, '.run', 'mcp', `${task.id}-${number}.json`);
  return {
    command: context.program.node,
    args: [context.program.cli, 'mcp', ...about, ...(by === 'bubblewrap' ? ['--sandbox', by] : [])],
    file,
  };
}

/** Accepted work of a task that starts over only because something before it did, and finds everything as it was. */
function isStillValid(run: Run, task: PlannedTask, inputs: string): boolean {
  const current = run.state.tasks[task.id];
  if (current?.done?.inputs !== inputs || current.phase.name !== 'waiting' || current.fresh === true) return false;
  return task.deliverables.every(
    (deliverable) => deliverable.in !== 'iteration' || exists(join(run.iteration.directory, deliverable.path)),
  );
}

async function keep(run: Run, task: PlannedTask, context: Context): Promise<void> {
  const done = run.state.tasks[task.id]?.done;
  if (done === undefined) throw new Error(`${task.id} has no work to keep`);
  await run.record({ type: 'task-still-valid', task: task.id, attempt: done.attempt, commit: done.commit });
  context.say(`${task.id}: still valid: everything it was made from is as it was`);
}

async function recordEnding(run: Run, task: PlannedTask, number: number, ending: Ended, context: Context): Promise<void> {
  const about = { type: 'attempt-ended', task: task.id, attempt: number } as const;
  const session = sessionLeft(task, ending, context);
  switch (ending.outcome) {
    case 'exited':
      return run.record({
        ...about,
        outcome: 'exited',
        ...(ending.exit === undefined ? {} : { exit: ending.exit }),
        ...(ending.signal === undefined ? {} : { signal: ending.signal }),
        ...wentBy(ending),
        ...(session === undefined ? {} : { session }),
      });
    case 'killed': {
      const by = run.state.tasks[task.id]?.stop;
      if (by === undefined) return run.record({ type: 'attempt-interrupted', task: task.id, attempt: number, reason: ending.reason });
      return run.record({ ...about, outcome: 'killed', reason: `stopped by ${by}` });
    }
    case 'timeout':
      context.say(`${task.id}: ${ending.reason}; the agent and everything it started was ended`);
      return run.record({ ...about, outcome: 'timeout', reason: ending.reason, ...wentBy(ending) });
    default:
      return run.record({ ...about, outcome: 'not-started', reason: ending.reason });
  }
}

/** How the run went, and why, by what the agent says. */
function wentBy(ending: Ended): { readonly verdict?: RunVerdict; readonly reason?: string } {
  if (ending.said === undefined) return {};
  const verdict = verdictOf(ending.said, processEnd(ending));
  // of an end that iter has made it is iter that knows why; what kept the agent waiting is worth a word
  const reason = verdict === 'timeout' ? waitedFor(ending) : messageOf(ending.said, verdict);
  return { verdict, ...(reason === undefined ? {} : { reason }) };
}

function waitedFor({ said, ...ending }: Ended): string | undefined {
  if (said?.trouble === undefined || ending.outcome !== 'timeout') return undefined;
  return `${ending.reason}; it said last: ${shortMessage(said.trouble)}`;
}

/** The workflow wants nothing cut from this prompt, and it does not fit: nothing is started before a person has said what to do. */
async function askAboutPrompt(run: Run, task: PlannedTask, at: { number: number; question: string }, context: Context): Promise<void> {
  context.say(`${task.id}: needs you: ${at.question}`);
  await run.record({
    type: 'decision-requested',
    id: `${task.id}-prompt-${at.number}`,
    kind: 'escalation',
    task: task.id,
    question: addressed(run.plan.escalation, at.question),
    options: [
      { id: 'trim', label: 'go on with what fits, for this task' },
      { id: 'look', label: 'look again: CONTEXT.md, the prompt or a deliverable is shorter now' },
      { id: 'fail', label: 'give up' },
    ],
  });
}

/** A person does the work: the decision is open until they say it is done, in the plan or with `iter approve`. */
async function handOver(run: Run, task: PlannedTask, at: { number: number; log: string; worktree: string }): Promise<void> {
  await run.record(
    { type: 'attempt-started', task: task.id, attempt: at.number, agent: 'manual', log: at.log },
    {
      type: 'decision-requested',
      id: `${task.id}-manual-${at.number}`,
      kind: 'manual',
      task: task.id,
      question: `${task.id} is yours: ${task.title}. The prompt is ${at.worktree}/.iter/TASK.md; work in that folder, then say so`,
      options: [
        { id: 'done', label: 'it is done: check it' },
        { id: 'fail', label: 'give up' },
      ],
    },
  );
}

/** What an agent finds in its environment besides the allow-list. */
function variablesOf(
  run: Run,
  task: PlannedTask,
  { number, worktree }: { readonly number: number; readonly worktree: string },
): Record<string, string> {
  const { iteration } = run;
  return {
    ITER_DIR: iteration.directory,
    ITER_ITERATION: iteration.name,
    ITER_TASK: task.id,
    ITER_ATTEMPT: String(number),
    ITER_AGENT: task.instance,
    ITER_STEP: task.step,
    ITER_PROVIDER: providerOf(task),
    ITER_WORKTREE: worktree,
    ITER_TARGETS: task.targets.join('\n'),
    ITER_NEEDS: task.needs.join(' '),
    ...alternativesUpstream(run, task),
    ...(task.gate === undefined ? {} : { ITER_REVIEW: task.gate.report }),
    ...(task.checklist === undefined ? {} : { ITER_CHECKLIST: JSON.stringify(task.checklist) }),
    ...(task.model === undefined ? {} : { ITER_MODEL: task.model }),
    ITER_FIELDS: JSON.stringify(
      Object.fromEntries(task.deliverables.flatMap(({ path, fields }) => (fields === undefined ? [] : [[path, fields]]))),
    ),
    ...(task.alternative === undefined ? {} : { ITER_ALTERNATIVE: task.alternative }),
    ...inputVariables(task.inputs ?? run.plan.inputs ?? {}),
  };
}

/** Work done in several ways of which none is taken yet is not in the worktree: a line `id task commit` for each that passed. */
function alternativesUpstream(run: Run, task: PlannedTask): Record<string, string> {
  const lines = unpickedNeeds(run, task).map(({ id, task: of, commit }) => `${id} ${of} ${commit}`);
  return lines.length === 0 ? {} : { ITER_ALTERNATIVES: lines.join('\n') };
}

/** Values reach commands as variables, never as part of a command line: `issue` is `ITER_INPUT_ISSUE`. */
function inputVariables(inputs: NonNullable<Plan['inputs']>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `ITER_INPUT_${name.toUpperCase()}`,
      typeof value === 'object' ? value.join('\n') : String(value),
    ]),
  );
}
