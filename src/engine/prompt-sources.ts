/** What prompts are made from besides workflow and roles: templates and skills, found together, and the texts of a folder made with them. */
import type { Problem } from '../core/problem.ts';
import type { Role, Workflow } from '../core/workflow.ts';
import type { NewIteration } from '../files/iteration-files.ts';
import { iterationFiles } from '../files/iteration-files.ts';
import type { FoundSkill, SkillPin } from '../files/skill-pins.ts';
import type { Iteration } from './iteration.ts';
import type { PromptTemplates, TemplatePlaces } from './prompt-templates.ts';
import { promptTemplates } from './prompt-templates.ts';
import { personalFolder } from './personal-folder.ts';
import { findSkills, pinProblems, skillsUsed } from './skills.ts';

export interface PromptSourcesFound {
  readonly templates: PromptTemplates;
  readonly skills: Readonly<Record<string, FoundSkill>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** For a repository in which nothing can be looked up. */
export const NOTHING_FOUND: PromptSourcesFound = {
  templates: { templates: {}, pins: {}, problems: [], warnings: [] },
  skills: {},
  problems: [],
  warnings: [],
};

/** Looks for the templates and skills of a workflow. */
export async function findPromptSources(
  workflow: Workflow,
  roles: Readonly<Record<string, Role>>,
  places: TemplatePlaces,
): Promise<PromptSourcesFound> {
  const templates = await promptTemplates(workflow, places);
  const skills = await findSkills([...skillsUsed(workflow, roles), ...Object.keys(workflow.skills ?? {})], places);
  return { templates, skills, problems: [...templates.problems, ...pinProblems(workflow, skills)], warnings: templates.warnings };
}

/** The texts `make` gives with these templates and skills; a template that cannot be rendered is a problem, said once. */
export function renderedFiles(
  iteration: NewIteration,
  found: PromptSourcesFound,
  make: (iteration: NewIteration) => Readonly<Record<string, string>> = iterationFiles,
): { readonly files: Readonly<Record<string, string>>; readonly problems: readonly Problem[] } {
  const problems = new Map<string, Problem>();
  const ownTemplates = Object.fromEntries(
    Object.entries(found.templates.templates).map(([role, template]) => [
      role,
      (values: Parameters<typeof template.render>[0]): string => {
        const made = template.render(values);
        if ('text' in made) return made.text;
        problems.set(JSON.stringify(made.problem), made.problem);
        return '';
      },
    ]),
  );
  const files = make({ ...iteration, skills: found.skills, ownTemplates });
  return { files, problems: [...problems.values()] };
}

/** The same for tasks that come while the iteration runs: templates and skills as they are where it started. */
export function promptSourcesOf(
  { plan, repository }: Pick<Iteration, 'plan' | 'repository'>,
  workflow: Workflow,
  roles: Readonly<Record<string, Role>>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PromptSourcesFound> {
  const { base, target } = plan;
  return findPromptSources(workflow, roles, { root: repository.root, commit: base, branch: target, personal: personalFolder(environment) });
}

/** What the lock keeps of the skills. */
export function pinsOf(skills: PromptSourcesFound['skills']): Record<string, SkillPin> {
  return Object.fromEntries(
    Object.entries(skills).map(([name, { path, version, sha256 }]) => [
      name,
      { path, ...(version === undefined ? {} : { version }), sha256 },
    ]),
  );
}
