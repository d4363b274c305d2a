/** Decisions that were given a time: what the workflow says happens when it is over, recorded as decided by the clock. */
import type { OpenDecision } from '../core/state.ts';
import type { Context } from './context.ts';
import { rejectionOf } from './decisions.ts';
import type { Run } from './run.ts';

/** Who such an answer is by. */
const CLOCK = 'the time box';

/** Applies every time box that has run out. */
export async function closeTimeBoxes(run: Run, context: Context): Promise<void> {
  const now = context.now().toISOString();
  for (const open of run.state.decisions.filter((one) => one.until !== undefined && one.until <= now)) await close(run, open, context);
}

async function close(run: Run, open: OpenDecision, context: Context): Promise<void> {
  const reason = `nobody answered before ${open.until ?? ''}`;
  const about = { id: open.id, by: CLOCK, reason } as const;
  switch (open.onTimeout) {
    case 'proceed':
      await run.record({ type: 'decision-made', ...about, option: 'approve' });
      break;
    case 'reject':
      if (open.kind === 'permission') await run.record({ type: 'decision-made', ...about, option: 'deny' });
      else await run.record({ type: 'decision-made', ...about, option: 'reject', ...rejectionOf(run, open) });
      break;
    case 'escalate': {
      const { kind, task, question, options } = open;
      const id = `${open.id}-overdue`;
      await run.record(
        { type: 'decision-made', ...about, option: 'escalate' },
        { type: 'decision-requested', id, kind, task, question: `overdue: ${question}`, options },
      );
      break;
    }
    case 'pause':
    case undefined:
      return;
  }
  context.say(`${open.task}: ${reason}: ${open.onTimeout}`);
}
