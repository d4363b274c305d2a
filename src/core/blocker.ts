/** Blockers that agents reported, and which of them are still open: seed 004's severities decide what they stop. */
import type { Level, Severity } from './check.ts';
import { SEVERITIES } from './check.ts';
import type { TaskId } from './ids.ts';

/** The part of a message that matters here; `files/messages.ts` reads the whole. */
export interface BlockerMessage {
  readonly from: string;
  readonly type: string;
  readonly task?: TaskId;
  readonly status: string;
  readonly priority?: string;
  readonly text: string;
}

export interface Blocker {
  readonly from: string;
  readonly task?: TaskId;
  readonly severity: Severity;
  /** The first line of what was said. */
  readonly text: string;
}

/**
 * The blockers nobody has resolved. A blocker is resolved by its own status, or by a later message with the status Resolved about the same
 * task (without a task: from or to the same sender). One without a priority is medium.
 */
export function openBlockers(messages: readonly (BlockerMessage & { readonly to: string })[]): Blocker[] {
  return messages.flatMap((message, index): Blocker[] => {
    if (message.type !== 'Blocker' || message.status === 'Resolved') return [];
    const answered = messages
      .slice(index + 1)
      .some(
        (later) =>
          later.status === 'Resolved' &&
          (message.task === undefined
            ? later.task === undefined && [later.from, later.to].includes(message.from)
            : later.task === message.task),
      );
    if (answered) return [];
    const severity = SEVERITIES.find((one) => one === message.priority?.toLowerCase()) ?? 'medium';
    const text =
      message.text
        .split('\n')
        .find((line) => line.trim() !== '')
        ?.trim() ?? '';
    return [{ from: message.from, ...(message.task === undefined ? {} : { task: message.task }), severity, text }];
  });
}

/** Critical and high stop a landing, the others are debts. */
export function blockerLevel(severity: Severity): Level {
  return severity === 'critical' || severity === 'high' ? 'must' : 'should';
}

/** True when `severity` is `least` or worse. */
export function isAsBad(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}
