/** What a repository has to be for a new iteration, which name it gets, and what is worth a warning. Asks git and the disk; changes nothing. */
import { commitId, type CommitId } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { slugOf } from '../core/slug.ts';
import type { Inputs } from '../core/workflow.ts';
import { headFacts, readBlob, uncommittedPaths } from '../effects/git-facts.ts';
import { git } from '../effects/git.ts';
import type { Repository } from '../effects/repository.ts';
import { ITERATIONS, iterationNames } from './iteration.ts';

const LONGEST_SLUG = 40;
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** What `npm init` writes; nobody means it as a test. */
const NO_TEST = 'no test specified';

/** Kinds of repositories in which nothing can be worked on. */
export function repositoryProblems({ bare, root, submoduleOf }: Repository): Problem[] {
  if (submoduleOf !== undefined) return [{ what: `"${root}" is a submodule of "${submoduleOf}"`, fix: 'work in a clone of its own' }];
  return bare
    ? [
        {
          what: `"${root}" is a bare repository`,
          fix: 'work in a clone with a checkout: git clone',
        },
      ]
    : [];
}

export interface Start {
  /** Full name of the branch the work lands on. */
  readonly target: string;
  readonly base: CommitId;
  readonly problems: readonly Problem[];
}

/** Where agents start and the work lands: the commit and branch of the checkout. With problems the values only fill a place. */
export async function startOf(root: string): Promise<Start> {
  const { branch, commit } = await headFacts(root);
  const problems: Problem[] = [];
  if (commit === undefined)
    problems.push({
      what: `the branch "${branch ?? 'HEAD'}" has no commit to start from`,
      fix: 'commit something first: git commit --allow-empty -m "Start"',
    });
  else if (branch === undefined)
    problems.push({
      what: 'HEAD is detached, so there is no branch to land on',
      fix: 'switch to one: git switch <branch>',
    });
  return { target: branch ?? 'refs/heads/', base: commit ?? commitId('0'.repeat(40)), problems };
}

/** `NNN-slug` with the next number, three digits at least. */
export function nextName(root: string, slug: string): string {
  const numbers = iterationNames(root).map((name) => Number.parseInt(name, 10));
  return `${String(Math.max(0, ...numbers) + 1).padStart(3, '0')}-${slug}`;
}

/** A slug of another form, or one that is taken. */
export function slugProblems(root: string, slug: string): Problem[] {
  if (!SLUG.test(slug) || slug.length > LONGEST_SLUG) {
    const better = slugOf(slug).slice(0, LONGEST_SLUG).replace(/-+$/, '');
    const form = `lower-case letters, digits and single dashes, at most ${LONGEST_SLUG}`;
    return [
      {
        what: `"${slug}" is no name for an iteration`,
        fix: better === '' ? `use ${form}` : `use ${form}: ${better}`,
      },
    ];
  }
  const taken = iterationNames(root).find((name) => name.replace(/^\d+-/, '') === slug);
  if (taken === undefined) return [];
  return [
    {
      file: `${ITERATIONS}/${taken}`,
      what: `the iteration "${slug}" exists already`,
      fix: `choose another name, or go on with it: iter launch ${taken}`,
    },
  ];
}

/** Branches that are there and would be overwritten, or that git could not have beside those of the plan. */
export async function branchProblems(root: string, name: string, plan: Plan): Promise<Problem[]> {
  const listing = await git(root, ['for-each-ref', '--format=%(refname)', 'refs/heads/iter']);
  const existing = listing.split('\n').filter((ref) => ref !== '');
  const wanted = plan.tasks.map((task) => task.branch);
  const rename = (short: string): string => `rename it: git branch -m ${short} ${short.replaceAll('/', '-')}-old`;
  const taken = new Set(wanted);
  // git keeps no branch below another: every folder a wanted branch lies in is in the way as well
  const folders = new Set(wanted.flatMap((branch) => branch.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'))));
  const clashes = existing
    .filter((ref) => taken.has(ref) || folders.has(ref) || wanted.some((branch) => ref.startsWith(`${branch}/`)))
    .map((ref) => ref.replace('refs/heads/', ''))
    .map((short): Problem => ({
      what: `the branch "${short}" is in the way of the branches of ${name}`,
      fix: rename(short),
    }));
  const seen = new Set<string>();
  const twice = plan.tasks.filter((task) => seen.size === seen.add(task.branch).size);
  return [
    ...clashes,
    ...twice.map((task): Problem => ({
      what: `${task.id} shares the branch "${task.branch}" with another task`,
      fix: 'give every task a branch of its own',
    })),
  ];
}

/** What does not stop the iteration but would surprise the person later. */
export async function warningsFor(root: string, plan: Plan, inputs: Inputs): Promise<string[]> {
  const [dirty, modules, manifest] = await Promise.all([
    uncommittedPaths(root, `${ITERATIONS}/`),
    readBlob(root, plan.base, '.gitmodules'),
    readBlob(root, plan.base, 'package.json'),
  ]);
  const warnings: string[] = [];
  if (dirty.length > 0) {
    const paths = dirty.length === 1 ? '1 uncommitted path is' : `${dirty.length} uncommitted paths are`;
    warnings.push(`agents start from the commit ${plan.base.slice(0, 7)}; ${paths} not seen by them`);
  }
  if (modules !== undefined) warnings.push('the repository has submodules; they are left empty in the worktrees of agents');
  if (inputs['test_command'] === '' && manifest !== undefined && 'bytes' in manifest && hasTestScript(manifest.bytes)) {
    warnings.push('package.json has a test script, but no check runs it; to add it: --input test_command="npm test"');
  }
  return warnings;
}

function hasTestScript(bytes: Uint8Array): boolean {
  try {
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly scripts?: { readonly test?: unknown };
    } | null;
    const script = manifest?.scripts?.test;
    return typeof script === 'string' && script.trim() !== '' && !script.includes(NO_TEST);
  } catch {
    // whoever broke package.json hears about it from npm, not from here
    return false;
  }
}
