/** `iter new`: everything is checked first, then the folder is made in one step. Starts no agent and touches no branch. */
import { basename, join } from 'node:path';
import { expand, type Expansion } from '../core/expand.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { rehearsalText } from '../core/rehearsal.ts';
import { filledGlobs } from '../core/targets.ts';
import { acquire } from '../effects/lock.ts';
import { locate, type Repository } from '../effects/repository.ts';
import { makeWhole, type Contents } from '../effects/whole-folder.ts';
import { GIVEN_AGENTS } from './agent-library.ts';
import { contentsOf } from './create-contents.ts';
import { branchProblems, nextName, repositoryProblems, slugProblems, startOf, warningsFor } from './create-place.ts';
import { cycleProblems, environmentOf, modelsFor, planOf } from './create-plan.ts';
import type { CreateRequest } from './create-request.ts';
import { readSources, type ChosenWorkflow } from './create-sources.ts';
import { globsOf } from './create-targets.ts';
import { ITERATIONS, startLog } from './iteration.ts';
import { repositoryLock } from './places.ts';
import { findPromptSources, NOTHING_FOUND } from './prompt-sources.ts';

/** Milliseconds to wait for another `iter new` or `iter launch` that is making worktrees. */
const PATIENCE = 30_000;

export interface Created {
  readonly plan: Plan;
  /** Complexity points by task. */
  readonly points: Expansion['points'];
  /** Absolute. */
  readonly directory: string;
  /** Paths in the folder, sorted; the event log is not listed. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

export interface Refused {
  readonly problems: readonly Problem[];
  readonly exit: 1 | 2 | 4;
}

/** Makes the iteration folder, or says everything that stands in the way; after a refusal or a failure nothing has been written. */
export async function createIteration(request: CreateRequest): Promise<Created | Refused> {
  const repository = locate(request.root);
  if (repository === undefined)
    return refused([
      {
        what: `"${request.root}" is not inside a git repository`,
        fix: 'change to one, or make one: git init',
      },
    ]);
  const unusable = repositoryProblems(repository);
  if (unusable.length > 0) return refused(unusable);
  if (request.dryRun) return (await draft(request, repository)).answer;
  // two at once would take the same number
  const lock = await acquire(repositoryLock(repository.gitDirectory), {
    what: `iter new ${request.slug}`,
    wait: PATIENCE,
  });
  try {
    const { answer, contents } = await draft(request, repository);
    if ('plan' in answer) await makeWhole(answer.directory, contents, (folder) => startLog(folder, answer.plan));
    return answer;
  } finally {
    lock.release();
  }
}

interface Draft {
  readonly answer: Created | Refused;
  /** Everything but the log; empty when refused. */
  readonly contents: Contents;
}

async function draft(request: CreateRequest, repository: Repository): Promise<Draft> {
  const { root } = repository;
  const name = nextName(root, request.slug);
  const start = await startOf(root);
  const sources = readSources(request, root);
  const problems = [...start.problems, ...slugProblems(root, request.slug), ...sources.problems];
  if (sources.workflow === undefined) return nothing(problems);

  const filled = filledGlobs(sources.workflow.workflow, { given: sources.inputs, slug: request.slug, iteration: name });
  const workflow = { ...filled.workflow, models: modelsFor(filled.workflow, request) };
  const targets = await globsOf(root, workflow, request.targets);
  const expansion = expand({
    workflow,
    globs: targets.globs,
    iteration: name,
    slug: request.slug,
    inputs: sources.inputs,
    roles: sources.roles,
    aliases: sources.aliases,
    agent: request.agent,
    environment: environmentOf(request, workflow),
  });
  const plan = planOf(request, { name, start, workflow, tasks: expansion.tasks, inputs: expansion.inputs });
  const around = {
    root,
    commit: start.base,
    branch: start.target,
    ...(request.personal === undefined ? {} : { personal: request.personal }),
  };
  const found = start.problems.length > 0 ? NOTHING_FOUND : await findPromptSources(workflow, sources.roles, around);
  problems.push(
    ...(filled.problems.length > 0 ? placed(filled.problems, sources.workflow) : targets.problems),
    ...found.problems,
    ...placed(expansion.problems, sources.workflow),
    ...cycleProblems(plan),
    ...(await branchProblems(root, name, plan)),
  );
  const ids = plan.tasks.map((task) => task.id);
  const rehearsal = rehearsalText(request.rehearsal ?? [], ids);
  problems.push(...rehearsal.problems);
  if (problems.length > 0) return nothing(problems);

  const made = contentsOf({
    plan,
    sources: { ...sources, workflow: { ...sources.workflow, workflow } },
    expansion,
    found,
    repository: basename(root),
    kept: {
      ...(request.rehearsal === undefined ? {} : { 'rehearsal.yaml': rehearsal.text }),
      ...(request.agentFile === undefined ? {} : { [join(GIVEN_AGENTS, `${request.agent}.yaml`)]: request.agentFile }),
    },
  });
  if (made.problems.length > 0) return nothing(made.problems);
  const warnings = [
    ...sources.workflow.notes,
    ...found.warnings,
    ...expansion.warnings,
    ...(await warningsFor(root, plan, expansion.inputs)),
  ];
  const files = Object.keys(made.contents).toSorted();
  return {
    answer: { plan, points: expansion.points, directory: join(root, ITERATIONS, name), files, warnings },
    contents: made.contents,
  };
}

/** Problems of a step, with the line of the workflow where the step begins. */
function placed(problems: readonly Problem[], { origins, pin }: ChosenWorkflow): Problem[] {
  return problems.map((problem) => {
    const step = /^step "([^"]+)"[ :]/.exec(problem.what)?.[1];
    if (step === undefined || problem.file !== undefined) return problem;
    const from = origins.find((origin) => origin.step === step)?.from;
    return { ...problem, ...(from === undefined ? { file: pin.source } : from) };
  });
}

const nothing = (problems: readonly Problem[]): Draft => ({ answer: refused(problems), contents: {} });

function refused(problems: readonly Problem[]): Refused {
  return { problems, exit: 2 };
}
