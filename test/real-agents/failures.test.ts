/** Runs of real agents that go wrong. What iter makes of them is the table in docs/agents.md, row by row. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, jsonOf, startIter, type LoggedEvent } from '../rig/cli.ts';
import { isRunning, processesOf } from '../rig/driven.ts';
import { HAS_USUAL, household, type Settings } from '../rig/real-agents.ts';
import { repositoryWith } from '../rig/repository.ts';
import { scriptedModel, type Asked, type Move } from '../rig/scripted-model.ts';
import { until } from '../rig/until.ts';

const AGENTS = ['codex', 'gemini', 'qwen'] as const;
type Agent = (typeof AGENTS)[number];

interface Case {
  /** As in the table. */
  readonly when: string;
  /** All three at the same time, unless one waits. */
  readonly agents?: readonly Agent[];
  /** What the model says to the request of this number of a task, the first being 0. */
  readonly script: (asked: Asked, number: number, worktree: string) => Move;
  /** What ends agents that do not come to an end by themselves: not before they stand still, where they do. */
  readonly ends?: Partial<Record<Agent, string>>;
  /** More of each step. */
  readonly step?: string;
  readonly settings?: Settings;
  readonly url?: string;
  /** Something that is done to an attempt once its tool runs. */
  readonly strike?: (started: LoggedEvent) => void;
  /** Takes so long that it is played with ITER_STRESS=1 only. */
  readonly slow?: true;
  /** The launch goes on waiting, until a person ends it. */
  readonly waits?: true;
}

const refusal =
  (status: number, message: string): Case['script'] =>
  () => ({ status, message });
const HANG: Move = { shell: 'tail -f /dev/null' };
const IDLE = 'idle_timeout: 20s';
/** Its output does not stand still. */
const LATE = 'timeout: 30s';
/** Few tries of their own are enough; usually gemini makes ten, for minutes. */
const IMPATIENT: Settings = { codex: { retries: 1 }, gemini: { general: { maxAttempts: 2 } } };
const NO_TOOLS = { tools: { exclude: ['run_shell_command', 'write_file', 'replace', 'edit'] } };
/** Milliseconds: longer than anything here takes on a slow machine; tests end long before. */
const LONG = 300_000;
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';

const CASES: readonly Case[] = [
  { when: 'a tool hangs', script: () => HANG, ends: { codex: LATE, gemini: IDLE, qwen: IDLE }, slow: true },
  // each in a launch of its own: what one waits for is over after a minute
  ...AGENTS.map((agent): Case => ({
    when: 'HTTP 429 without end',
    agents: [agent],
    script: refusal(429, 'Rate limit reached for requests'),
    ends: { qwen: IDLE },
    settings: IMPATIENT,
    ...(agent === 'qwen' ? { slow: true } : { waits: true }),
  })),
  { when: 'HTTP 500', script: refusal(500, 'Internal error'), ends: { qwen: IDLE }, settings: IMPATIENT },
  { when: 'nobody listens', script: () => ({ say: '' }), ends: { codex: LATE }, settings: IMPATIENT, url: NOBODY, slow: true },
  {
    when: 'HTTP 429 once',
    script: ({ results }, number, worktree) => {
      if (number === 0) return { status: 429, message: 'Rate limit reached for requests. Please try again in 1s.', after: 1 };
      return results.length > 0 ? { say: 'Done.' } : { write: path.join(worktree, 'work.txt'), text: 'work\n' };
    },
  },
  { when: 'HTTP 401', script: refusal(401, 'Incorrect API key provided'), settings: IMPATIENT },
  {
    when: '`max_turns: 2`, and no end',
    script: (_asked, number, worktree) => ({ write: path.join(worktree, '.iter', `turn-${number}`), text: 'again\n' }),
    step: ', max_turns: 2',
  },
  {
    when: 'its tools may not',
    script: ({ results }) => (results.length > 0 ? { say: 'Done.' } : { shell: 'echo work > /var/tmp/iter-may-not-write-here' }),
    settings: { gemini: NO_TOOLS, qwen: NO_TOOLS },
  },
  { when: 'killed while a tool runs', script: () => HANG, strike: ({ pid }) => process.kill(Number(pid), 'SIGKILL') },
];

const PLAYED = CASES.filter(({ slow }) => slow === undefined || process.env['ITER_STRESS'] !== undefined);

const WORKFLOW = ({ ends = {}, step = '', agents = AGENTS }: Case): string => `version: 1
name: trouble
environments: { dev: { human: optional } }
concurrency: 3
defaults: { retry: { max: 0 } }
steps:
${agents.map((agent) => `  - { id: ${agent}, stage: all, role: builder, agent: ${agent}, ${ends[agent] ?? 'timeout: 10m'}, prompt: Work., checks: [{ commits: { min: 1 } }]${step} }\n`).join('')}`;

interface Status {
  readonly tasks: readonly { readonly id: string; readonly agent: string; readonly state: string; readonly reason: string | null }[];
  readonly decisions: readonly { readonly task: string; readonly question: string }[];
}

/** The rows of the table that are about a case, without the case. */
const DOCUMENTED = readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'agents.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));

describe.skipIf(!HAS_USUAL)('runs of real agents that go wrong', () => {
  it.concurrent.each(PLAYED.map((one) => ({ ...one, title: [one.when, ...(one.agents ?? [])].join(': ') })))(
    '$title',
    async (trouble) => {
      const { agents = AGENTS } = trouble;
      const root = repositoryWith({ 'workflows/trouble.yaml': WORKFLOW(trouble) });
      const directory = path.join(root, 'iterations', '001-try');
      const requests = new Map<string, number>();
      const model = await scriptedModel((asked) => {
        const number = requests.get(asked.task) ?? 0;
        requests.set(asked.task, number + 1);
        return trouble.script(asked, number, path.join(`${root}-worktrees`, '001-try', asked.task));
      });
      const home = household({ ...model, url: trouble.url ?? model.url }, trouble.settings);
      const env = { ...home.env, ITER_MCP: 'off' };
      await done(root, ['new', 'try', '-w', 'trouble', '--agent', 'codex'], env);
      const launched = startIter(root, ['launch'], env);
      const events = (): LoggedEvent[] => eventsOf(directory);
      if (trouble.strike !== undefined) await struck(trouble.strike, directory, events);
      if (trouble.waits === true) {
        await until(events, (all) => all.some(({ type }) => type === 'provider-limited'), LONG);
        process.kill(launched.pid, 'SIGINT');
      }
      const { exit } = await launched.ended;
      const status = jsonOf(await done(root, ['status', '--json'], env)) as unknown as Status;
      await model.stop();

      const launch = trouble.waits === true ? 'waits' : String(exit);
      const rows = status.tasks.map((task) => [task.agent, ...wentBy(events(), task.id), task.state, launch, seen(status, task.id)]);
      expect(rows.map((row) => row.join(' | '))).toEqual(
        DOCUMENTED.filter(([when, agent]) => when === trouble.when && agents.some((one) => one === agent)).map((row) =>
          row.slice(1).join(' | '),
        ),
      );
      expect(processesOf(directory)).toEqual([]);
      const reached = trouble.url === undefined ? agents.map((_agent, index) => `T${index + 1}`) : [];
      expect([...requests.keys()].toSorted()).toEqual(reached);
    },
    LONG,
  );
});

/** Does it to each agent as soon as a tool of it is seen to run. */
async function struck(strike: (started: LoggedEvent) => void, directory: string, events: () => LoggedEvent[]): Promise<void> {
  for (const task of ['T1', 'T2', 'T3']) {
    await until(() => runsSlowly(directory, task), Boolean, LONG);
    const started = events().find(({ type, task: of }) => type === 'attempt-started' && of === task);
    if (started !== undefined) strike(started);
  }
}

/** Looking at all processes takes a while: not more often than needed. */
async function runsSlowly(directory: string, task: string): Promise<boolean> {
  await pause(100);
  return isRunning(directory, task, 'tail');
}

/** How the process ended, and the verdict. */
function wentBy(events: readonly LoggedEvent[], task: string): [string, string] {
  const last = events.findLast((event) => event.task === task && (event.type === 'attempt-ended' || event.type === 'provider-limited'));
  if (last?.type === 'provider-limited') return ['–', 'rate_limited'];
  const end = last?.['outcome'] === 'exited' ? (last['signal'] ?? last['exit']) : 'ended by iter';
  return [String(end), String(last?.['verdict'])];
}

/** What stands in `iter status` beside the task: its question, or the reason for its state; without what differs from run to run. */
function seen({ tasks, decisions }: Status, task: string): string {
  const text = decisions.find((one) => one.task === task)?.question ?? tasks.find(({ id }) => id === task)?.reason ?? '–';
  return text
    .replaceAll(/\bT\d\b/g, 'T')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>')
    .replaceAll(/\d\d:\d\d:\d\d UTC/g, '<time>')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '<url>')
    .replaceAll(/request id: [\w-]+/g, 'request id: <id>')
    .replaceAll('|', '/');
}
