/** Looks whether everything iter needs is there. Starts only `git --version`; agents are looked at in agent-doctor.ts. */
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { problemLine } from '../core/problem.ts';
import { sizeText } from '../core/size.ts';
import { readText } from '../effects/disk.ts';
import { git } from '../effects/git.ts';
import { headFacts, identity, uncommittedPaths } from '../effects/git-facts.ts';
import { freeBytes } from '../effects/machine.ts';
import { locate } from '../effects/repository.ts';
import { loadConfig } from '../files/config.ts';
import { ITERATIONS } from './iteration.ts';

export interface Finding {
  readonly state: 'good' | 'absent' | 'doubtful' | 'bad';
  readonly what: string;
  readonly fix?: string;
}

/** `merge-tree --write-tree` came with git 2.38. */
const OLDEST_GIT = [2, 38] as const;
/** Seed 004's limit for the disk that holds the worktrees. */
const DISK_NEEDED = 5 * 1024 ** 3;

/** Everything worth knowing before a first run, in order. */
export async function examine(directory: string): Promise<Finding[]> {
  const place = resolve(directory);
  const repository = locate(place);
  return [
    await gitVersion(place),
    ...(repository === undefined
      ? [bad(`${place} is not inside a git repository`, 'git init')]
      : await repositoryFindings(repository.root, repository)),
  ];
}

const good = (what: string): Finding => ({ state: 'good', what });
const bad = (what: string, fix: string): Finding => ({ state: 'bad', what, fix });

async function gitVersion(directory: string): Promise<Finding> {
  const text = await git(directory, ['--version']);
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text)?.slice(1) ?? []).map(Number);
  const enough = major > OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor >= OLDEST_GIT[1]);
  return enough ? good(text) : bad(`${text} is too old`, `iter needs ${OLDEST_GIT.join('.')} or newer`);
}

async function repositoryFindings(root: string, repository: { readonly bare: boolean; readonly submoduleOf?: string }): Promise<Finding[]> {
  if (repository.bare) return [bad(`${root} is a bare repository`, 'run iter in a clone of it')];
  if (repository.submoduleOf !== undefined)
    return [
      bad(`${root} is a submodule of ${repository.submoduleOf}`, 'run iter in the repository that contains it, or in a clone of its own'),
    ];
  const { branch, commit } = await headFacts(root);
  const who = await identity(root);
  const dirty = await uncommittedPaths(root, `${ITERATIONS}/`);
  const worktrees = worktreesBeside(root);
  const config = readText(join(root, '.iter', 'config.yaml'));
  const configProblems = config === undefined ? [] : loadConfig(config, '.iter/config.yaml').problems;
  return [
    commit === undefined
      ? bad(`${root} has no commits yet`, 'make one: git commit --allow-empty -m "Start"')
      : good(`repository ${root} at ${commit.slice(0, 10)}`),
    branch === undefined
      ? bad('HEAD is detached', 'switch to the branch the work is to land on: git switch <branch>')
      : good(`work would land on ${branch.replace('refs/heads/', '')}`),
    dirty.length === 0
      ? good('the checkout is clean')
      : {
          state: 'good',
          what: `${dirty.length} uncommitted ${dirty.length === 1 ? 'path' : 'paths'}: agents start from the commit and do not see them`,
        },
    who.email === 'iter@localhost'
      ? {
          state: 'absent',
          what: 'git knows no name and e-mail address for you',
          fix: 'iter commits as "iter"; to change that: git config user.name and user.email',
        }
      : good(`commits are made as ${who.name} <${who.email}>`),
    await diskFinding(root),
    ...(worktrees.startsWith(`${tmpdir()}/`)
      ? [
          {
            state: 'absent' as const,
            what: `worktrees lie below ${tmpdir()}`,
            fix: 'some agents may write anywhere in there; move the repository elsewhere for real work',
          },
        ]
      : []),
    config === undefined
      ? { state: 'absent', what: 'no .iter/config.yaml', fix: 'the defaults hold; to write one: iter init' }
      : configProblems.length === 0
        ? good('.iter/config.yaml reads well')
        : bad(configProblems.map(problemLine).join('; '), 'mend it'),
  ];
}

const worktreesBeside = (root: string): string => join(dirname(root), `${basename(root)}-worktrees`);

/** Whether the disk that gets the worktrees has room. */
export async function diskFinding(root: string): Promise<Finding> {
  const free = await freeBytes(dirname(root));
  const worktrees = worktreesBeside(root);
  return free >= DISK_NEEDED
    ? good(`${sizeText(free - (free % 1024 ** 3))} free for worktrees in ${worktrees}`)
    : bad(`only ${Math.round(free / 1024 ** 2)} MB free for worktrees in ${worktrees}`, 'free some: 5 GB are the least to be safe');
}
