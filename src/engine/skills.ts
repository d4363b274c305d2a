/** Finds the skill files that steps name: those committed in the repository before the person's own. Reads only; a skill nobody has is left out. */
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import type { Role, Workflow } from '../core/workflow.ts';
import { readText } from '../effects/disk.ts';
import { pathsIn, readBlob } from '../effects/git-facts.ts';
import { gitResult } from '../effects/git.ts';
import { sha256 } from '../effects/sha256.ts';
import { readSkill } from '../files/skill.ts';
import type { FoundSkill } from '../files/skill-pins.ts';
import { driftedSkills, lockedSkills } from '../files/skill-pins.ts';
import { LOCK_FILE } from '../files/workflow-lock.ts';
import type { Iteration } from './iteration.ts';

/** In the order of looking. */
const FOLDERS = ['.agents/skills', '.claude/skills', 'skills'] as const;
const NAME = /^[A-Za-z0-9][\w.-]*$/;

export interface SkillPlaces {
  readonly root: string;
  /** Only what is committed counts: no agent can give itself a skill. */
  readonly commit: CommitId;
  /** The person's own folder of iter. */
  readonly personal?: string;
}

/** The skills of these names, each once. */
export async function findSkills(names: readonly string[], places: SkillPlaces): Promise<Record<string, FoundSkill>> {
  const wanted = [...new Set(names)].filter((name) => NAME.test(name));
  if (wanted.length === 0) return {};
  const paths = wanted.flatMap((name) => FOLDERS.map((folder) => `${folder}/${name}/SKILL.md`));
  const there = new Set(await pathsIn(places.root, places.commit, paths));
  const found: Record<string, FoundSkill> = {};
  for (const name of wanted) {
    const skill = (await committed(name, there, places)) ?? personal(name, places);
    if (skill !== undefined) found[name] = skill;
  }
  return found;
}

async function committed(name: string, there: ReadonlySet<string>, { root, commit }: SkillPlaces): Promise<FoundSkill | undefined> {
  const path = FOLDERS.map((folder) => `${folder}/${name}/SKILL.md`).find((one) => there.has(one));
  const blob = path === undefined ? undefined : await readBlob(root, commit, path);
  if (path === undefined || blob === undefined || 'problem' in blob) return undefined;
  return { ...readSkill(new TextDecoder().decode(blob.bytes)), path, sha256: sha256(blob.bytes) };
}

function personal(name: string, { personal: folder }: SkillPlaces): FoundSkill | undefined {
  if (folder === undefined) return undefined;
  const path = join(folder, 'skills', name, 'SKILL.md');
  const text = readText(path);
  return text === undefined ? undefined : { ...readSkill(text), path, sha256: sha256(text) };
}

/** A sentence for each skill the iteration was made with that is another one now, on the branch the work lands on or with the person. */
export async function skillWarnings(iteration: Iteration, folder: string): Promise<string[]> {
  const locked = lockedSkills(readText(join(iteration.directory, LOCK_FILE)) ?? '');
  if (Object.keys(locked).length === 0) return [];
  const { root } = iteration.repository;
  const tip = await gitResult(root, ['rev-parse', '-q', '--verify', `${iteration.plan.target}^{commit}`]);
  if (tip.exitCode !== 0) return [];
  const now = await findSkills(Object.keys(locked), { root, commit: tip.stdout.trim() as CommitId, personal: folder });
  return driftedSkills(locked, now).map((line) => `${line}; to take it up in prompts: iter refresh ${iteration.name}`);
}

/** Names of the skills a workflow uses: those of its steps, else those of their roles. */
export function skillsUsed(workflow: Workflow, roles: Readonly<Record<string, Role>>): string[] {
  return [...new Set(workflow.steps.flatMap((step) => step.skills ?? roles[step.role]?.skills ?? []))];
}

/** Skills that are not there in the version the workflow was written for. */
export function pinProblems(workflow: Workflow, found: Readonly<Record<string, FoundSkill>>): Problem[] {
  return Object.entries(workflow.skills ?? {}).flatMap(([name, version]): Problem[] => {
    const skill = found[name];
    const wants = `workflow "${workflow.name}" was written for version ${version} of the skill "${name}"`;
    if (skill === undefined)
      return [{ what: `${wants}, and no file has it`, fix: `commit ${FOLDERS[0]}/${name}/SKILL.md, or take the pin out` }];
    if (skill.version === version) return [];
    const has = skill.version === undefined ? 'says no version' : `is version ${skill.version}`;
    return [{ file: skill.path, what: `${wants}, and this ${has}`, fix: 'read what has changed, then change the pin' }];
  });
}
