/** Plays a whole workflow with the rehearsal agent in throw-away repositories: real git, real worktrees, real landing, no account. */
import type { Problem } from '../core/problem.ts';
import type { RelatedFile } from '../files/workflow-document.ts';
import { combinedText } from '../files/workflow-resolve.ts';
import { loadWorkflow } from '../files/workflow.ts';
import type { Context } from './context.ts';
import type { Played, Rehearsal } from './rehearse-coverage.ts';
import { coverage, spoken } from './rehearse-coverage.ts';
import { passesOf } from './rehearse-passes.ts';
import type { Folders } from './rehearse-play.ts';
import { play } from './rehearse-play.ts';

export interface RehearseRequest extends Folders {
  readonly name: string;
  readonly workflow: RelatedFile;
}

/** Plays all passes a workflow needs; problems when it does not load. */
export async function rehearse(request: RehearseRequest, context: Context): Promise<Rehearsal | { readonly problems: readonly Problem[] }> {
  const { text, file, related } = request.workflow;
  const { workflow, combined, problems } = loadWorkflow(text, file, related);
  if (workflow === undefined || problems.length > 0) return { problems };
  const whole = combined === undefined ? text : combinedText(combined);
  const { passes, wanted } = passesOf(workflow);
  const played: Played[] = [];
  const silent = new Set(workflow.steps.filter((step) => step.gate !== undefined).map((step) => step.id));
  for (const pass of passes) {
    context.signal.throwIfAborted();
    const one = await play(request, { workflow, text: whole, pass, rejecting: new Set(silent) }, context);
    played.push(one);
    for (const step of spoken(one)) silent.delete(step);
  }
  return coverage(request.name, workflow, { wanted, played });
}
