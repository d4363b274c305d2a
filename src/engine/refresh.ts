/** `iter refresh`: the generated files of an iteration as they would be made today, from its locked workflow and the roles, skills and templates there are now. */
import { basename, join } from 'node:path';
import { expand } from '../core/expand.ts';
import type { CommitId } from '../core/ids.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { fateOf } from '../core/refresh-plan.ts';
import type { GeneratedFile } from '../core/refresh-plan.ts';
import { globKey } from '../core/targets.ts';
import type { Workflow } from '../core/workflow.ts';
import { readText } from '../effects/disk.ts';
import { removeFolder, writeText } from '../effects/folder.ts';
import { gitResult } from '../effects/git.ts';
import { acquire } from '../effects/lock.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { sha256 } from '../effects/sha256.ts';
import { parseCriteria } from '../files/criteria.ts';
import { manifestText, parseManifest } from '../files/manifest.ts';
import type { FileHashes } from '../files/manifest.ts';
import { loadWorkflow } from '../files/workflow.ts';
import { LOCK_FILE, parseWorkflowLock, workflowLockText } from '../files/workflow-lock.ts';
import type { Lock } from '../files/workflow-lock.ts';
import { readRoles } from './create-roles.ts';
import type { Iteration } from './iteration.ts';
import { CRITERIA_FILE, ITERATIONS } from './iteration.ts';
import { repositoryLock } from './places.ts';
import { findPromptSources, pinsOf, renderedFiles } from './prompt-sources.ts';

/** Where new texts go beside those a person has edited, below the iteration folder. */
const FRESH = join('.run', 'refresh');
/** Milliseconds to wait for another iter that writes in the repository. */
const PATIENCE = 30_000;

export interface Refreshed {
  readonly written: readonly string[];
  /** Edited by a person; `fresh` is where the new text is, when there is one. */
  readonly kept: readonly { readonly path: string; readonly fresh?: string }[];
  readonly left: readonly { readonly path: string; readonly reason: string }[];
  readonly unchanged: readonly string[];
  readonly warnings: readonly string[];
}

export interface RefreshOptions {
  readonly dryRun: boolean;
  /** The person's own folder of iter. */
  readonly personal: string;
}

/** Writes what has changed, or says what stands in the way; with the same inputs as before not a byte changes. */
export async function refresh(
  iteration: Iteration,
  { dryRun, personal }: RefreshOptions,
): Promise<Refreshed | { readonly problems: readonly Problem[] }> {
  if (dryRun) return perform(iteration, personal, false);
  const lock = await acquire(repositoryLock(iteration.repository.gitDirectory), { what: `iter refresh ${iteration.name}`, wait: PATIENCE });
  try {
    return await perform(iteration, personal, true);
  } finally {
    lock.release();
  }
}

async function perform(
  iteration: Iteration,
  personal: string,
  writing: boolean,
): Promise<Refreshed | { readonly problems: readonly Problem[] }> {
  const { directory, state, plan } = iteration;
  const before = manifestOf(iteration);
  const made = await textsOfToday({ ...iteration, plan: asMade(plan, before.plan) }, personal, before.files);
  if ('problems' in made) return made;
  const files = Object.entries(made.texts).map(([path, text]) => ({ text, ...factsOf(path, text) }));
  function factsOf(path: string, text: string): GeneratedFile {
    const found = readText(join(directory, path));
    const task = plan.tasks.find((one) => one.prompt === path);
    const phase = task === undefined ? undefined : (state.tasks[task.id]?.phase.name ?? 'waiting');
    const written = before.files[path];
    return {
      path,
      fresh: sha256(text),
      ...(found === undefined ? {} : { found: sha256(found) }),
      ...(written === undefined ? {} : { written }),
      ...(phase === undefined ? {} : { phase }),
    };
  }
  const judged = files.map((file) => ({ ...file, fate: fateOf(file) }));
  const written = judged.filter(({ fate }) => fate.is === 'written');
  const kept = judged.filter(({ fate }) => fate.is === 'kept');
  if (writing) {
    removeFolder(join(directory, FRESH));
    for (const { path, text } of written) writeAtomic(join(directory, path), text);
    for (const { path, text, fate } of kept) if (fate.is === 'kept' && fate.news) writeText(join(directory, FRESH, path), text);
    const ours = judged.filter(({ fate }) => fate.is === 'written' || fate.is === 'unchanged').map(({ path, fresh }) => [path, fresh]);
    const text = manifestText(before.plan, { ...before.files, ...(Object.fromEntries(ours) as FileHashes) });
    // last: a refresh that is cut off is done again
    if (text !== before.text) writeAtomic(join(directory, 'manifest.json'), text);
  }
  return {
    written: written.map(({ path }) => path),
    kept: kept.map(({ path, fate }) => ({ path, ...(fate.is === 'kept' && fate.news ? { fresh: join(FRESH, path) } : {}) })),
    left: judged.flatMap(({ path, fate }) => (fate.is === 'left' ? [{ path, reason: fate.reason }] : [])),
    unchanged: judged.filter(({ fate }) => fate.is === 'unchanged').map(({ path }) => path),
    warnings: made.warnings,
  };
}

/** Without the tasks that came while it ran: their prompts were made when they came. */
function asMade(plan: Plan, { tasks: made }: Plan): Plan {
  const known = new Set(made.map((task) => task.id));
  const tasks = plan.tasks.filter((task) => known.has(task.id));
  return { ...plan, tasks: tasks.map((task) => ({ ...task, needs: task.needs.filter((need) => known.has(need)) })) };
}

function manifestOf({ directory }: Iteration): { readonly text: string; readonly plan: Iteration['plan']; readonly files: FileHashes } {
  const text = readText(join(directory, 'manifest.json')) ?? '';
  const { plan, files } = parseManifest(text, 'manifest.json');
  if (plan === undefined || files === undefined) throw new Error('the manifest was read a moment ago');
  return { text, plan, files };
}

type Today = { readonly texts: Readonly<Record<string, string>>; readonly warnings: readonly string[] };

async function textsOfToday(
  iteration: Iteration,
  personal: string,
  hashes: FileHashes,
): Promise<Today | { readonly problems: readonly Problem[] }> {
  const { directory, plan, repository } = iteration;
  const { root } = repository;
  const shown = `${ITERATIONS}/${iteration.name}/${LOCK_FILE}`;
  const read = parseWorkflowLock(readText(join(directory, LOCK_FILE)) ?? '', shown);
  if ('problem' in read) return { problems: [read.problem] };
  const { lock } = read;
  const loaded = loadWorkflow(lock.text, shown);
  if (loaded.workflow === undefined) return { problems: loaded.problems };
  if (plan.inputs === undefined)
    return { problems: [{ file: shown, what: 'the iteration was made by an iter that did not keep its inputs', fix: 'make a new one' }] };
  const written = { workflow: loaded.workflow, roles: loaded.roles ?? {}, pin: lock.workflow };
  const roles = readRoles(written, { root, personal });
  const { workflow } = roles.chosen ?? written;
  const slug = iteration.name.replace(/^\d+-/, '');
  const { environment, inputs } = plan;
  const expansion = expand({
    workflow,
    globs: globsIn(workflow, plan.tasks),
    iteration: iteration.name,
    slug,
    inputs,
    roles: roles.roles,
    agent: '',
    environment,
  });
  const tip = await gitResult(root, ['rev-parse', '-q', '--verify', `${plan.target}^{commit}`]);
  const commit = (tip.exitCode === 0 ? tip.stdout.trim() : plan.base) as CommitId;
  const found = await findPromptSources(workflow, roles.roles, { root, commit, branch: plan.target, personal });
  const problems = [...roles.problems, ...expansion.problems, ...found.problems, ...dealtOtherwise(plan.tasks, expansion.tasks)];
  if (problems.length > 0) return { problems };
  const criteria = readText(join(directory, CRITERIA_FILE));
  const checks =
    criteria === undefined ? expansion.checks : parseCriteria(criteria, CRITERIA_FILE).checks.map(({ line: _line, ...check }) => check);
  const given = Object.keys(hashes).filter((path) => path.startsWith('context/given/'));
  const name = basename(root);
  const { files, problems: faults } = renderedFiles(
    {
      plan,
      workflow,
      workflowPin: lock.workflow,
      roles: roles.roles,
      rolePins: roles.pins,
      checks,
      prompts: expansion.prompts,
      inputs: expansion.inputs,
      references: given.map((path) => ({ path, source: lock.given?.[path] ?? path })),
      repository: name,
      worktrees: `../${name}-worktrees/${plan.iteration}`,
    },
    found,
  );
  if (faults.length > 0) return { problems: faults };
  const prompts = Object.entries(files).filter(([path]) => plan.tasks.some((task) => task.prompt === path));
  const fresh: Lock = { ...lock, roles: roles.pins, templates: found.templates.pins, skills: pinsOf(found.skills) };
  const texts = {
    ...Object.fromEntries(prompts),
    'README.md': files['README.md'] ?? '',
    // where a given file came from was not always kept
    ...(given.every((path) => lock.given?.[path] !== undefined) ? { 'CONTEXT.md': files['CONTEXT.md'] ?? '' } : {}),
    [LOCK_FILE]: workflowLockText(fresh),
  };
  return { texts, warnings: found.warnings };
}

/** The targets the iteration was made with, not those the patterns would find today. */
function globsIn({ steps }: Workflow, tasks: readonly PlannedTask[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    steps.flatMap(({ id, targets }) =>
      targets?.from.is === 'glob'
        ? [[globKey(targets.from.globs), tasks.filter((task) => task.step === id).flatMap((task) => task.targets)] as const]
        : [],
    ),
  );
}

/** Roles of today that would share the work out in another way: the prompts would not fit the plan. */
function dealtOtherwise(planned: readonly PlannedTask[], today: readonly PlannedTask[]): Problem[] {
  const share = ({ id, step, targets }: PlannedTask): string => `${id} ${step} ${targets.join('\n')}`;
  const now = new Set(today.map(share));
  const others = planned.filter((task) => !now.has(share(task))).map((task) => task.id);
  if (others.length === 0 && planned.length === today.length) return [];
  const which = others.length === 0 ? 'more tasks' : others.join(', ');
  return [
    { what: `with the roles of today the work would be shared out otherwise: ${which}`, fix: 'make a new iteration: iter new <slug>' },
  ];
}
