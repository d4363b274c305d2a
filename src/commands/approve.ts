/** `iter approve`: the short form of `iter decide`. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { shortForm } from './decide.ts';

export function command(finish: Finish, signal: AbortSignal): Command {
  const summary = 'Answer a pending decision with yes: work done by hand is checked, a checkpoint is passed, escalated work is accepted.';
  const example = "iter approve T5-rejection-3 -m 'good enough for now'";
  return shortForm({ name: 'approve', summary, example, answers: ['approve', 'allow', 'done', 'accept', 'again'] }, finish, signal);
}
