/** Has an agent in a leading role choose a workflow for a request, or draft a whole plan; its answer is checked before anybody sees it. */
import { agentRows, tiersOf } from '../agents/table.ts';
import { mergedModels, modelFor, type Models } from '../core/model.ts';
import { plainInputs, type PlanDraft } from '../core/plan-draft.ts';
import type { Problem } from '../core/problem.ts';
import { problemLine } from '../core/problem.ts';
import { slugOf } from '../core/slug.ts';
import { triage } from '../core/triage.ts';
import type { Input, Role, Workflow } from '../core/workflow.ts';
import type { Repository } from '../effects/repository.ts';
import { readPlanAnswer } from '../files/plan-answer.ts';
import { loadRole } from '../files/role.ts';
import { render } from '../files/template.ts';
import { type Answered, consult } from './consult.ts';
import type { Context } from './context.ts';
import { namesOf, roleTexts } from './role-library.ts';
import type { LibraryPlaces } from './workflow-library.ts';

export interface DraftRequest {
  readonly repository: Repository;
  readonly places: LibraryPlaces;
  readonly request: string;
  readonly agent: string;
  /** What tiers of model are called here. */
  readonly models: Models;
  /** Those to choose from, by name. */
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly wanted: 'choice' | 'plan';
  /** What would stop the iteration of this draft; none when it could be made. */
  readonly obstacles: (draft: PlanDraft) => Promise<readonly Problem[]>;
}

/** Who is asked: by these names or aliases, the library has both. */
const ASKED = { choice: 'lead', plan: 'planner' } as const;

/** The draft, which has no obstacles, or why there is none. */
export async function draftPlan(request: DraftRequest, context: Context): Promise<Answered<PlanDraft>> {
  const role = roleNamed(ASKED[request.wanted], request.places);
  if ('problems' in role) return { problems: role.problems, exit: 2 };
  const models = mergedModels(tiersOf(agentRows(context.program.agents ?? [])), request.models);
  const model = modelFor({ agent: request.agent, tier: role.role.model, models });
  const ranked = inOrder(request);
  return consult(
    {
      repository: request.repository,
      agent: request.agent,
      ...(model === undefined ? {} : { model }),
      prompt: ({ write, criterion, faults }) =>
        render('consult.md', {
          role: role.role.body,
          wanted: request.wanted,
          request: request.request,
          workflows: ranked.map(workflowValues),
          write,
          faults: faults.map(problemLine),
          criterion,
        }),
      rehearsed: rehearsed(request, ranked[0]),
      read: async (text, file) => {
        const read = readPlanAnswer(text, file, request);
        if ('problems' in read) return read;
        const problems = await request.obstacles(read.value);
        return problems.length > 0 ? { problems } : read;
      },
    },
    context,
  );
}

function roleNamed(name: string, places: LibraryPlaces): { readonly role: Role } | { readonly problems: readonly Problem[] } {
  const texts = roleTexts(places);
  const own = namesOf(texts).own(name);
  const found = texts.find((entry) => entry.name === own);
  if (found === undefined) return { problems: [{ what: `there is no role "${name}"`, fix: `make one: iter roles init ${name}` }] };
  const { role, problems } = loadRole(found.text, found.source);
  return role === undefined ? { problems } : { role };
}

/** Best first by the words of the request; those with none of them after, by name. */
function inOrder({ request, workflows }: DraftRequest): Workflow[] {
  const all = Object.values(workflows);
  const scores = new Map(triage(request, all).map(({ name, score }) => [name, score]));
  const score = ({ name }: Workflow): number => scores.get(name) ?? 0;
  return all.toSorted((a, b) => score(b) - score(a) || (a.name < b.name ? -1 : 1));
}

function workflowValues({ name, description, triggers, inputs }: Workflow) {
  const kind = ({ type, required, default: value }: Input): string => (required && value === undefined ? `${type}, required` : type);
  return {
    name,
    description,
    triggers: triggers.join('; '),
    inputs: Object.entries(inputs).map(([input, one]) => ({ name: input, kind: kind(one), description: one.description ?? '' })),
  };
}

/** The answer of the agent that only rehearses: what the words of the request alone come to. */
function rehearsed({ request, wanted, workflows }: DraftRequest, best: Workflow | undefined): Record<string, string> {
  if (best === undefined) return {};
  const choice = {
    workflow: best.name,
    inputs: JSON.stringify(plainInputs(best, request)),
    reason: Object.keys(workflows).length === 1 ? 'there is no other to choose from' : 'its triggers have most words of the request',
  };
  return wanted === 'choice'
    ? choice
    : { ...choice, slug: JSON.stringify(slugOf(request).split('-').slice(0, 5).join('-') || 'plan'), targets: '[]' };
}
