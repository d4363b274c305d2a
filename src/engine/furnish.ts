/** Furnishes a worktree for an attempt: the `.iter` folder, hidden from git, with what is upstream and the prompt. */
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { inDependencyOrder, taskOf } from '../core/plan.ts';
import type { PlannedTask } from '../core/plan.ts';
import { USUAL_CONTEXT } from '../core/prompt-context.ts';
import { goesOn, type Session } from '../core/session.ts';
import { settledAt } from '../core/state.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { copyFile, ensureFolder, exists, moveFile, removeFolder, writeText } from '../effects/folder.ts';
import { clearOfLinks } from '../effects/outbox-files.ts';
import { sha256 } from '../effects/sha256.ts';
import { promptManifestText } from '../files/prompt-manifest.ts';
import type { ArtefactSource, Prompt, PromptSources } from '../files/prompt-text.ts';
import { composePrompt, newsOf, toldIn } from '../files/prompt-text.ts';
import type { AttemptValues } from '../files/template-values.ts';
import { correspondence } from './correspondence.ts';
import type { Iteration } from './iteration.ts';
import { GIVEN } from './iteration.ts';
import type { Run } from './run.ts';

/** Every prompt that was sent, with its manifest, below the iteration folder. */
const PROMPTS = join('.run', 'prompts');

/** Fills `.iter/`: folders to write to, and the artefacts of everything upstream as they are now. */
export function furnish(run: Run, task: PlannedTask, worktree: string): void {
  const { directory } = run.iteration;
  const folder = join(worktree, '.iter');
  clearOfLinks(worktree, ['.gitignore', 'out', 'outbox']);
  writeText(join(folder, '.gitignore'), '*\n');
  for (const name of ['out', 'outbox']) ensureFolder(join(folder, name));
  removeFolder(join(folder, 'context'));
  const upstream = upstreamOf(run, task).flatMap((need) =>
    need.deliverables.filter((one) => one.in === 'iteration').map((one) => one.path),
  );
  const given = listFiles(join(directory, GIVEN)).map((file) => `${GIVEN}/${file}`);
  const reviews = reviewsOf(run, task).map(({ path }) => path.replace('.iter/context/', ''));
  for (const file of ['CONTEXT.md', ...given, ...upstream, ...reviews]) {
    if (exists(join(directory, file))) copyFile(join(directory, file), join(folder, 'context', file));
  }
}

function upstreamOf(run: Run, task: PlannedTask): PlannedTask[] {
  const { plan } = run.iteration;
  const reached = new Set(task.needs);
  for (const id of reached) for (const need of taskOf(plan, id).needs) reached.add(need);
  // what was not taken of several alternatives is nothing to build on
  return plan.tasks.filter((candidate) => reached.has(candidate.id) && run.state.tasks[candidate.id]?.phase.name !== 'superseded');
}

/** Deliverables of an attempt before must not pass for those of this one: they move to `.run/attempts`. */
export function putAside(iteration: Iteration, task: PlannedTask, attempt: number): void {
  for (const deliverable of task.deliverables) {
    if (deliverable.in !== 'iteration') continue;
    const file = join(iteration.directory, deliverable.path);
    if (exists(file)) moveFile(file, join(iteration.directory, '.run', 'attempts', `${task.id}-before-${attempt}`, deliverable.path));
  }
}

export interface Occasion {
  readonly attempt: number;
  readonly base: CommitId;
  readonly continued: boolean;
  readonly worktree: string;
  /** What the agent could go on with. */
  readonly session?: Session | undefined;
}

export interface WrittenPrompt {
  /** Absolute path of what the agent is sent. */
  readonly prompt: string;
  /** Hash of what it says of the task. */
  readonly told: string;
  /** Goes on with this session: what is sent is only what is new. */
  readonly session?: Session;
}

/** Writes the whole prompt of one attempt to `.iter/TASK.md` and what is sent of it, with its manifest, to `.run/prompts`. */
export function writePrompt(run: Run, task: PlannedTask, occasion: Occasion): WrittenPrompt {
  const { iteration } = run;
  const { attempt, session } = occasion;
  const sources = sourcesOf(run, task, occasion);
  const rules = task.context ?? USUAL_CONTEXT;
  const composed = composePrompt(sources, rules);
  const whole = { ...composed, text: run.redactor.text(composed.text) };
  clearOfLinks(occasion.worktree, ['TASK.md']);
  writeText(join(occasion.worktree, '.iter', 'TASK.md'), whole.text);
  const told = sha256(toldIn(whole));
  const continues = goesOn(session, { agent: task.agent, told });
  const news = continues ? newsOf(composed, sources) : whole;
  const prompt = { ...news, text: run.redactor.text(news.text) };
  const place = join(iteration.directory, PROMPTS, `${task.id}-${attempt}`);
  const facts = { iteration: iteration.name, task: task.id, attempt, rules, prompt, hash: sha256 };
  writeText(`${place}.manifest.json`, promptManifestText({ ...facts, ...(continues ? { session: session.id } : {}) }));
  writeText(`${place}.md`, prompt.text);
  return { prompt: `${place}.md`, told, ...(continues ? { session } : {}) };
}

/** What a person has to decide before an attempt whose workflow wants nothing cut from its prompts; undefined when everything fits, or may be cut. */
export function overflowQuestion(run: Run, task: PlannedTask, occasion: Omit<Occasion, 'worktree'>): string | undefined {
  const rules = task.context ?? USUAL_CONTEXT;
  if (rules.onOverflow === 'trim' || run.state.tasks[task.id]?.trimmed === true) return undefined;
  const prompt = promptOf(run, task, occasion);
  if (!prompt.overflows) return undefined;
  const cut = prompt.artefacts
    .filter(({ wanted, form }) => wanted !== form)
    .map(({ path, form, reason }) => `${path} as ${form} (${reason ?? ''})`);
  const parts = prompt.parts.map(({ part, tokens }) => `${part} ${tokens}`).join(', ');
  const what = cut.length === 0 ? 'what has to be in it is larger than that' : `only this much fits: ${cut.join('; ')}`;
  return `the prompt of ${task.id} does not fit its budget of ${rules.budget} tokens (${parts}): ${what}`;
}

type Unplaced = Omit<Occasion, 'worktree'> & { readonly worktree?: string };

function promptOf(run: Run, task: PlannedTask, occasion: Unplaced): Prompt {
  return composePrompt(sourcesOf(run, task, occasion), task.context ?? USUAL_CONTEXT);
}

function sourcesOf(run: Run, task: PlannedTask, occasion: Unplaced): PromptSources {
  const { iteration, state } = run;
  const current = state.tasks[task.id];
  const context = readText(join(iteration.directory, 'CONTEXT.md'));
  const said = correspondence(iteration, task);
  return {
    prompt: readText(join(iteration.directory, task.prompt)) ?? `# ${task.id}: ${task.title}\n`,
    ...(context === undefined ? {} : { context }),
    artefacts: artefactsOf(run, task, occasion.worktree),
    attempt: {
      task: task.id,
      attempt: occasion.attempt,
      attempts: Math.max(occasion.attempt, task.retries + 1),
      base: occasion.base,
      continued: occasion.continued,
      failures: current?.failures ?? [],
      findings: (current?.findings ?? []).map((finding) => ({ ...finding, where: finding.where ?? '' })),
      feedback: current?.feedback ?? '',
      alternatives: unpickedNeeds(run, task),
      messages: said.messages,
      moreMessages: said.more,
      comments: said.comments,
    },
  };
}

/** The alternatives a task looks at before one of them is picked. */
export function unpickedNeeds(run: Run, task: PlannedTask): AttemptValues['alternatives'] {
  return run.plan.tasks.flatMap((other) => {
    const head = settledAt(run.state.tasks[other.id]);
    if (other.alternative === undefined || !task.needs.includes(other.id) || head === undefined) return [];
    return [{ id: other.alternative, task: other.id, branch: other.branch, commit: head }];
  });
}

/** The reviews whose gate says that the whole of what they wrote goes back with the work. */
function reviewsOf(run: Run, task: PlannedTask): ArtefactSource[] {
  if ((run.state.tasks[task.id]?.findings ?? []).length === 0) return [];
  const { directory } = run.iteration;
  const reviews = run.plan.tasks.filter((other) => other.gate?.with === 'full-review' && other.gate.goto === task.step);
  return reviews.flatMap((review) => {
    const path = review.gate?.report ?? '';
    const text = readText(join(directory, path));
    return text === undefined ? [] : [{ path: `.iter/context/${path}`, task: review.id, text }];
  });
}

/** What is upstream, the latest step first, then the files given with the iteration; without a worktree, as if everything asked for were in it. */
function artefactsOf(run: Run, task: PlannedTask, worktree?: string): ArtefactSource[] {
  const { directory } = run.iteration;
  const upstream = new Set(upstreamOf(run, task));
  const latest = inDependencyOrder(run.iteration.plan.tasks)
    .filter((one) => upstream.has(one))
    .toReversed();
  const delivered = latest.flatMap((need) =>
    need.deliverables.flatMap(({ path, in: place }): ArtefactSource[] => {
      if (place === 'repository') return worktree === undefined || exists(join(worktree, path)) ? [{ path, task: need.id }] : [];
      const text = readText(join(directory, path));
      if (text === undefined) return [];
      return [{ path: `.iter/context/${path}`, task: need.id, ...(text.includes('\0') ? {} : { text }) }];
    }),
  );
  const given = listFiles(join(directory, GIVEN)).map((file): ArtefactSource => ({ path: `.iter/context/${GIVEN}/${file}` }));
  return [...reviewsOf(run, task), ...delivered, ...given];
}
