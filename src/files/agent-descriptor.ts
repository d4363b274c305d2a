/** Reads an agent descriptor, as it comes with iter or as a person writes one. */
import type { AcpTransport, AgentDescriptor, Permission } from '../core/agent-descriptor.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { validateAgent } from '../generated/validate-agent.js';
import { readYamlSource, type YamlPath } from './yaml-source.ts';

export interface LoadedAgent {
  /** Present when there is no problem. */
  readonly agent?: AgentDescriptor;
  readonly problems: readonly Problem[];
}

/** What may be left out, as it is written. */
type Source = Omit<AgentDescriptor, 'acp' | 'evidence' | 'permissions' | 'usage' | 'install'> & {
  readonly acp?: Pick<AcpTransport, 'arguments'> & Partial<AcpTransport>;
  readonly evidence?: AgentDescriptor['evidence'];
  readonly permissions?: Partial<Record<Permission, readonly string[]>>;
  readonly usage?: Partial<AgentDescriptor['usage']>;
  readonly install?: string;
};

/** Reads the descriptor in `file`, whose name without its ending it has to carry. */
export function loadAgent(text: string, file: string): LoadedAgent {
  const { value, problems, problemAt } = readYamlSource({ text, file, validator: validateAgent });
  if (value === undefined || problems.length > 0) return { problems };
  const source = value as Source;
  const found = [...nameFaults(source, file), ...placeholderFaults(source), ...promptFaults(source), ...fragmentFaults(source)];
  if (found.length > 0) return { problems: found.map(({ path, ...problem }) => problemAt(path, problem)) };
  const { acp, permissions, usage, ...rest } = source;
  const agent: AgentDescriptor = {
    evidence: 'read',
    install: `put "${source.binary ?? source.name}" on PATH`,
    ...rest,
    permissions: { read: [], edit: [], full: [], ...permissions },
    usage: { reports: [], ...usage },
    ...(acp === undefined ? {} : { acp: { evidence: 'read', modes: {}, reports: [], ...acp } }),
  };
  return { agent, problems: [] };
}

interface Fault extends Pick<Problem, 'what' | 'fix'> {
  readonly path: YamlPath;
}

function nameFaults({ name }: Source, file: string): Fault[] {
  const wanted = /([^/]+)\.yaml$/.exec(file)?.[1];
  if (wanted === undefined || wanted === name) return [];
  return [{ path: ['name'], what: `the name "${name}" is not that of the file`, fix: `write ${wanted}, or rename the file` }];
}

/** A server of tools. */
const SERVER = ['{mcp_command}', '{mcp_args}', '{mcp_line}'];

const IN_ARGUMENTS = ['{permission}', '{model}', '{limits}', '{mcp}', '{prompt}', '{prompt_file}', '{worktree}'];

interface Place {
  readonly path: YamlPath;
  readonly words: readonly string[] | Readonly<Record<string, string>>;
  readonly known: readonly string[];
}

/** Each list of arguments, and each map of texts, with what may stand in it. */
function placesOf(source: Source): Place[] {
  const permissions = Object.entries(source.permissions ?? {});
  return [
    { path: ['arguments'], words: source.arguments, known: IN_ARGUMENTS },
    { path: ['acp', 'arguments'], words: source.acp?.arguments ?? [], known: ['{model}', '{worktree}'] },
    { path: ['resume', 'arguments'], words: source.resume?.arguments ?? [], known: [...IN_ARGUMENTS, '{session}'] },
    { path: ['model', 'arguments'], words: source.model?.arguments ?? [], known: ['{model_name}'] },
    { path: ['limits', 'turns'], words: source.limits?.turns ?? [], known: ['{turns}'] },
    { path: ['limits', 'usd'], words: source.limits?.usd ?? [], known: ['{usd}'] },
    { path: ['mcp', 'arguments'], words: source.mcp?.arguments ?? [], known: [...SERVER, '{mcp_file}'] },
    { path: ['mcp'], words: { file: source.mcp?.file ?? '' }, known: SERVER },
    { path: ['mcp', 'environment'], words: source.mcp?.environment ?? {}, known: [...SERVER, '{mcp_file}'] },
    ...permissions.map(([name, words]) => ({ path: ['permissions', name], words, known: ['{worktree}'] })),
    { path: ['sandbox', 'own'], words: source.sandbox?.own ?? [], known: ['{worktree}', '{git_directory}', '{worktree_git_directory}'] },
    { path: ['sandbox', 'inside'], words: source.sandbox?.inside ?? [], known: ['{worktree}'] },
  ];
}

function placeholderFaults(source: Source): Fault[] {
  return placesOf(source).flatMap(({ path, words, known }) =>
    Object.entries(words).flatMap(([key, word]) =>
      (word.match(/\{[a-z_]+\}/g) ?? [])
        .filter((name) => !known.includes(name))
        .map((name) => ({
          path: [...path, Array.isArray(words) ? Number(key) : key],
          what: `"${name}" stands for nothing here`,
          fix: didYouMean(name, known),
        })),
    ),
  );
}

/** The prompt arrives in exactly one way. */
function promptFaults({ prompt, arguments: words, resume }: Source): Fault[] {
  const lists = [
    { path: ['arguments'], words },
    ...(resume === undefined ? [] : [{ path: ['resume', 'arguments'], words: resume.arguments }]),
  ];
  const wanted = { stdin: undefined, file: '{prompt_file}', argument: '{prompt}' }[prompt];
  return lists.flatMap(({ path, words: list }): Fault[] => {
    const there = ['{prompt_file}', '{prompt}'].filter((name) => list.some((word) => word.includes(name)));
    const stray = there.find((name) => name !== wanted);
    if (stray !== undefined)
      return [{ path, what: `"${stray}" does not go with prompt: ${prompt}`, fix: 'say how it gets its prompt once' }];
    if (wanted === undefined || there.length > 0) return [];
    return [{ path, what: `no argument has "${wanted}", so the prompt never arrives`, fix: 'put it where the program takes it' }];
  });
}

/** What is written below and stands nowhere in the arguments is never used. */
function fragmentFaults(source: Source): Fault[] {
  const isGiven: Readonly<Record<string, boolean>> = {
    permissions: Object.values(source.permissions ?? {}).some((words) => words.length > 0),
    model: source.model !== undefined,
    limits: source.limits !== undefined,
    mcp: source.mcp?.arguments !== undefined,
  };
  const named = [...(source.mcp?.arguments ?? []), ...Object.values(source.mcp?.environment ?? {})].some((word) =>
    word.includes('{mcp_file}'),
  );
  const hasFile = source.mcp?.file !== undefined;
  const file: Fault[] =
    hasFile === named
      ? []
      : hasFile
        ? [
            {
              path: ['mcp', 'file'],
              what: 'nothing says where the program finds this file',
              fix: 'put "{mcp_file}" into arguments or environment',
            },
          ]
        : [{ path: ['mcp'], what: '"{mcp_file}" stands for nothing', fix: 'write file:, or take it out' }];
  const unused = Object.entries(isGiven).flatMap(([key, given]): Fault[] => {
    const name = key === 'permissions' ? '{permission}' : `{${key}}`;
    const isThere = source.arguments.some((word) => word === name);
    if (given && !isThere) return [{ path: [key], what: `"${key}" is never used`, fix: `put "${name}" into arguments` }];
    if (!given && isThere && key !== 'permissions')
      return [{ path: ['arguments'], what: `"${name}" stands for nothing`, fix: `write ${key}:, or take it out` }];
    return [];
  });
  return [...unused, ...file];
}
