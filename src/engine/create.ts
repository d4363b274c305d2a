/** `iter new`: everything is checked first, then the folder is made in one step. Starts no agent and touches no branch. */
import { basename, join } from 'node:path';
import { GIVEN_AGENTS } from './agent-library.ts';
import { expand, type Expansion } from '../core/expand.ts';
import { mergedModels, type Models } from '../core/model.ts';
import { cycleIn } from '../core/plan.ts';
import { rehearsalText } from '../core/rehearsal.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { filledGlobs } from '../core/targets.ts';
import type { Inputs, Workflow } from '../core/workflow.ts';
import { acquire } from '../effects/lock.ts';
import { locate, type Repository } from '../effects/repository.ts';
import { sha256 } from '../effects/sha256.ts';
import { makeWhole, type Contents } from '../effects/whole-folder.ts';
import { growthText } from '../files/growth-file.ts';
import { parseCriteria } from '../files/criteria.ts';
import { manifestText } from '../files/manifest.ts';
import { LOCK_FILE, workflowLockText } from '../files/workflow-lock.ts';
import { branchProblems, nextName, repositoryProblems, slugProblems, startOf, warningsFor, type Start } from './create-place.ts';
import { globsOf } from './create-targets.ts';
import { findPromptSources, NOTHING_FOUND, pinsOf, renderedFiles } from './prompt-sources.ts';
import type { PromptSourcesFound } from './prompt-sources.ts';
import { readSources, type ChosenWorkflow, type Sources } from './create-sources.ts';
import { GROWN } from './grown-tasks.ts';
import { CRITERIA_FILE, ITERATIONS, startLog } from './iteration.ts';
import { repositoryLock } from './places.ts';

/** Milliseconds to wait for another `iter new` or `iter launch` that is making worktrees. */
const PATIENCE = 30_000;
/** When neither the request nor the workflow names an environment. */
const ENVIRONMENT = 'dev';

export interface CreateRequest {
  /** Any folder inside the repository. */
  readonly root: string;
  /** What file names typed by a person are relative to; the main checkout when left out. */
  readonly cwd?: string;
  /** The person's own folder of iter, for their workflows and roles; none are looked for when left out. */
  readonly personal?: string;
  readonly slug: string;
  /** Name of a workflow, or the path of one: with a slash or ending in `.yaml`. */
  readonly workflow: string;
  /** As typed: `name=value`. */
  readonly inputs: readonly string[];
  /** Values of an earlier iteration, for inputs this workflow has and nobody gives. */
  readonly earlier?: Inputs;
  /** Items for the list that the targets of a step come from. */
  readonly targets?: readonly string[];
  /** Paths of files every agent gets. */
  readonly context: readonly string[];
  readonly agent: string;
  /** The file of a descriptor that was named in place of an agent, kept in the iteration folder. */
  readonly agentFile?: string;
  /** Rows of the agent table. */
  readonly knownAgents: readonly string[];
  /** The first one of the workflow when left out. */
  readonly environment?: string;
  readonly maxParallel?: number;
  /** What agents call the tiers of models where nobody says. */
  readonly tiers?: Models;
  /** What tiers of model are called here, in place of what the workflow says. */
  readonly models?: Models;
  /** What the rehearsal agent does wrong: words like `T3=red`. */
  readonly rehearsal?: readonly string[];
  /** ISO 8601 in UTC. */
  readonly now: string;
  readonly dryRun: boolean;
}

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
  if (sources.workflow === undefined) return { answer: refused(problems), contents: {} };

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
  const rehearsal = rehearsalText(
    request.rehearsal ?? [],
    plan.tasks.map((task) => task.id),
  );
  problems.push(...rehearsal.problems);
  if (problems.length > 0) return { answer: refused(problems), contents: {} };

  const made = contentsOf({
    plan,
    sources: { ...sources, workflow: { ...sources.workflow, workflow } },
    expansion,
    found,
    repository: basename(root),
  });
  if (made.problems.length > 0) return { answer: refused(made.problems), contents: {} };
  const contents: Contents = {
    ...made.contents,
    ...(request.rehearsal === undefined ? {} : { 'rehearsal.yaml': rehearsal.text }),
    ...(request.agentFile === undefined ? {} : { [join(GIVEN_AGENTS, `${request.agent}.yaml`)]: request.agentFile }),
  };
  // what is written has to read back: an input may have put shell syntax or a line break into a check
  const unreadable = parseCriteria(String(contents[CRITERIA_FILE]), CRITERIA_FILE).problems;
  if (unreadable.length > 0) {
    // the line numbers would be of a file nobody has; one command in many tasks is one mistake
    const told = new Map(unreadable.map(({ what, fix }) => [what, { what, ...(fix === undefined ? {} : { fix }) }]));
    return { answer: refused([...told.values()]), contents: {} };
  }
  const directory = join(root, ITERATIONS, name);
  const warnings = [
    ...sources.workflow.notes,
    ...found.warnings,
    ...expansion.warnings,
    ...(await warningsFor(root, plan, expansion.inputs)),
  ];
  return {
    answer: { plan, points: expansion.points, directory, files: Object.keys(contents).toSorted(), warnings },
    contents,
  };
}

interface Planned {
  readonly name: string;
  readonly start: Start;
  readonly workflow: Workflow;
  readonly tasks: Plan['tasks'];
  readonly inputs: Expansion['inputs'];
}

function environmentOf(request: CreateRequest, workflow: Workflow): string {
  return request.environment ?? Object.keys(workflow.environments)[0] ?? ENVIRONMENT;
}

function planOf(request: CreateRequest, { name, start, workflow, tasks, inputs }: Planned): Plan {
  const environment = environmentOf(request, workflow);
  return {
    iteration: name,
    workflow: workflow.name,
    target: start.target,
    base: start.base,
    created: request.now,
    strategy: workflow.merge.strategy,
    maxParallel: request.maxParallel ?? workflow.concurrency,
    ...(workflow.perProvider === undefined ? {} : { perProvider: workflow.perProvider }),
    environment,
    human: workflow.environments[environment]?.human ?? 'required',
    inputs,
    ...(workflow.escalation === undefined ? {} : { escalation: workflow.escalation }),
    ...(workflow.decision === undefined ? {} : { decision: workflow.decision }),
    ...(workflow.budget === undefined ? {} : { budget: workflow.budget }),
    tasks,
  };
}

/** The configuration wins over the workflow, and the workflow over what the agents say of themselves. */
function modelsFor(workflow: Workflow, { tiers = {}, models = {} }: Pick<CreateRequest, 'tiers' | 'models'>): Models {
  return mergedModels(mergedModels(tiers, workflow.models ?? {}), models);
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

function cycleProblems(plan: Plan): Problem[] {
  const cycle = cycleIn(plan.tasks);
  return cycle.length === 0
    ? []
    : [
        {
          what: `the needs of ${cycle.join(', ')} go round in a circle`,
          fix: 'take one out of the workflow',
        },
      ];
}

interface Parts {
  readonly plan: Plan;
  readonly sources: Sources & { readonly workflow: ChosenWorkflow };
  readonly expansion: Expansion;
  readonly found: PromptSourcesFound;
  readonly repository: string;
}

function contentsOf({ plan, sources, expansion, found, repository }: Parts): {
  readonly contents: Contents;
  readonly problems: readonly Problem[];
} {
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
  return { contents: { ...contents, 'manifest.json': manifestText(plan, hashes) }, problems };
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

function refused(problems: readonly Problem[]): Refused {
  return { problems, exit: 2 };
}
