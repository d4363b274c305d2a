/**
 * Reads files that describe several agents in YAML: `agents.yaml` of CrewAI (role, goal, backstory) and the `agent_roles` of a
 * workflow (perspective, responsibilities, capabilities, constraints, output_format). Their sentences become the text of the role.
 */
import type { Document } from 'yaml';
import type { Problem } from '../core/problem.ts';
import { slugOf } from '../core/slug.ts';
import type { PortableRole, RoleKey } from './role-import.ts';
import { readYaml } from './yaml-text.ts';

export interface ImportedRoles {
  /** Empty when there are problems. */
  readonly roles: readonly PortableRole[];
  readonly problems: readonly Problem[];
}

/** Reads every agent of the file; keys that are no part of the text are kept. */
export function importRoleList(text: string, file: string): ImportedRoles {
  const { documents, faults } = readYaml(text);
  if (faults.length > 0) return { roles: [], problems: faults.map(({ line, column, what }) => ({ file, line, column, what })) };
  const agents = agentsIn(plain(documents[0]));
  if (agents.length === 0) {
    const fix = 'expected agents by name with role, goal and backstory, or agent_roles with a perspective each';
    return { roles: [], problems: [{ file, line: 1, what: 'there is no agent in it', fix }] };
  }
  const read = agents.map(([key, agent]) => roleOf(key, agent, file));
  const problems = read.flatMap((one) => ('what' in one ? [one] : []));
  const roles = read.flatMap((one) => ('what' in one ? [] : [one]));
  const twice = roles.filter((role, index) => roles.findIndex(({ name }) => name === role.name) < index);
  const all = [
    ...problems,
    ...twice.map(({ name }) => ({ file, what: `two agents would both be called "${name}"`, fix: 'rename one of them' })),
  ];
  return all.length > 0 ? { roles: [], problems: all } : { roles, problems: [] };
}

/** The document as maps and lists; nothing when its aliases multiply. */
function plain(document: Document.Parsed | undefined): unknown {
  try {
    return document?.toJS({ mapAsMap: true, maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

type Agent = ReadonlyMap<unknown, unknown>;

function agentsIn(value: unknown): (readonly [string, Agent])[] {
  if (!isMap(value)) return [];
  const single = value.get('agent_role');
  if (isMap(single)) return [[lineOf(single.get('name')) ?? '', single]];
  const list = isMap(value.get('agent_roles')) ? (value.get('agent_roles') as Agent) : value;
  return [...list].flatMap(([key, agent]) =>
    isMap(agent) && (agent.has('perspective') || agent.has('role') || agent.has('backstory')) ? [[String(key), agent] as const] : [],
  );
}

/** The keys whose sentences make the text, with their headings. */
const PARTS: readonly (readonly [string, string])[] = [
  ['goal', 'Your goal'],
  ['responsibilities', 'What you are responsible for'],
  ['capabilities', 'What you bring'],
  ['constraints', 'Constraints'],
  ['output_format', 'What you hand in'],
];
const LIMITS = ['token_budget', 'complexity_threshold'] as const;

function roleOf(key: string, agent: Agent, file: string): PortableRole | Problem {
  const name = slugOf(key);
  if (name === '') return { file, what: `the name "${key}" has no letter from a to z`, fix: 'rename the agent' };
  const who = lineOf(agent.get('perspective')) ?? lineOf(agent.get('role'));
  const description = lineOf(agent.get('goal')) ?? who;
  if (who === undefined || description === undefined)
    return { file, what: `agent "${key}" says nowhere who it is`, fix: 'give it a role or a perspective' };
  const sections = PARTS.flatMap(([part, heading]) => {
    const content = proseOf(agent.get(part));
    return content === '' ? [] : [`## ${heading}\n\n${content}`];
  });
  const backstory = proseOf(agent.get('backstory'));
  const body = [`Your perspective: ${who}.`, ...(backstory === '' ? [] : [backstory]), ...sections].join('\n\n');
  const told = ['name', 'perspective', 'role', 'backstory', ...PARTS.map(([part]) => part), ...LIMITS];
  const others = [...agent].flatMap(([one, value]): RoleKey[] => (told.includes(String(one)) ? [] : [{ key: String(one), value }]));
  return { name, description, keys: [...others, ...ours(key, name, agent)], body: `\n${body}\n` };
}

/** What iter has a key for: limits, given as such or among the constraints, and the name as it was. */
function ours(key: string, name: string, agent: Agent): RoleKey[] {
  const constraints: unknown = agent.get('constraints');
  const stated = Array.isArray(constraints) ? constraints.filter(isMap).flatMap((one) => [...one]) : [];
  const limits = LIMITS.flatMap((limit): [string, unknown][] => {
    const among = stated.find(([said]) => slugOf(String(said)) === limit.replace('_', '-'))?.[1];
    const value = agent.get(limit) ?? among;
    return Number.isInteger(value) ? [[limit, value]] : [];
  });
  const names: [string, unknown][] = key === name ? [] : [['aka', [key]]];
  const all = [...limits, ...names];
  return all.length === 0 ? [] : [{ key: 'iter', value: new Map(all) }];
}

function isMap(value: unknown): value is Agent {
  return value instanceof Map;
}

/** A text on one line; undefined for anything else. */
function lineOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().replaceAll(/\s+/g, ' ') : undefined;
}

/** Lists as bullets, maps as `key: value`, texts as they are. */
function proseOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((item: unknown) => `- ${inline(item)}`).join('\n');
  if (isMap(value)) return [...value].map(([key, item]) => `- ${String(key)}: ${inline(item)}`).join('\n');
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return value.map(inline).join(', ');
  if (isMap(value)) return [...value].map(([key, item]) => `${String(key)}: ${inline(item)}`).join('; ');
  return lineOf(value) ?? JSON.stringify(value);
}
