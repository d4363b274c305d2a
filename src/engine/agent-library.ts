/** The agent descriptors there are: those of the repository before the person's own before those that come with the program. Starts nothing. */
import { basename, join, resolve } from 'node:path';
import { ANY_COMMAND, commandOf } from '../agents/table.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import type { Problem } from '../core/problem.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { loadAgent } from '../files/agent-descriptor.ts';
import { agents as builtIn } from '../generated/library.js';
import { LAYERS, type Layer, type LibraryPlaces } from './workflow-library.ts';

export interface LibraryAgent {
  readonly name: string;
  readonly text: string;
  /** `built in`, or the path as a person would type it. */
  readonly source: string;
  readonly layer: Layer;
  /** Absent when it cannot be used. */
  readonly agent?: AgentDescriptor;
  readonly problems: readonly Problem[];
  /** The layer with an agent of the same name that is taken in place of this one. */
  readonly hiddenBy?: Layer;
}

const ENDING = '.yaml';
/** Of a repository: a folder called agents at its top is common, and has other things in it. */
const FOLDER = '.iter/agents';

/** Every agent of every layer, by name, the one that is taken before those it hides. One that cannot be read hides nothing. */
export function libraryAgents(places: LibraryPlaces): LibraryAgent[] {
  const shipped = Object.entries(builtIn).map(([name, text]) => entry({ name, text, source: 'built in', layer: 'built in' }));
  return layered([...shipped, ...addedAgents(places)]);
}

/** What a person and a repository have added, without the ones iter ships: these need not be read to start one of those. */
function addedAgents({ root, personal }: LibraryPlaces): LibraryAgent[] {
  return [
    ...(personal === undefined ? [] : agentsIn(join(personal, 'agents'), 'user', join(personal, 'agents'))),
    ...(root === undefined ? [] : agentsIn(join(root, FOLDER), 'repository', FOLDER)),
  ];
}

/** By name; of those of one name the one that counts comes first, and the others say what hides them. */
function layered(found: readonly LibraryAgent[]): LibraryAgent[] {
  const rank = ({ layer, agent }: LibraryAgent): number => (agent === undefined ? -1 : LAYERS.indexOf(layer));
  return found
    .toSorted((a, b) => (a.name === b.name ? rank(b) - rank(a) : a.name < b.name ? -1 : 1))
    .map((one, _, sorted) => {
      const first = sorted.find((other) => other.name === one.name);
      return first === undefined || first === one || one.agent === undefined ? one : { ...one, hiddenBy: first.layer };
    });
}

interface AgentPlaces extends LibraryPlaces {
  /** The folder of an iteration, which keeps the descriptors it was made with. */
  readonly iteration?: string;
}

/** The agents a person or a repository adds: those of the iteration first, then the repository's; those that cannot be used are told and left out. */
export function ownAgents(places: AgentPlaces): { readonly agents: readonly AgentDescriptor[]; readonly problems: readonly Problem[] } {
  const { iteration } = places;
  const given =
    iteration === undefined ? [] : agentsIn(join(iteration, GIVEN_AGENTS), 'repository', join(basename(iteration), GIVEN_AGENTS));
  const own: readonly LibraryAgent[] = [...given, ...layered(addedAgents(places))];
  return {
    agents: own.flatMap(({ agent, hiddenBy }) => (agent === undefined || hiddenBy !== undefined ? [] : [agent])),
    problems: own.flatMap(({ problems }) => problems),
  };
}

/** Folder of an iteration for the descriptors that were named by their file. */
export const GIVEN_AGENTS = 'agents';

export interface GivenAgent {
  readonly agent: AgentDescriptor;
  readonly text: string;
}

/** The agent in a file that was named in place of an agent: a path that ends in .yaml. Undefined for any other name; else everything wrong with the file. */
export function agentInFile(name: string, directory: string): GivenAgent | { readonly problems: readonly Problem[] } | undefined {
  if (!/\.ya?ml$/.test(name) || commandOf(name) !== undefined) return undefined;
  const text = readText(resolve(directory, name));
  if (text === undefined)
    return { problems: [{ file: name, what: 'is missing', fix: 'name a file with a descriptor: iter schema agent' }] };
  const { agent, problems } = entry({ name, text, source: name, layer: 'repository' });
  return agent === undefined ? { problems } : { agent, text };
}

function agentsIn(folder: string, layer: Layer, shown: string): LibraryAgent[] {
  return listFiles(folder)
    .filter((file) => !file.includes('/') && file.endsWith(ENDING))
    .map((file) =>
      entry({ name: file.slice(0, -ENDING.length), text: readText(join(folder, file)) ?? '', source: `${shown}/${file}`, layer }),
    );
}

function entry(found: Pick<LibraryAgent, 'name' | 'text' | 'source' | 'layer'>): LibraryAgent {
  const { agent, problems } = loadAgent(found.text, found.source);
  const all = found.layer === 'built in' || agent === undefined ? problems : [...problems, ...ownFaults(agent, found.source)];
  return { ...found, problems: all, ...(agent === undefined || all.length > 0 ? {} : { agent }) };
}

/** What only iter's own descriptors may do. */
function ownFaults({ name, binary }: AgentDescriptor, file: string): Problem[] {
  if (BUILT_IN_ONLY.includes(name)) return [{ file, what: `"${name}" is built in and stays as it is`, fix: 'choose another name' }];
  return binary === undefined ? [{ file, what: 'the key "binary" is missing', fix: 'say which program to start' }] : [];
}

const BUILT_IN_ONLY = ['rehearsal', 'manual', ANY_COMMAND];
