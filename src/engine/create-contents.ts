/** The files of a new iteration, all but its log; what is written has to read back. */
import type { Expansion } from '../core/expand.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Workflow } from '../core/workflow.ts';
import { sha256 } from '../effects/sha256.ts';
import type { Contents } from '../effects/whole-folder.ts';
import { parseCriteria } from '../files/criteria.ts';
import { growthText } from '../files/growth-file.ts';
import { manifestText } from '../files/manifest.ts';
import { LOCK_FILE, workflowLockText } from '../files/workflow-lock.ts';
import type { ChosenWorkflow, Sources } from './create-sources.ts';
import { GROWN } from './grown-tasks.ts';
import { CRITERIA_FILE } from './iteration.ts';
import { pinsOf, renderedFiles } from './prompt-sources.ts';
import type { PromptSourcesFound } from './prompt-sources.ts';

/** What a folder is made from. */
export interface Parts {
  readonly plan: Plan;
  readonly sources: Sources & { readonly workflow: ChosenWorkflow };
  readonly expansion: Expansion;
  readonly found: PromptSourcesFound;
  readonly repository: string;
  /** Files that are kept with the iteration as they are. */
  readonly kept: Contents;
}

/** Every file of the folder; with problems the files are not to be written. */
export function contentsOf(parts: Parts): { readonly contents: Contents; readonly problems: readonly Problem[] } {
  const { plan, sources, expansion, found, repository, kept } = parts;
  const { workflow, text, pin, others } = sources.workflow;
  const { files, problems } = renderedFiles(
    {
      plan,
      workflow,
      workflowPin: pin,
      roles: sources.roles,
      rolePins: sources.pins,
      checks: expansion.checks,
      prompts: expansion.prompts,
      inputs: expansion.inputs,
      references: sources.given,
      repository,
      worktrees: `../${repository}-worktrees/${plan.iteration}`,
    },
    found,
  );
  const lock = workflowLockText({
    iteration: plan.iteration,
    name: workflow.name,
    text,
    workflow: pin,
    others,
    roles: sources.pins,
    templates: found.templates.pins,
    skills: pinsOf(found.skills),
    given: Object.fromEntries(sources.given.map(({ path, source }) => [path, source])),
  });
  // git keeps no empty folders
  const folders = { 'context/.gitkeep': '', 'feedback/.gitkeep': '' };
  const given = Object.fromEntries(sources.given.map((file) => [file.path, file.bytes]));
  const contents: Contents = { ...files, [LOCK_FILE]: lock, ...folders, ...given, ...growthFiles(plan, workflow, sources.roles) };
  const hashes = Object.fromEntries(Object.entries(contents).map(([path, content]) => [path, sha256(content)]));
  return {
    contents: { ...contents, 'manifest.json': manifestText(plan, hashes), ...kept },
    problems: problems.length > 0 ? problems : unreadable(String(contents[CRITERIA_FILE])),
  };
}

/** An input may have put shell syntax or a line break into a check: one command in many tasks is one mistake, and the lines would be of a file nobody has. */
function unreadable(criteria: string): Problem[] {
  const problems = parseCriteria(criteria, CRITERIA_FILE).problems;
  const told = new Map(problems.map(({ what, fix }) => [what, { what, ...(fix === undefined ? {} : { fix }) }]));
  return [...told.values()];
}

/** What the parts of tasks will be made from: pinned now, so that they are made as the rest was. */
function growthFiles(plan: Plan, workflow: Workflow, roles: Sources['roles']): Contents {
  return Object.fromEntries(
    plan.tasks.flatMap((task) => {
      const role = roles[task.role];
      if (task.expands === undefined) return [];
      const pinned = { workflow, ...(role === undefined ? {} : { role }), tasks: [] };
      return [[`${GROWN}/${task.id}.json`, growthText(pinned)]];
    }),
  );
}
