/** Whether the containers that tasks are to run in can be had: everything that keeps them from it, found by making one. */
import { join } from 'node:path';
import { commandOf } from '../agents/table.ts';
import type { Problem } from '../core/problem.ts';
import type { Runtime, Sandbox } from '../core/sandbox.ts';
import { askRuntime, endContainer, noteContainer } from '../effects/containers.ts';
import { readText } from '../effects/disk.ts';
import { ensureFolder, ownerOf, removeFolder } from '../effects/folder.ts';
import { lastLines } from '../effects/follow.ts';
import { MARK, runCommand, type CommandOutcome } from '../effects/process.ts';
import type { Container } from '../executors/container.ts';
import { containerArguments } from '../executors/container.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { hiddenFrom, homeOf, ownProgram, rowOf, type Occupant } from './cell.ts';
import { containerOf, runtimeEnvironment, runtimeOf } from './containers.ts';
import type { Context } from './context.ts';
import { iterationCookie, type Venue } from './places.ts';

interface Wanted {
  readonly task: Occupant;
  readonly sandbox: Sandbox;
}

/** Tasks whose containers differ in what they see of the repository, if at all. */
interface Kind {
  readonly sandbox: Sandbox;
  readonly tasks: readonly Occupant[];
}

/** Why tasks cannot have the containers they are to run in. */
export async function containerProblems(venue: Venue, wanted: readonly Wanted[], context: Context): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const kind of kindsOf(wanted)) problems.push(...(await problemsOf(venue, kind, context)));
  // what is missing altogether is missing for each kind of them
  return [...new Map(problems.map((problem) => [problem.what, problem])).values()];
}

function kindsOf(wanted: readonly Wanted[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { task, sandbox } of wanted) {
    if (sandbox.by !== 'container') continue;
    const { image, runtime, network, arguments: options } = sandbox;
    const key = JSON.stringify([image, runtime, network, options]);
    kinds.set(key, { sandbox, tasks: [...(kinds.get(key)?.tasks ?? []), task] });
  }
  return [...kinds.values()];
}

const OTHERWISE = 'or say sandbox: none, and know that agents then reach what you reach';

async function problemsOf(venue: Venue, kind: Kind, context: Context): Promise<Problem[]> {
  const { sandbox } = kind;
  const { image } = sandbox;
  const runtime = runtimeOf(sandbox, context.environment);
  const nothing = [
    ...(image === undefined
      ? [
          {
            what: 'sandbox: container, and no image is named',
            fix: `in .iter/config.yaml: sandbox: { by: container, image: <name> }, ${OTHERWISE}`,
          },
        ]
      : []),
    ...(runtime === undefined
      ? [
          {
            what: `sandbox: container, and ${sandbox.runtime === undefined ? 'neither "podman" nor "docker" was' : `the program "${sandbox.runtime}" was not`} found`,
            fix: `install ${sandbox.runtime ?? 'one of them'}, ${OTHERWISE}`,
          },
        ]
      : []),
    ...[venue.repository.root, homeOf(context) ?? '']
      .filter((place) => place.includes(':'))
      .map((place) => ({
        what: `sandbox: container cannot show ${place} to an agent: it has a colon in it`,
        fix: `move it, ${OTHERWISE}`,
      })),
  ];
  if (image === undefined || runtime === undefined || nothing.length > 0) return nothing;
  const absent = await absentImage(runtime, image, context);
  return absent === undefined ? trial(venue, kind, context) : [absent];
}

/**
 * Nothing is fetched unasked: it may be large, and it is somebody's program. The first call for a person without rights leaves a process that all later
 * ones of podman need; this one carries no mark of iter, by which it would be ended.
 */
export async function absentImage(
  runtime: Runtime,
  image: string,
  { environment }: Pick<Context, 'environment'>,
): Promise<Problem | undefined> {
  const called = { environment: runtimeEnvironment(environment) };
  const { exitCode, said } = await askRuntime(runtime, ['image', 'inspect', '--format', '{{.Id}}', image], called);
  if (exitCode === 0) return undefined;
  if (/no such image|no such object|image not known/i.test(said))
    return {
      what: `sandbox: container, and ${runtime} has no image "${image}" here`,
      fix: `fetch it: ${runtime} pull ${image}; or build it`,
    };
  const line = lastOf(said.split('\n')) ?? 'it gives no answer';
  return { what: `sandbox: container, and ${runtime} has no engine to ask: ${line}`, fix: `look at "${runtime} info", ${OTHERWISE}` };
}

/** Milliseconds for the smallest container, on a machine that has never started one. */
const TRIAL_TIMEOUT = 60_000;
/** Writes where agents do, and down what of its arguments it does not find. An image that has such folders itself may have closed them. */
const LOOK =
  ': >"${HOME:-/tmp}/.made" && : >/tmp/.made && for program; do command -v "$program" >/dev/null || echo "$program"; done >missing';

/** Runs a container as the agents will: whether it is made, whether it writes as the person, and whether the programs are in it. */
async function trial(venue: Venue, { sandbox, tasks }: Kind, context: Context): Promise<Problem[]> {
  const evidence = join(venue.directory, '.run', 'evidence');
  const [worktree, logFile] = [join(evidence, 'container'), join(evidence, 'container.log')];
  [worktree, logFile].forEach(removeFolder);
  ensureFolder(worktree);
  const container = containerOf(venue, sandbox, { purpose: 'trial', environment: context.environment });
  const readable = [venue.repository.root, ...ownProgram(context)];
  const cell = { worktree, network: sandbox.network !== false, hidden: hiddenFrom(sandbox, context), readable, writable: [], guarded: [] };
  const programs = [...new Set(['git', ...tasks.flatMap((task) => programOf(task, context))])];
  const environment = runtimeEnvironment(context.environment);
  noteContainer(container);
  try {
    const ended = await runCommand({
      argv: [...containerArguments(container, cell, ['HOME', MARK]), 'sh', '-c', LOOK, 'sh', ...programs],
      cwd: worktree,
      env: environment,
      timeout: TRIAL_TIMEOUT,
      logFile,
      cookie: `${iterationCookie(venue)}sandbox:`,
      signal: context.signal,
    });
    return foundBy(ended, { container, logFile, missing: join(worktree, 'missing') });
  } finally {
    await endContainer(container, { environment });
  }
}

interface Tried {
  readonly container: Container;
  readonly logFile: string;
  /** What it has written. */
  readonly missing: string;
}

function foundBy(ended: CommandOutcome, { container, logFile, missing }: Tried): Problem[] {
  const { runtime, image, user } = container;
  const cannot = `sandbox: container cannot be made here from "${image}"`;
  if (ended.exit !== 0) {
    const how = `${runtime} ended with ${ended.exit ?? ended.signal ?? 'nothing'}`;
    const end = ended.timedOut ? `no end within ${TRIAL_TIMEOUT / 1000} s` : (lastOf(lastLines(logFile, 3)) ?? how);
    return [{ what: `${cannot}: ${end}`, fix: `an image needs sh; what ${runtime} needs here goes into arguments, ${OTHERWISE}` }];
  }
  const text = readText(missing);
  if (text === undefined)
    return [
      { what: `${cannot}: what it writes does not come to this machine`, fix: `the engine of ${runtime} has to run here, ${OTHERWISE}` },
    ];
  const owner = ownerOf(missing);
  if (user !== undefined && owner !== user.uid)
    return [
      {
        what: `${cannot}: what it writes belongs to user ${owner}, not to you (${user.uid})`,
        fix: `for an engine without rights of root it may be arguments: [--user=0:0], ${OTHERWISE}`,
      },
    ];
  return text
    .split('\n')
    .filter((program) => program !== '')
    .map((program) => ({ what: `the image "${image}" has no "${program}" in it`, fix: 'build it with sh, git and the agents in it' }));
}

/** What an agent is started by, as the image has to have it. What lies in the repository is seen only by the attempt. */
function programOf(task: Occupant, context: Context): string[] {
  const command = commandOf(task.agent);
  if (command !== undefined) {
    const parsed = parseCommandLine(command);
    const program = 'problem' in parsed ? '' : (parsed.argv[0] ?? '');
    return program === '' || (program.includes('/') && !program.startsWith('/')) ? [] : [program];
  }
  if (task.agent === 'rehearsal') return ['node'];
  const row = rowOf(task, context);
  return [...(row?.format === 'acp' ? ['node'] : []), ...(row?.binary === undefined ? [] : [row.binary])];
}

const lastOf = (lines: readonly string[]): string | undefined => lines.filter((line) => line.trim() !== '').at(-1);
