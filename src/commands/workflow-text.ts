/** What `iter workflow` prints for people. */
import { problemLine } from '../core/problem.ts';
import type { Workflow } from '../core/workflow.ts';
import type { LibraryWorkflow } from '../engine/workflow-library.ts';
import type { Lint } from '../files/workflow-lint.ts';

interface Listed extends LibraryWorkflow {
  readonly workflow?: Workflow;
  readonly problems: readonly unknown[];
}

/** One line for each workflow, the hidden ones with what hides them; triggers below on request. */
export function listText(entries: readonly Listed[], triggers: boolean): string {
  const width = Math.max(...entries.map((entry) => entry.name.length));
  return entries
    .flatMap((entry) => [
      `${entry.name.padEnd(width)}  ${entry.layer.padEnd('repository'.length)}  ${aboutText(entry)}`,
      ...(triggers ? (entry.workflow?.triggers ?? []).map((trigger) => `${' '.repeat(width)}  when: ${trigger}`) : []),
    ])
    .join('\n');
}

function aboutText({ name, hiddenBy, workflow, problems }: Listed): string {
  const hidden = hiddenBy === undefined ? '' : `(hidden by the one of the ${hiddenBy}) `;
  if (workflow !== undefined) return `${hidden}${workflow.description.replaceAll(/\s+/g, ' ').trim()}`;
  return `${hidden}does not load: ${counted(problems.length, 'problem')}; iter workflow lint ${hiddenBy === undefined ? name : '--all'}`;
}

/** Every problem and warning, then the count; only the problems when `quiet`. */
export function lintLines(linted: readonly Lint[], quiet: boolean): string[] {
  const problems = linted.flatMap((one) => one.problems.map(problemLine));
  if (quiet) return problems;
  const lines = linted.flatMap((one) => [
    ...one.problems.map(problemLine),
    ...one.warnings.map((warning) => `warning: ${problemLine(warning)}`),
  ]);
  const warnings = lines.length - problems.length;
  const counts = `${counted(linted.length, 'workflow')}, ${counted(problems.length, 'problem')}`;
  return [...lines, warnings === 0 ? counts : `${counts}, ${counted(warnings, 'warning')}`];
}

function counted(amount: number, thing: string): string {
  return `${amount} ${thing}${amount === 1 ? '' : 's'}`;
}
