/** `iter agents`: the command lines iter can start: what there is, what is installed, and what a recorded run comes to. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { ANY_COMMAND, agentNames, agentRow, agentRows, commandOf, descriptorOf } from '../agents/table.ts';
import type { Finish } from '../cli.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import { agentOf, overAcp } from '../core/transport.ts';
import { didYouMean } from '../core/nearest.ts';
import { exists, isFolder } from '../effects/folder.ts';
import { libraryAgents, ownAgents, type LibraryAgent } from '../engine/agent-library.ts';
import { probe, type Probe } from '../engine/probe.ts';
import { replay, type Replay } from '../engine/replay.ts';
import { libraryPlaces } from './library-places.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, verb } from './verb.ts';

interface ReplayFlags extends Common {
  readonly agent: string;
  readonly exit?: string;
  readonly signal?: string;
  readonly timedOut?: boolean;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  const agents = verb('agents', 'The command lines iter can start: list, show, look for and replay them.', 'iter agents probe');
  // flags may stand before or behind the word that says what to do
  const common = <Flags extends Common>(options: Flags): Flags => {
    const before = agents.opts<Common>();
    return { ...before, ...options, directory: join(before.directory, options.directory) };
  };
  agents.addCommand(
    verb('list', 'Every agent, how it writes, what it reports, and how it is known.', 'iter agents list --json').action((options: Common) =>
      finish(list(common(options))),
    ),
  );
  agents.addCommand(
    verb('show', 'Print a descriptor, to copy to .iter/agents/<name>.yaml and change.', 'iter agents show codex')
      .argument('<name>', 'an agent')
      .action((name: string, options: Common) => finish(show(name, common(options)))),
  );
  agents.addCommand(
    verb('probe', 'Look which programs are there, and in which version; no model is asked.', 'iter agents probe claude codex')
      .argument('[name...]', 'agents; all when left out')
      .action(async (names: string[], options: Common) => finish(await look(names, common(options), signal))),
  );
  agents.addCommand(
    verb(
      'replay',
      'Read what an agent wrote, and say what it comes to: session, text, tools, usage, verdict.',
      'iter agents replay --agent codex run.jsonl --exit 0',
    )
      .argument('<file>', 'its output')
      .requiredOption('--agent <name>', 'who wrote it')
      .option('--exit <code>', 'how its process ended')
      .option('--signal <name>', 'what ended its process')
      .option('--timed-out', 'iter ended it because its time was over')
      .action((file: string, options: ReplayFlags) => finish(again(file, common(options)))),
  );
  return agents;
}

function list(options: Common): number {
  const all = libraryAgents(libraryPlaces(options)).flatMap((one) => [one, ...talkedTo(one)]);
  if (options.json === true) json({ agents: all.map(listed) });
  else {
    const rows = all.map(({ name, agent, layer, hiddenBy }) => [
      name === ANY_COMMAND ? 'command:<line>' : name,
      agent?.format ?? '-',
      agent === undefined ? '-' : agent.usage.reports.join(', ') || '-',
      agent === undefined ? '-' : EVIDENCE[agent.evidence],
      hiddenBy === undefined ? layer : `${layer}, hidden by ${hiddenBy}`,
      agent?.about ?? 'cannot be used',
    ]);
    result(aligned([['agent', 'output', 'reports', 'evidence', 'from', 'what it is'], ...rows]));
  }
  complain(all.flatMap(({ problems }) => problems));
  return EXIT.done;
}

/** The same agent once more where it can be talked to. */
function talkedTo(found: LibraryAgent): LibraryAgent[] {
  if (found.agent === undefined) return [];
  const agent = agentRow(overAcp(found.name), [found.agent]);
  return agent === undefined ? [] : [{ ...found, name: agent.name, agent, problems: [] }];
}

const EVIDENCE = { recorded: 'recorded', read: 'read about', none: '-' } as const;

function listed({ name, agent, source, layer, hiddenBy }: LibraryAgent): Readonly<Record<string, unknown>> {
  return {
    name,
    about: agent?.about,
    binary: agent?.binary ?? null,
    format: agent?.format,
    prompt: agent?.prompt,
    reports: agent?.usage.reports,
    evidence: agent?.evidence,
    source,
    layer,
    hiddenBy: hiddenBy ?? null,
    valid: agent !== undefined,
  };
}

function show(name: string, options: Common): number {
  const found = libraryAgents(libraryPlaces(options)).find((one) => one.name === agentOf(name));
  if (found === undefined) return unknown(name, options);
  const { agent, source, layer, text, problems } = found;
  if (options.json === true) json({ name, source, layer, text, agent: agent ?? null });
  else result(text.trimEnd());
  complain(problems);
  return problems.length === 0 ? EXIT.done : EXIT.usage;
}

async function look(names: readonly string[], options: Common, signal: AbortSignal): Promise<number> {
  const rows = agentRows(ownAgents(libraryPlaces(options)).agents);
  const asked = names.map(agentOf);
  const strange = asked.find((name) => rows.every((row) => row.name !== name));
  if (strange !== undefined) return unknown(strange, options);
  const wanted = rows.filter(({ name }) => names.length === 0 || asked.includes(name));
  const context = contextOf(options, signal);
  const found = await Promise.all(wanted.map(async (agent) => ({ agent, probe: await probe(agent, context) })));
  if (options.json === true) {
    json({
      agents: found.map(({ agent, probe: seen }) => ({
        name: agent.name,
        binary: agent.binary ?? null,
        recorded: agent.version?.recorded ?? [],
        ...seen,
      })),
    });
  } else result(aligned(found.map(({ agent, probe: seen }) => [agent.name, agent.binary ?? '-', seenText(seen, agent)])));
  const isBad = ({ probe: { state } }: (typeof found)[number]): boolean => state === 'missing' || state === 'too-old';
  return names.length > 0 && found.some(isBad) ? EXIT.agentMissing : EXIT.done;
}

function seenText(seen: Probe, { version }: AgentDescriptor): string {
  switch (seen.state) {
    case 'built-in':
      return 'built in';
    case 'missing':
      return `not on PATH; ${seen.fix}`;
    case 'silent':
      return `there, but says no version: ${seen.reason}`;
    case 'too-old':
      return `${seen.version} is too old; ${seen.oldest} or newer is needed`;
    default: {
      const recorded = version?.recorded ?? [];
      if (seen.isRecorded) return `${seen.version}, whose output is known from recordings`;
      return recorded.length === 0
        ? `${seen.version}; no version of it was recorded`
        : `${seen.version}; what is recorded is of ${recorded.join(', ')}`;
    }
  }
}

function again(file: string, options: ReplayFlags): number {
  const agent = descriptorOf(options.agent, ownAgents(libraryPlaces(options)).agents);
  if (agent === undefined) return unknown(options.agent, options);
  const exit = options.exit === undefined ? undefined : Number(options.exit);
  if (exit !== undefined && (!Number.isInteger(exit) || exit < 0 || exit > 255)) {
    complain([{ what: `--exit "${options.exit ?? ''}" is no exit code`, fix: 'give a whole number from 0 to 255' }]);
    return EXIT.usage;
  }
  const place = resolve(options.directory, file);
  if (!exists(place) || isFolder(place)) {
    complain([{ file, what: exists(place) ? 'is a folder' : 'is missing', fix: 'name a file with the output of one run' }]);
    return EXIT.usage;
  }
  const replayed = replay(place, agent.format, {
    ...(exit === undefined ? {} : { exit }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.timedOut === true ? { timedOut: true } : {}),
  });
  if (options.json === true) json(replayJson(options.agent, replayed));
  else result(replayText(replayed));
  return EXIT.done;
}

function replayJson(agent: string, replayed: Replay): Readonly<Record<string, unknown>> {
  const { format, session, text, textCut, tools, toolCalls, usage, costUsd, terminal, limit, unread, verdict } = replayed;
  return {
    agent,
    format,
    session: session ?? null,
    text,
    tools: tools.map(({ id, name, ok }) => ({ id, name, ok: ok ?? null })),
    usage: usage ?? null,
    costUsd: costUsd ?? null,
    terminal: terminal ?? null,
    verdict,
    limit: limit ?? null,
    textCut,
    toolCalls,
    unread,
  };
}

function replayText({ session, text, tools, toolCalls, usage, costUsd, terminal, limit, unread, verdict }: Replay): string {
  const calls = tools.map(({ name, ok }) => (ok === undefined ? `${name} (no end)` : ok ? name : `${name} (failed)`));
  const spent = usage === undefined ? 'not said' : `${usage.inputTokens} tokens in, ${usage.outputTokens} out`;
  const rows = [
    ['verdict', verdict],
    ['session', session ?? 'not said'],
    ['end', terminal === undefined ? 'not said' : terminal.kind === 'ok' ? 'ok' : terminal.message],
    ['tools', toolCalls === 0 ? 'none' : `${toolCalls}: ${calls.slice(-LAST_CALLS).join(', ')}`],
    ['used', costUsd === undefined ? spent : `${spent}, ${costUsd} USD`],
    ...(limit === undefined ? [] : [['limit', limit.message]]),
    ...(unread === 0 ? [] : [['unread', `${unread} ${unread === 1 ? 'line' : 'lines'}`]]),
  ];
  return text === '' ? aligned(rows) : `${aligned(rows)}\n\n${text}`;
}

/** Tool calls shown to a person. */
const LAST_CALLS = 10;

function unknown(name: string, options: Common): number {
  const names = agentNames(ownAgents(libraryPlaces(options)).agents);
  const fix = commandOf(name) === undefined ? didYouMean(name, names) : 'a command line has no descriptor of its own';
  complain([{ what: `unknown agent "${name}"`, fix: fix.startsWith('use') ? 'see: iter agents list' : fix }]);
  return EXIT.usage;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(width(column)))).join('  '))
    .join('\n');
}
