/** Plays a run to its end, as a person would who starts iter again after every kill, and pictures what it came to without times and places. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Event } from '../../src/core/event.ts';
import { fold } from '../../src/core/reduce.ts';
import { done, eventsOf, iter, jsonOf } from './cli.ts';
import type { Driven, Order } from './driven.ts';
import { drivenAgents, processesOf } from './driven.ts';
import { repositoryWith, sh, temporaryFolder, write } from './repository.ts';

export interface Scenario {
  readonly name: string;
  readonly workflow: string;
  readonly orders: Readonly<Record<string, readonly Order[]>>;
}

/** An iteration that is ready to be launched: copied for every run, so that all of them start from the same bytes. */
export interface Template {
  readonly scenario: Scenario;
  readonly parent: string;
}

export async function templateOf(scenario: Scenario): Promise<Template> {
  const root = repositoryWith({ 'README.md': '# Shop\n', 'shared.txt': 'one\n' });
  write(root, { '../workflow.yaml': scenario.workflow });
  await done(root, ['new', 'try', '-w', '../workflow.yaml', '--agent', drivenAgents().agent]);
  return { scenario, parent: path.dirname(root) };
}

export interface Played {
  readonly picture: Picture;
  /** What its processes did to the world, in order: `renameSync MULTI_AGENT_PLAN.md #3`. */
  readonly steps: readonly string[];
  /** The steps after which it was killed. */
  readonly kills: readonly string[];
}

export type Picture = Readonly<Record<string, unknown>>;

interface Place {
  readonly root: string;
  readonly directory: string;
  readonly agents: Driven;
}

/** Enough rounds for every scenario; more means that it does not come to an end. */
const ROUNDS = 12;
const KILLED = ' KILLED';

/** Launches, answers and merges until everything has landed; killed after each of these steps once, the same command is given again. */
export async function play({ scenario, parent }: Template, kills: readonly string[] = []): Promise<Played> {
  const copy = temporaryFolder();
  cpSync(parent, copy, { recursive: true });
  const root = path.join(copy, 'project');
  const place: Place = { root, directory: path.join(root, 'iterations', '001-try'), agents: drivenAgents() };
  for (const [who, orders] of Object.entries(scenario.orders)) place.agents.order(who, orders);
  const traces = path.join(copy, 'traces');
  mkdirSync(traces);
  const env = {
    ...place.agents.env,
    NODE_OPTIONS: `--require ${path.join(import.meta.dirname, 'kill-hook.cjs')}`,
    KILL_AFTER: JSON.stringify(kills),
    KILL_TRACES: traces,
  };
  const give = async (...argv: readonly string[]): Promise<number | string> => {
    for (let killed = false; ; killed = true) {
      const ended = await iter(root, argv, env);
      if (ended.exit === 'SIGKILL') continue;
      // an answer that was on record before the kill cannot be given again
      if (ended.exit === 0 || ended.exit === 5 || ended.exit === 7 || (killed && argv[0] === 'decide')) return ended.exit;
      throw new Error(`iter ${argv.join(' ')} ended with ${ended.exit}:\n${ended.stdout}${ended.stderr}`);
    }
  };
  let end: number | string = 'not begun';
  for (let round = 0; round < ROUNDS && end !== 0; round += 1) {
    end = await give('launch');
    if (end === 5) {
      const { decisions } = jsonOf(await done(root, ['status', '--json', '1'])) as { decisions: { id: string }[] };
      for (const { id } of decisions) await give('decide', id, '--option', 'approve');
    } else {
      end = await give('merge');
    }
  }
  const all = readdirSync(traces)
    .toSorted(byNumber)
    .flatMap((name) => readFileSync(path.join(traces, name), 'utf8').split('\n'));
  return {
    picture: pictureOf(place, end),
    steps: all.map((step) => step.replace(KILLED, '')),
    kills: all.filter((step) => step.endsWith(KILLED)).map((step) => step.replace(KILLED, '')),
  };
}

const byNumber = (a: string, b: string): number => Number(a) - Number(b);

/** Events that stand for something that happens once, however often iter is started. */
const ONCE = new Set<Event['type']>([
  'tasks-added',
  'checks-finished',
  'work-committed',
  'work-archived',
  'task-accepted',
  'task-sent-back',
  'task-skipped',
  'review-rejected',
  'alternative-picked',
  'checkpoint-reached',
  'status-claimed',
  'decision-requested',
  'decision-made',
  'merge-conflicted',
  'landing-sent-back',
  'landing-finished',
]);

/** Every commit named by what it is, its date left out: tree, author, message and, in the same way, parents. */
function undated(root: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const log = sh(root, 'log', '--all', '--reflog', '--topo-order', '--reverse', '--format=%x1e%H%x1f%P%x1f%T%x1f%an%x1f%B');
  for (const entry of log.split('\x1e').slice(1)) {
    const [id = '', parents = '', ...rest] = entry.trim().split('\x1f');
    const about = [...parents.split(' ').map((parent) => names.get(parent)), ...rest].join('\n');
    names.set(id, createHash('sha1').update(about).digest('hex'));
  }
  return names;
}

/** An agent whose end was not on record when iter was killed is started again, and says again what it has said. */
function isSaidAgain(events: readonly Event[], index: number): boolean {
  const said = events[index];
  if (said?.type !== 'status-claimed') return false;
  const same = (event: Event): boolean => JSON.stringify({ ...event, at: '' }) === JSON.stringify({ ...said, at: '' });
  const before = events.findLastIndex((event, at) => at < index && same(event));
  return before !== -1 && events.slice(before, index).some((event) => event.type === 'attempt-started' && event.task === said.task);
}

function pictureOf({ root, directory, agents }: Place, end: number | string): Picture {
  const events = eventsOf(directory) as unknown as Event[];
  const own = path.dirname(root);
  const names = undated(root);
  const short = new Map([...names].map(([id, name]) => [id.slice(0, 10), name.slice(0, 10)]));
  const plain = (text: string): string =>
    text
      .replaceAll(own, '.')
      .replaceAll(/\b[0-9a-f]{40}\b/g, (id) => names.get(id) ?? id)
      .replaceAll(/\b[0-9a-f]{10}\b/g, (id) => short.get(id) ?? id)
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?/g, 'TIME')
      .replaceAll(/\bm-[0-9a-f]{12}\b/g, 'ID')
      .replaceAll(/\| TIME \| TIME \| [^|]+ \|/g, '| TIME | TIME | LONG |');
  const text = (name: string): string => plain(readFileSync(path.join(directory, name), 'utf8'));
  const lists = (folder: string): string[] =>
    existsSync(path.join(directory, folder))
      ? readdirSync(path.join(directory, folder), { recursive: true, encoding: 'utf8' }).toSorted()
      : [];
  const { tasks, decisions, conflicts } = fold(events);
  return {
    end,
    tasks: JSON.parse(plain(JSON.stringify(tasks)), (key, value: unknown) => (key === 'pid' ? undefined : value)) as unknown,
    open: [decisions, conflicts],
    once: events
      .filter((event, index) => ONCE.has(event.type) && !isSaidAgain(events, index))
      .map((event) => plain(JSON.stringify({ ...event, at: '' })))
      .toSorted(),
    messages: text('INTER_AGENT_MESSAGES.md')
      .split(/^---$/m)
      .map((block) => block.trim())
      .toSorted(),
    plan: text('MULTI_AGENT_PLAN.md'),
    criteria: text('COMPLETION_CRITERIA.md'),
    grown: lists('expansions').map((name) => text(path.join('expansions', name))),
    prompts: [lists('agent-prompts'), lists(path.join('.run', 'prompts'))],
    landed: plain(sh(root, 'log', '--format=%H %T %an %s', 'main')),
    refs: plain(sh(root, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/iter')).split('\n'),
    clean: sh(root, 'status', '--porcelain', '--untracked-files=all', '--', ':!iterations'),
    worktrees: plain(sh(root, 'worktree', 'list', '--porcelain'))
      .split('\n\n')
      .toSorted(),
    fsck: sh(root, 'fsck', '--strict', '--no-dangling'),
    twice: agents.twice(),
    left: processesOf(directory),
  };
}

/** The parts of two pictures that are not the same, each with both sides; nothing when they agree. */
export function differences(wanted: Picture, found: Picture): Record<string, unknown> | undefined {
  const parts = Object.keys(wanted).filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(found[key]));
  return parts.length === 0 ? undefined : Object.fromEntries(parts.map((key) => [key, apart(wanted[key], found[key])]));
}

function apart(wanted: unknown, found: unknown): unknown {
  const lines = (value: unknown): string[] =>
    Array.isArray(value)
      ? value.map((one) => JSON.stringify(one))
      : JSON.stringify(value, undefined, 1)
          .replaceAll(String.raw`\n`, '\n')
          .split('\n');
  const [before, after] = [lines(wanted), lines(found)];
  const count = (all: readonly string[], line: string): number => all.filter((one) => one === line).length;
  const more = (a: readonly string[], b: readonly string[]): string[] => [...new Set(a)].filter((line) => count(a, line) > count(b, line));
  return { missing: more(before, after), added: more(after, before) };
}
