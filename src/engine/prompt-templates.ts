/**
 * Finds the templates for prompts that stand in for the shipped one: those the workflow names, those of the repository, those of the person.
 * Of the repository only what is committed where the iteration starts, and nothing of a branch agents write: no agent chooses what the next one is told.
 */
import { posix } from 'node:path';
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import type { Workflow } from '../core/workflow.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import { pathsIn, readBlob } from '../effects/git-facts.ts';
import { sha256 } from '../effects/sha256.ts';
import type { Pinned } from '../files/iteration-files.ts';
import type { OwnTemplate } from '../files/template-override.ts';
import { rolesUsed } from '../files/workflow.ts';

const TEMPLATES = 'templates';
/** Templates a folder may have that name each other. */
const MOST = 200;
const ENDINGS = ['.njk', '.j2'] as const;

export interface TemplatePlaces {
  readonly root: string;
  readonly commit: CommitId;
  /** Full name of the branch the commit is on. */
  readonly branch: string;
  /** The person's own folder of iter. */
  readonly personal?: string;
}

export interface PromptTemplates {
  /** By role, for roles that have one of their own. */
  readonly templates: Readonly<Record<string, OwnTemplate>>;
  readonly pins: Readonly<Record<string, Pinned>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** The templates of the roles of a workflow; nunjucks is loaded only when there is one. */
export async function promptTemplates(workflow: Workflow, places: TemplatePlaces): Promise<PromptTemplates> {
  const roles = rolesUsed(workflow);
  const layers = await layersOf(places);
  const problems: Problem[] = [];
  const chosen: [string, Chosen][] = [];
  for (const role of roles) {
    const named = workflow.templates?.[role];
    if (named !== undefined) {
      const found = await committed(named, places);
      if (found !== undefined) chosen.push([role, found]);
      else
        problems.push({
          file: named,
          what: `the workflow names it as the template of "${role}", and it is not committed`,
          fix: 'commit it, or take it out of templates',
        });
      continue;
    }
    const found = layers.map((layer) => inLayer(layer, role)).find((one) => one !== undefined);
    if (found !== undefined) chosen.push([role, found]);
  }
  for (const role of Object.keys(workflow.templates ?? {})) {
    if (roles.includes(role)) continue;
    problems.push({
      what: `templates: no step of workflow "${workflow.name}" has the role "${role}"`,
      fix: `use one of ${roles.join(', ')}`,
    });
  }
  const templates: Record<string, OwnTemplate> = {};
  const pins: Record<string, Pinned> = {};
  const faults = new Map<string, Problem>();
  for (const [role, { layer, name }] of chosen) {
    const { ownTemplate } = await import('../files/template-override.ts');
    const texts = await textsOf(layer, name);
    const read = ownTemplate({ main: name, texts, shown: layer.shown });
    if ('problems' in read) for (const one of read.problems) faults.set(JSON.stringify(one), one);
    else {
      templates[role] = read;
      pins[role] = { source: layer.shown(name), sha256: sha256(JSON.stringify(texts)) };
    }
  }
  return { templates, pins, problems: [...problems, ...faults.values()], warnings: await unused(places) };
}

interface Layer {
  /** Names below the folder, of templates only. */
  readonly names: readonly string[];
  readonly read: (name: string) => Promise<string>;
  readonly shown: (name: string) => string;
}

interface Chosen {
  readonly layer: Layer;
  readonly name: string;
}

async function layersOf({ root, commit, branch, personal }: TemplatePlaces): Promise<Layer[]> {
  const ours = isAgents(branch) ? [] : await folderIn({ root, commit, folder: TEMPLATES });
  if (personal === undefined) return ours;
  const folder = join(personal, TEMPLATES);
  const names = listFiles(folder).filter(isTemplate);
  const mine: Layer = { names, read: async (name) => readText(join(folder, name)) ?? '', shown: (name) => join(folder, name) };
  return [...ours, mine];
}

async function folderIn({
  root,
  commit,
  folder,
}: {
  readonly root: string;
  readonly commit: CommitId;
  readonly folder: string;
}): Promise<Layer[]> {
  const paths = await pathsIn(root, commit, [folder]);
  const names = paths.filter(isTemplate).map((path) => posix.relative(folder, path));
  const read = async (name: string): Promise<string> => {
    const blob = await readBlob(root, commit, posix.join(folder, name));
    return blob === undefined || 'problem' in blob ? '' : new TextDecoder().decode(blob.bytes);
  };
  return [{ names, read, shown: (name) => posix.join(folder, name) }];
}

/** A file the workflow names; what it includes is looked for in `templates/` when it is there, else beside it. */
async function committed(path: string, places: TemplatePlaces): Promise<Chosen | undefined> {
  if (isAgents(places.branch)) return undefined;
  const folder = path.startsWith(`${TEMPLATES}/`) ? TEMPLATES : posix.dirname(path);
  const [layer] = await folderIn({ ...places, folder });
  const name = posix.relative(folder, path);
  return layer?.names.includes(name) === true ? { layer, name } : undefined;
}

function inLayer(layer: Layer, role: string): Chosen | undefined {
  const name = [`roles/${role}.md`, 'agent-prompt.md']
    .flatMap((base) => ENDINGS.map((ending) => base + ending))
    .find((one) => layer.names.includes(one));
  return name === undefined ? undefined : { layer, name };
}

/** The template, and the whole folder when it asks for others. */
async function textsOf({ names, read }: Layer, main: string): Promise<Record<string, string>> {
  const text = await read(main);
  const others = /\{%[-+]?\s*(?:include|import|from|extends)\b/.test(text) ? names.filter((name) => name !== main).slice(0, MOST) : [];
  const texts: Record<string, string> = { [main]: text };
  for (const name of others) texts[name] = await read(name);
  return texts;
}

/** Templates that lie there and are not used, which would surprise whoever wrote them. */
async function unused({ root, commit, branch }: TemplatePlaces): Promise<string[]> {
  const lying = ENDINGS.map((ending) => `${TEMPLATES}/agent-prompt.md${ending}`).filter((path) => exists(join(root, path)));
  if (lying.length === 0) return [];
  if (isAgents(branch)) return [`${lying.join(', ')} is not used: ${branch.replace('refs/heads/', '')} is a branch of agents`];
  const there = await pathsIn(root, commit, lying);
  return lying.filter((path) => !there.includes(path)).map((path) => `${path} is not committed, so prompts are made without it`);
}

function isTemplate(path: string): boolean {
  return ENDINGS.some((ending) => path.endsWith(ending));
}

function isAgents(branch: string): boolean {
  return branch.startsWith('refs/heads/iter/');
}
