/** A skill: `SKILL.md`, whose front matter says what it is for. Its body is read by agents, on demand, never by iter. */
import { splitFrontMatter } from './front-matter.ts';
import { plainValue, readYaml } from './yaml-text.ts';

export interface Skill {
  /** Empty when the file does not say. */
  readonly description: string;
  readonly version?: string;
}

/** Reads what a skill file says of itself; one whose front matter cannot be read says nothing. */
export function readSkill(text: string): Skill {
  const { yaml } = splitFrontMatter(text);
  const value = yaml === undefined ? undefined : plainValue(readYaml(yaml).documents[0]);
  if (typeof value !== 'object' || value === null || value instanceof ReferenceError) return { description: '' };
  const { description, version, metadata } = value as Readonly<Record<string, unknown>>;
  const inner = typeof metadata === 'object' && metadata !== null ? (metadata as Readonly<Record<string, unknown>>)['version'] : undefined;
  const said = [version, inner].find((one) => typeof one === 'string' || typeof one === 'number');
  return {
    description: typeof description === 'string' ? description.replaceAll(/\s+/g, ' ').trim() : '',
    ...(said === undefined ? {} : { version: String(said) }),
  };
}
