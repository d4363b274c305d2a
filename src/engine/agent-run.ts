/** Runs the agent of a prepared attempt and measures it: in the session of an earlier attempt where it has one, else, or when it does not know it any more, anew. */
import { join } from 'node:path';
import type { StreamSummary } from '../agents/stream-summary.ts';
import { agentRow } from '../agents/table.ts';
import { verdictOf } from '../agents/verdict.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Session, SessionLeft, SessionUsage } from '../core/session.ts';
import { runAttempt, type AttemptSpec } from '../executors/local.ts';
import type { Context } from './context.ts';
import { writePrompt } from './furnish.ts';
import { processEnd } from './limits.ts';
import { attemptCookie } from './places.ts';
import type { Ground } from './prepare.ts';
import type { Run } from './run.ts';
import { pricesOf } from './settings.ts';
import { meter } from './usage.ts';

export type Ended = Awaited<ReturnType<typeof runAttempt>>;

interface Prepared {
  readonly number: number;
  /** Relative to the iteration folder. */
  readonly log: string;
  readonly ground: Ground;
  readonly spec: Pick<
    AttemptSpec,
    'permission' | 'argv' | 'timeout' | 'turns' | 'variables' | 'cell' | 'container' | 'gitDirectories' | 'mcp'
  >;
}

/** Runs it to its end; records its starts and what it has used. */
export async function runAgent(run: Run, task: PlannedTask, prepared: Prepared, context: Context): Promise<Ended> {
  const { session, occasion } = prepared.ground;
  const ending = await oneRun(run, task, { ...prepared, session }, context);
  if (session === undefined || !isUnknown(session, ending)) return ending;
  context.say(`${task.id}: ${task.agent} does not go on with its session ${session.id}; it starts anew`);
  writePrompt(run, task, { ...occasion, session: undefined });
  return oneRun(run, task, { ...prepared, session: undefined }, context);
}

/** The session a run has left, of an agent that can go on with one. */
export function sessionLeft(task: PlannedTask, { said }: Ended, { program }: Context): SessionLeft | undefined {
  const row = agentRow(task.agent, program.agents);
  if (row?.resume === undefined || said?.session === undefined || said.forgets === true) return undefined;
  const used = countedOf(row, said);
  return { agent: task.agent, id: said.session, ...(used === undefined ? {} : { used }) };
}

/** What will be counted again by its next run: all tokens where the descriptor says so; the cost in a conversation, by its protocol. */
function countedOf({ usage: { scope }, format }: AgentDescriptor, { usage, costUsd }: StreamSummary): SessionUsage | undefined {
  const tokens = scope === 'session' ? usage : undefined;
  const usd = format === 'acp' ? costUsd : undefined;
  if (tokens === undefined && usd === undefined) return undefined;
  const { inputTokens, outputTokens, cachedTokens } = tokens ?? { inputTokens: 0, outputTokens: 0 };
  return { inputTokens, outputTokens, ...(cachedTokens === undefined ? {} : { cachedTokens }), ...(usd === undefined ? {} : { usd }) };
}

async function oneRun(
  run: Run,
  task: PlannedTask,
  { number, log, ground, spec, session }: Prepared & { readonly session: Session | undefined },
  context: Context,
): Promise<Ended> {
  const { iteration } = run;
  const format = agentRow(task.agent, context.program.agents)?.format;
  const measured = meter(run, {
    task: task.id,
    attempt: number,
    started: context.now().toISOString(),
    ...(task.model === undefined ? {} : { model: task.model }),
    prices: pricesOf(iteration.repository, context.environment),
    ...(session?.used === undefined ? {} : { before: session.used }),
  });
  const about = { type: 'attempt-started', task: task.id, attempt: number, agent: task.agent, log } as const;
  const ending = await runAttempt(
    {
      ...spec,
      agent: task.agent,
      ...(task.model === undefined ? {} : { model: task.model }),
      ...(format === undefined ? {} : { format }),
      ...(session === undefined ? {} : { session: session.id }),
      worktree: ground.worktree,
      prompt: ground.prompt,
      log: join(iteration.directory, log),
      cookie: attemptCookie(iteration, task.id, number),
      environment: context.environment,
      program: context.program,
    },
    {
      started: (pid) => run.record({ ...about, pid, ...(session === undefined ? {} : { session: session.id }) }),
      heard: measured.heard,
    },
    context.signal,
  );
  await measured.end(ending.said);
  return ending;
}

/** It ended in an error without a word of that session, which is how command lines refuse one they do not have. */
function isUnknown({ id }: Session, ending: Ended): boolean {
  const { said } = ending;
  if (ending.outcome !== 'exited' || said === undefined || said.session === id || said.text !== '' || said.toolCalls > 0) return false;
  const verdict = verdictOf(said, processEnd(ending));
  return verdict === 'error' || verdict === 'unfinished';
}
