/** Adds tasks to an iteration that was made without them: their prompts, criteria and rows of the plan. Starts none of them. */
import { basename, join } from 'node:path';
import type { Check } from '../core/check.ts';
import type { TaskId } from '../core/ids.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { minutesText } from '../core/schedule.ts';
import type { Problem } from '../core/problem.ts';
import type { Role, Workflow } from '../core/workflow.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import { writeAtomic, writeIfUnchanged } from '../effects/replace-file.ts';
import { addSections } from '../files/criteria.ts';
import { promptFiles } from '../files/iteration-files.ts';
import { addRows, editCells } from '../files/plan-edit.ts';
import { CRITERIA_FILE, GIVEN, PLAN_FILE } from './iteration.ts';
import type { PromptSourcesFound } from './prompt-sources.ts';
import { renderedFiles } from './prompt-sources.ts';

/** How often a file is written anew when somebody keeps saving it at the same moment. */
const PATIENCE = 50;

export interface Addition {
  /** The plan with the new tasks in it. */
  readonly plan: Plan;
  readonly fresh: readonly TaskId[];
  readonly workflow: Workflow;
  readonly roles: Readonly<Record<string, Role>>;
  readonly checks: readonly Check[];
  readonly prompts: Readonly<Record<TaskId, string>>;
  /** Tasks whose Dependencies cell changes with it. */
  readonly needs: readonly PlannedTask[];
  readonly repository: string;
  readonly found: PromptSourcesFound;
}

/**
 * Writes prompts, criteria and rows of new tasks; what is there already stays, so that doing it twice does it once.
 * With problems of a person's template, nothing is written.
 */
export function writeAddition(directory: string, addition: Addition): readonly Problem[] {
  const { plan, fresh, workflow, roles, checks, prompts, repository, found } = addition;
  const references = listFiles(join(directory, GIVEN)).map((file) => ({ path: `${GIVEN}/${file}`, source: basename(file) }));
  const { files, problems } = renderedFiles(
    {
      plan,
      workflow,
      workflowPin: { source: '', sha256: '' },
      roles,
      rolePins: {},
      checks,
      prompts,
      inputs: plan.inputs ?? {},
      references,
      repository,
      worktrees: `../${repository}-worktrees/${plan.iteration}`,
    },
    found,
    (iteration) => promptFiles(iteration, fresh),
  );
  if (problems.length > 0) return problems;
  for (const [path, text] of Object.entries(files)) if (!exists(join(directory, path))) writeAtomic(join(directory, path), text);
  const tasks = plan.tasks.filter((task) => fresh.includes(task.id));
  rewrite(directory, CRITERIA_FILE, (text) =>
    addSections(
      text,
      tasks.map((task) => ({ task: task.id, title: task.title, checks: checks.filter((check) => check.task === task.id) })),
    ),
  );
  rewrite(directory, PLAN_FILE, (text) =>
    editCells(
      addRows(
        text,
        tasks.map((task) => ({
          'Task ID': task.id,
          Description: task.title,
          'Agent/Skills': task.instance,
          Worktree: `../${repository}-worktrees/${plan.iteration}/${task.id}`,
          Branch: task.branch.replace('refs/heads/', ''),
          'Parallel Group': task.group,
          Status: 'Not Started',
          Dependencies: dependencies(task),
          Estimate: minutesText(task.estimateMinutes),
        })),
      ),
      addition.needs.map((task) => ({ task: task.id, column: 'Dependencies' as const, value: dependencies(task) })),
    ),
  );
  return [];
}

const dependencies = (task: PlannedTask): string => (task.needs.length === 0 ? '-' : task.needs.join(', '));

/** Changes a file people may be saving at the same time; their text is never lost. */
function rewrite(directory: string, name: string, change: (text: string) => string): void {
  const file = join(directory, name);
  for (let round = 0; round < PATIENCE; round += 1) {
    const text = readText(file);
    if (text === undefined) return;
    if (writeIfUnchanged(file, { expected: text, next: change(text), history: join(directory, '.run', 'history') })) return;
  }
}
