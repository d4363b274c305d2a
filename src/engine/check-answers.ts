/** What the answers to findings refer to: whether the commits they name belong to the work, and the paths to files. */
import type { SourceFile } from '../core/check.ts';
import type { CommitId } from '../core/ids.ts';
import { gitResult } from '../effects/git.ts';
import { answersIn, type AnswerFacts } from '../files/dispositions.ts';
import type { DataCheck } from '../files/evaluate-data.ts';
import { textIn } from '../files/outcome.ts';
import { readFiles, type CheckFiles } from './check-files.ts';
import type { Subject } from './checks.ts';
import type { Iteration } from './iteration.ts';

/** Looks up every commit and every path the answers name; a path is of the repository or of the iteration folder. */
export async function readAnswers(
  iteration: Iteration,
  checks: readonly DataCheck[],
  { files, subject }: { readonly files: CheckFiles; readonly subject: Subject },
): Promise<AnswerFacts> {
  const said = checks.flatMap((check) => {
    const read = check.check === 'dispositions' ? textIn(files.at(check)) : undefined;
    const parsed = read !== undefined && 'text' in read ? answersIn(read.text) : undefined;
    return parsed !== undefined && 'answers' in parsed ? parsed.answers.map((answer) => answer.said) : [];
  });
  const named = [...new Set(said.flatMap((one) => (one.path !== undefined && isInside(one.path) ? [one.path] : [])))];
  const further = named.flatMap((file): SourceFile[] => [
    { in: 'repository', file },
    { in: 'iteration', file },
  ]);
  const found = await readFiles(iteration, [], subject, further);
  const isFile = (source: SourceFile): boolean => {
    const content = found.at(source);
    return content !== undefined && 'bytes' in content;
  };
  const paths = new Set(named.filter((file) => isFile({ in: 'repository', file }) || isFile({ in: 'iteration', file })));
  const commits = new Set<string>();
  for (const commit of new Set(said.flatMap((one) => one.commit ?? [])))
    if (await isOfWork(iteration, commit, subject)) commits.add(commit);
  return { commits, paths };
}

const isInside = (path: string): boolean => !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..');

/** In the history of what is judged, or of a task that was accepted, and not in what all of it started from. */
async function isOfWork(iteration: Iteration, commit: string, subject: Subject): Promise<boolean> {
  if (!/^[0-9a-f]{7,64}$/i.test(commit)) return false;
  const { root } = iteration.repository;
  const resolved = await gitResult(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`]);
  if (resolved.exitCode !== 0) return false;
  const inside = async (head: CommitId): Promise<boolean> =>
    (await gitResult(root, ['merge-base', '--is-ancestor', resolved.stdout, head])).exitCode === 0;
  if (await inside(iteration.plan.base)) return false;
  for (const head of [subject.commit, ...Object.values(subject.work).map((one) => one.head)]) if (await inside(head)) return true;
  return false;
}
