/** The bridge between the engine's states and the five words of the plan (MODEL.md, "States and the five words"). */
import type { StatusWord } from './plan.ts';
import type { Phase } from './state.ts';
import { unreachable } from './unreachable.ts';

/** The word a Status cell shows for a phase. */
export function wordFor(phase: Phase['name']): StatusWord {
  switch (phase) {
    case 'waiting':
      return 'Not Started';
    case 'starting':
    case 'running':
    case 'checking':
    case 'checked':
    case 'rejected':
      return 'In Progress';
    case 'awaiting-human':
      return 'Blocked';
    case 'accepted':
    case 'skipped':
    case 'superseded':
    case 'merged':
      return 'Completed';
    case 'failed':
      return 'Failed';
    default:
      return unreachable(phase);
  }
}
