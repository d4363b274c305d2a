/** `iter reject`: the short form of `iter decide`. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { shortForm } from './decide.ts';

export function command(finish: Finish, signal: AbortSignal): Command {
  const summary = 'Answer a pending decision with no: the work goes back with your reason.';
  const example = "iter reject T5-rejection-3 -m 'the error path is still missing'";
  return shortForm({ name: 'reject', summary, example, answers: ['reject', 'deny', 'again', 'fail'] }, finish, signal);
}
