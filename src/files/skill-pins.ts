/** Skills as an iteration used them: what workflow.lock.yaml remembers, and which of them have changed since. */
import type { Skill } from './skill.ts';
import { plainValue, readYaml } from './yaml-text.ts';

export interface FoundSkill extends Skill {
  /** As an agent opens it: in its worktree, or absolute for one of the person's own. */
  readonly path: string;
  readonly sha256: string;
}

/** What the lock says of a skill. */
export type SkillPin = Pick<FoundSkill, 'path' | 'version' | 'sha256'>;

/** The skills in the text of a lock file; none in one that was written before there were any, or that cannot be read. */
export function lockedSkills(lock: string): Readonly<Record<string, SkillPin>> {
  const value = plainValue(readYaml(lock).documents[0]) as { readonly skills?: unknown } | null | undefined;
  const skills = value?.skills;
  if (typeof skills !== 'object' || skills === null) return {};
  const entries = Object.entries(skills as Readonly<Record<string, Partial<SkillPin> | null>>);
  return Object.fromEntries(
    entries.flatMap(([name, pin]) => {
      if (typeof pin?.path !== 'string' || typeof pin.sha256 !== 'string') return [];
      return [[name, { path: pin.path, sha256: pin.sha256, ...(pin.version === undefined ? {} : { version: pin.version }) }]];
    }),
  );
}

/** A sentence for each skill that is not what it was. */
export function driftedSkills(locked: Readonly<Record<string, SkillPin>>, now: Readonly<Record<string, FoundSkill>>): string[] {
  return Object.entries(locked).flatMap(([name, pin]): string[] => {
    const skill = now[name];
    if (skill === undefined) return [`the skill "${name}" (${pin.path}) is gone since the iteration was made`];
    if (skill.sha256 === pin.sha256) return [];
    const versions = skill.version === pin.version ? '' : `: version ${pin.version ?? 'unknown'} then, ${skill.version ?? 'unknown'} now`;
    return [`the skill "${name}" (${skill.path}) has changed since the iteration was made${versions}`];
  });
}
