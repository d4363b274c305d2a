/** Checks on what is no file: lines a branch added, open blockers, the checkout, the disk, programs. None of them says figures that differ between two looks. */
import { dirname, join } from 'node:path';
import { childEnvironment } from '../agents/environment.ts';
import type { Check, Result } from '../core/check.ts';
import type { CommitId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import { blockerTitle, isAsBad } from '../core/open-blockers.ts';
import { fold } from '../core/reduce.ts';
import { sizeText } from '../core/size.ts';
import { isAtLeast, parseTool, versionIn } from '../core/tool.ts';
import { mergeCommits } from '../effects/commit-objects.ts';
import { readText } from '../effects/disk.ts';
import { readLog } from '../effects/event-log.ts';
import { removeFolder } from '../effects/folder.ts';
import { gitResult } from '../effects/git.ts';
import { bareDiff, uncommittedPaths } from '../effects/git-facts.ts';
import { freeBytes } from '../effects/machine.ts';
import { runCommand } from '../effects/process.ts';
import { addedLines } from '../files/added-lines.ts';
import { about, count, named } from '../files/outcome.ts';
import { secretsIn } from '../files/secrets.ts';
import { blockersNow } from './blockers.ts';
import type { Subject } from './checks.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { ITERATIONS, logFile } from './iteration.ts';
import { iterationCookie } from './places.ts';
import { onPath } from './preflight.ts';

type Of<Kind extends Check['check']> = Extract<Check, { check: Kind }>;

/** Looks for secrets in what the task added, or in all that would land. */
export async function judgeSecrets(iteration: Iteration, check: Of<'secrets'>, subject: Subject): Promise<Result> {
  const own = check.task === undefined ? { base: subject.before, head: subject.commit } : subject.work[check.task];
  const found = own === undefined ? [] : secretsIn(addedLines(await bareDiff(iteration.repository.root, own.base, own.head)));
  const [first] = found;
  const told = found.map(
    ({ file, line, rule, withoutReason }) => `${file}:${line} ${rule}${withoutReason ? ' (iter:allow-secret needs a reason)' : ''}`,
  );
  return {
    ...about(check),
    pass: first === undefined,
    message:
      first === undefined ? 'no secrets in the lines that were added' : `looks like ${count(found.length, 'secret')}: ${named(told)}`,
    ...(first === undefined ? {} : { file: first.file, line: first.line }),
    measured: found.length,
    expected: 0,
  };
}

/** Counts the open blockers that are bad enough, of the task or of all. */
export function judgeBlockers(iteration: Iteration, check: Of<'blockers'>): Result {
  // what happened since the iteration was opened counts
  const state = fold(readLog(logFile(iteration.directory)).events);
  const open = blockersNow(iteration, state).filter(
    (blocker) =>
      isAsBad(blocker.severity, check.severity) && (check.task === undefined || blocker.task === undefined || blocker.task === check.task),
  );
  const said = open.map((blocker) => `${blocker.severity} from ${blocker.by}: ${blockerTitle(blocker)}`);
  const worse = `of severity ${check.severity} or worse`;
  return {
    ...about(check),
    pass: open.length <= check.open,
    message: open.length === 0 ? `no open blockers ${worse}` : `${count(open.length, 'open blocker')} ${worse}: ${named(said)}`,
    measured: open.length,
    expected: check.open,
  };
}

/** Looks at the main checkout, and whether the work merges with a branch without conflict. */
export async function judgeGit(iteration: Iteration, check: Of<'git'>, subject: Subject): Promise<Result> {
  const { root } = iteration.repository;
  const dirty = check.clean ? await uncommittedPaths(root, `${ITERATIONS}/`) : [];
  const wrong = [
    ...(dirty.length === 0 ? [] : [`the checkout has ${count(dirty.length, 'uncommitted path')}: ${named(dirty)}`]),
    ...(check.fits === undefined ? [] : await conflictsWith(root, subject.commit, check.fits)),
  ];
  const good = [
    ...(check.clean ? ['the checkout is clean'] : []),
    ...(check.fits === undefined ? [] : [`goes together with ${check.fits}`]),
  ].join(', ');
  return {
    ...about(check),
    pass: wrong.length === 0,
    message: wrong.length === 0 ? good : wrong.join('; '),
    measured: wrong.length,
    expected: 0,
  };
}

async function conflictsWith(root: string, commit: CommitId, branch: string): Promise<string[]> {
  for (const ref of [`refs/heads/${branch}`, `refs/remotes/${branch}`, `refs/remotes/origin/${branch}`]) {
    const tip = await gitResult(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    if (tip.exitCode !== 0) continue;
    const merged = await mergeCommits(root, commit, commitId(tip.stdout));
    return 'paths' in merged ? [`conflicts with ${branch} in ${named(merged.paths)}`] : [];
  }
  return [`there is no branch ${branch}`];
}

/** Compares the room on the disk of the repository. */
export async function judgeDisk(iteration: Iteration, check: Of<'disk_free'>): Promise<Result> {
  const pass = (await freeBytes(dirname(iteration.repository.root))) >= check.bytes;
  const amount = sizeText(check.bytes);
  return {
    ...about(check),
    pass,
    message: pass ? `at least ${amount} free` : `less than ${amount} free on the disk of the repository`,
    measured: pass ? 'enough' : 'too little',
    expected: amount,
  };
}

/** Milliseconds a program has to say its version. */
const PATIENCE = 10_000;

/** Looks for programs on PATH, and asks those with a least version for theirs. */
export async function judgeTools(iteration: Iteration, check: Of<'tools'>, context: Context): Promise<Result> {
  const wrong: string[] = [];
  for (const written of check.tools) {
    const tool = parseTool(written);
    if ('problem' in tool) wrong.push(tool.problem);
    else if (!onPath(tool.program, context)) wrong.push(`${tool.program} is not on PATH`);
    else if (tool.version !== undefined) {
      const found = await versionOf(iteration, tool.program, context);
      if (found === undefined) wrong.push(`${tool.program} does not say its version`);
      else if (!isAtLeast(found, tool.version)) wrong.push(`${tool.program} is ${found}, at least ${tool.version} wanted`);
    }
  }
  return {
    ...about(check),
    pass: wrong.length === 0,
    message: wrong.length === 0 ? `there: ${check.tools.join(', ')}` : wrong.join('; '),
    measured: check.tools.length - wrong.length,
    expected: check.tools.length,
  };
}

/** `--version` is what nearly all understand; `version` is Go's way. */
async function versionOf(iteration: Iteration, program: string, context: Context): Promise<string | undefined> {
  for (const argument of ['--version', 'version']) {
    const logFile = join(iteration.directory, '.run', 'evidence', `tool-${program}.log`);
    // output is appended: what an earlier look left is no answer
    removeFolder(logFile);
    const ended = await runCommand({
      argv: [program, argument],
      cwd: iteration.repository.root,
      env: childEnvironment(context.environment, [], { CI: 'true' }),
      timeout: PATIENCE,
      logFile,
      cookie: `${iterationCookie(iteration)}tool:${program}:`,
      signal: context.signal,
    });
    const version = ended.exit === 0 ? versionIn((readText(logFile) ?? '').slice(0, 4000)) : undefined;
    if (version !== undefined) return version;
  }
  return undefined;
}
