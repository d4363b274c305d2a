/** Loads a role: a Markdown file whose front matter says who, and whose body is the persona every prompt of that role starts with. */
import type { Problem } from '../core/problem.ts';
import type { Role } from '../core/workflow.ts';
import { validateRole } from '../generated/validate-role.js';
import { splitFrontMatter } from './front-matter.ts';
import { readYamlSource } from './yaml-source.ts';

/** Keys at the top level are those of agent files other tools read, and unknown ones are left to them; ours stand below `iter`. */
interface RoleSource {
  readonly name: string;
  readonly description: string;
  readonly model?: string;
  readonly iter?: {
    readonly type?: string;
    readonly permission?: 'read' | 'edit';
    readonly aka?: readonly string[];
    readonly prompt_tokens?: number;
    readonly token_budget?: number;
    readonly complexity_threshold?: number;
    readonly skills?: readonly string[];
  };
}

/** Trades that judge or look up: a step of theirs reads unless somebody says otherwise. */
const READERS = ['gate', 'researcher'];

/** For a role that does not say, such as one written for another tool. */
const UNSAID = { promptTokens: 2000, tokenBudget: 50_000, complexityThreshold: 5 };

/** Reads a role; it is there exactly when there are no problems. */
export function loadRole(text: string, file: string): { readonly role?: Role; readonly problems: readonly Problem[] } {
  const { yaml, body, bodyLine } = splitFrontMatter(text);
  if (yaml === undefined) {
    const fix = 'start the file with "---", name: and description:, and "---"';
    return { problems: [{ file, line: 1, what: 'no front matter', fix }] };
  }
  const { value, problems } = readYamlSource({ text: yaml, file, validator: validateRole, firstLine: 2 });
  const empty = body.trim() === '';
  const all = empty
    ? [...problems, { file, line: bodyLine, what: 'the role has no text', fix: 'write below the front matter what the agent is to be' }]
    : problems;
  if (value === undefined || all.length > 0) return { problems: all };
  const { name, description, model, iter = {} } = value as RoleSource;
  const permission = iter.permission ?? (READERS.includes(iter.type ?? '') ? 'read' : undefined);
  const role: Role = {
    name,
    description,
    ...(iter.type === undefined ? {} : { type: iter.type }),
    ...(model === undefined ? {} : { model }),
    ...(permission === undefined ? {} : { permission }),
    ...(iter.aka === undefined ? {} : { aka: iter.aka }),
    promptTokens: iter.prompt_tokens ?? UNSAID.promptTokens,
    tokenBudget: iter.token_budget ?? UNSAID.tokenBudget,
    complexityThreshold: iter.complexity_threshold ?? UNSAID.complexityThreshold,
    skills: iter.skills ?? [],
    body: body.trim(),
  };
  return { role, problems: [] };
}
