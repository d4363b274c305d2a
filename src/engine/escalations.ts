/** A file for each question to a person, below `escalations/`: drawn from the events, safe to delete. Answers are given with `iter decide`. */
import { join } from 'node:path';
import type { Event, EventOf } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import { downstreamOf, type Plan } from '../core/plan.ts';
import { readLog } from '../effects/event-log.ts';
import { readText } from '../effects/disk.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { render } from '../files/template.ts';
import { logFile } from './iteration.ts';
import type { Run } from './run.ts';

type Asked = EventOf<'decision-requested'>;

/** Draws the file of every question that was asked beyond what the workflow planned to ask. */
export function renderEscalations(run: Run): void {
  const { directory } = run.iteration;
  const { events } = readLog(logFile(directory));
  const asked = events.filter((event): event is Asked => event.type === 'decision-requested' && event.kind !== 'manual');
  for (const one of asked) {
    const file = join(directory, 'escalations', `${one.id}.md`);
    const text = textOf(run.plan, one, events);
    if (readText(file) !== text) writeAtomic(file, text);
  }
}

function textOf(plan: Plan, asked: Asked, events: readonly Event[]): string {
  const task = plan.tasks.find((one) => one.id === asked.task);
  const joined = events.flatMap((event) => (event.type === 'decision-joined' && event.id === asked.id ? [event.task] : []));
  const waiting: readonly TaskId[] = [asked.task, ...joined];
  const answer = events.find((event) => event.type === 'decision-made' && event.id === asked.id);
  return render('escalation.md', {
    id: asked.id,
    question: asked.question,
    step: task?.step ?? '',
    task: asked.task,
    title: task?.title ?? '',
    since: asked.at,
    until: asked.until ?? '',
    who: task?.human?.who ?? plan.escalation?.to ?? 'whoever runs the iteration',
    options: asked.options,
    recommendation: recommendationFor(asked),
    blocking: [...waiting, ...downstreamOf(plan, waiting)],
    ...(answer?.type === 'decision-made'
      ? { answer: { option: answer.option, by: answer.by, at: answer.at, reason: answer.reason ?? '' } }
      : {}),
  });
}

/** What costs nothing that cannot be had back; iter does not know which side is right. */
function recommendationFor({ kind, options }: Asked): string {
  const again = options.find((option) => option.id === 'again');
  if (kind === 'escalation' && again !== undefined)
    return `${again.id}, if there is something new to say with -m; nothing is lost by another round but its cost`;
  return 'none: it is a decision about the work, not about the run';
}
