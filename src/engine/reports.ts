/** The views that are drawn from events: ORCHESTRATION_LOG.md and INTEGRATION_REPORT.md. Safe to delete. */
import { join } from 'node:path';
import type { Verdict } from '../core/check.ts';
import type { Event } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import { sentence } from '../core/sentence.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { readLog } from '../effects/event-log.ts';
import { render } from '../files/template.ts';
import type { Chain } from './chain.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { logFile } from './iteration.ts';
import { backupRef } from './landing.ts';
import { shortName } from './move-branch.ts';
import type { Run } from './run.ts';

/** Draws ORCHESTRATION_LOG.md. */
export async function renderLog(iteration: Iteration): Promise<void> {
  const { events } = readLog(logFile(iteration.directory));
  const lines = events.map((event) => ({ at: event.at, text: sentence(event), ...('task' in event ? { task: event.task } : {}) }));
  writeAtomic(join(iteration.directory, 'ORCHESTRATION_LOG.md'), render('orchestration-log.md', { iteration: iteration.name, lines }));
}

/** Draws INTEGRATION_REPORT.md and gives its path. */
export async function renderReport(run: Run, gate: { verdict: Verdict; chain: Chain }, context: Context): Promise<string> {
  const { iteration, state } = run;
  const { events } = readLog(logFile(iteration.directory));
  const { verdict, chain } = gate;
  const landing = lastLanding(events);
  const proposal = lastProposal(events, chain);
  const text = render('integration-report.md', {
    iteration: iteration.name,
    at: context.now().toISOString(),
    decision: verdict.decision,
    tree: verdict.tree,
    strategy: run.plan.strategy,
    ...(landing === undefined ? {} : { landing }),
    ...(proposal === undefined ? {} : { proposal }),
    tasks: run.plan.tasks.map((task) => {
      const current = state.tasks[task.id];
      const commit = chain.landed.find((one) => one.task === task.id)?.commits.at(-1) ?? current?.head;
      return {
        id: task.id,
        title: task.title,
        instance: task.instance,
        attempts: current?.attempt ?? 0,
        state: current?.phase.name ?? 'waiting',
        ...(commit === undefined ? {} : { commit: commit.slice(0, 10) }),
      };
    }),
    rejections: events.flatMap((event) =>
      event.type === 'review-rejected'
        ? [{ task: event.task, rejection: event.rejection, goto: event.goto, findings: event.findings }]
        : [],
    ),
    conflicts: events.flatMap((event) =>
      event.type === 'merge-conflicted' ? [{ task: event.task, attempt: event.attempt, paths: event.paths }] : [],
    ),
    results: verdict.results,
    missed: verdict.missed,
  });
  const file = join(iteration.directory, 'INTEGRATION_REPORT.md');
  writeAtomic(file, text);
  return file;
}

/** Where this very chain was pushed to for somebody to merge. */
function lastProposal(
  events: readonly Event[],
  { after }: Chain,
): { target: string; branch: string; remote: string; after: string; url?: string } | undefined {
  const last = events.findLast((event) => event.type === 'landing-proposed' && event.after === after);
  if (last?.type !== 'landing-proposed') return undefined;
  const { target, branch, remote, url } = last;
  return { target: shortName(target), branch, remote, after, ...(url === undefined ? {} : { url }) };
}

function lastLanding(
  events: readonly Event[],
): { target: string; before: string; after: string; commits: number; tasks: readonly TaskId[]; backup: string } | undefined {
  const last = events.findLast((event) => event.type === 'landing-finished' && event.commits > 0);
  if (last?.type !== 'landing-finished') return undefined;
  const iteration = events.find((event) => event.type === 'iteration-created');
  const name = iteration?.type === 'iteration-created' ? iteration.iteration : '';
  return {
    target: shortName(last.target),
    before: last.before,
    after: last.after,
    commits: last.commits,
    tasks: last.tasks,
    backup: backupRef(name, last.before),
  };
}
