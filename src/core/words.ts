/** The bridge between the engine's states and the five words of the plan (MODEL.md, "States and the five words"). */
import type { StatusWord } from './plan.ts';
import type { TaskId } from './ids.ts';
import { isHeld } from './open-blockers.ts';
import type { Phase, State } from './state.ts';
import { unreachable } from './unreachable.ts';

const CAN_BE_BLOCKED: ReadonlySet<Phase['name']> = new Set(['waiting', 'starting', 'running', 'checked', 'rejected']);

/** True for a task that has work before it and an open blocker. */
export function isBlocked(state: State, task: TaskId): boolean {
  return CAN_BE_BLOCKED.has(state.tasks[task]?.phase.name ?? 'waiting') && isHeld(state, task);
}

/** The word the Status cell of a task shows. */
export function wordOf(state: State, task: TaskId): StatusWord {
  return isBlocked(state, task) ? 'Blocked' : wordFor(state.tasks[task]?.phase.name ?? 'waiting');
}

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
    case 'limited':
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
