/** `iter merge`: lands what passes the gate. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { taskId } from '../core/ids.ts';
import { MERGE_STRATEGIES } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Culprit } from '../engine/bisect.ts';
import type { Iteration } from '../engine/iteration.ts';
import { clearUp, merge } from '../engine/merge.ts';
import type { MergeOptions, MergeResult } from '../engine/merge.ts';
import { verdictText } from './gate-text.ts';
import { complain, json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly strategy?: string;
  readonly task?: string;
  readonly into?: string;
  readonly dryRun?: boolean;
  readonly strict?: boolean;
  readonly whole?: boolean;
  readonly verify?: boolean;
  readonly gpgSign?: boolean;
  readonly pr?: boolean;
  readonly abort?: boolean;
  readonly approveCaution?: boolean;
  readonly message?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('merge', 'Land what passes the gate; without a GO for exactly that tree nothing moves.', 'iter merge --strategy squash')
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .option('--strategy <name>', `${MERGE_STRATEGIES.join(', ')}; the workflow's when left out`)
    .option('--task <id>', 'only this task and what it needs')
    .option('--into <branch>', 'the branch to land on; the one the iteration started from when left out')
    .option('-n, --dry-run', 'judge and say what would land, move nothing')
    .option('--strict', 'GO_WITH_CAUTION does not land')
    .option('--whole', 'all or nothing: do not look for the task that turns it red to land the others without it')
    .option('--approve-caution', 'let a GO_WITH_CAUTION land, as one of the people the workflow names')
    .option('-m, --message <reason>', 'why, with --approve-caution')
    .option('--pr', 'push what was judged and open a pull request with gh, instead of moving the branch')
    .option('--no-verify', 'ask no hooks of the repository, and tell them nothing; goes on record')
    .option('--no-gpg-sign', 'sign nothing, whatever commit.gpgSign says; goes on record')
    .option('--continue', 'finish a landing that was interrupted; plain iter merge does the same')
    .option('--abort', 'put a checkout that was caught half-way back, and land nothing')
    .action(async (wanted: string | undefined, options: Flags) => {
      const iteration = iterationAt(options, wanted);
      if (iteration === undefined) return finish(EXIT.usage);
      const asked = mergeOptions(iteration, options);
      if ('problems' in asked) {
        complain(asked.problems);
        return finish(EXIT.usage);
      }
      if (options.abort === true) {
        await clearUp(iteration, contextOf(options, signal));
        say(`${asked.target.replace('refs/heads/', '')} and your checkout are in order; nothing was landed`);
        return finish(EXIT.done);
      }
      const merged = await merge(iteration, asked, contextOf(options, signal));
      return finish(report(merged, asked, options));
    });
}

function mergeOptions(iteration: Iteration, options: Flags): MergeOptions | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const strategy = MERGE_STRATEGIES.find((one) => one === (options.strategy ?? iteration.plan.strategy));
  if (strategy === undefined)
    problems.push({ what: `unknown strategy "${options.strategy ?? ''}"`, fix: `use ${MERGE_STRATEGIES.join(', ')}` });
  if (options.task !== undefined && !iteration.plan.tasks.some((task) => task.id === options.task))
    problems.push({ what: `there is no task "${options.task}"`, fix: `use ${iteration.plan.tasks.map((task) => task.id).join(', ')}` });
  if (options.into !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._/-]{0,120}$/.test(options.into))
    problems.push({ what: `"${options.into}" is no branch name`, fix: 'give the short name of a branch: main' });
  if (strategy === undefined || problems.length > 0) return { problems };
  const target =
    options.into === undefined
      ? iteration.plan.target
      : options.into.startsWith('refs/heads/')
        ? options.into
        : `refs/heads/${options.into}`;
  return {
    strategy,
    target,
    dryRun: options.dryRun === true,
    strict: options.strict === true,
    whole: options.whole === true,
    pullRequest: options.pr === true,
    // commander has both true unless the option is given
    withoutHooks: options.verify === false,
    withoutSignature: options.gpgSign === false,
    ...(options.approveCaution === true
      ? { approval: { by: person(), ...(options.message === undefined ? {} : { reason: options.message }) } }
      : {}),
    ...(options.task === undefined ? {} : { tasks: [taskId(options.task)] }),
  };
}

/** Says how a merge ended; gives the exit code. */
export function report(merged: MergeResult, asked: Pick<MergeOptions, 'target'>, options: Common): number {
  if (merged.outcome === 'invalid') {
    complain(merged.problems);
    return EXIT.usage;
  }
  if (options.json === true) json(mergeJson(merged, asked.target));
  const target = asked.target.replace('refs/heads/', '');
  switch (merged.outcome) {
    case 'refused':
      if (options.json !== true) result(verdictText(merged.verdict));
      say([`nothing landed: ${target} and your checkout are as they were`, ...retryText(merged.culprits)].join('\n'));
      return EXIT.noGo;
    case 'conflict':
      say(
        `${merged.task} conflicts with the work before it in ${merged.paths.join(', ')}; ${target} is as it was. ${merged.task} goes back: iter launch starts it again on top of the other work`,
      );
      return EXIT.conflict;
    case 'unapproved': {
      if (options.json !== true) result(verdictText(merged.verdict));
      const who = merged.approvers.join(' or ');
      const not = merged.refused === undefined ? '' : `"${merged.refused}" is not among those who may approve it; `;
      say(`nothing landed: ${not}landing with caution waits for ${who}\nnext: one of them runs iter merge --approve-caution -m "why"`);
      return EXIT.waiting;
    }
    case 'proposed':
      if (options.json !== true) result(`${verdictText(merged.verdict)}\n${landedText(merged, target)}`);
      return EXIT.done;
    case 'blocked':
      say(`nothing landed: ${merged.why}`);
      return EXIT.failed;
    default:
      if (options.json !== true) result(`${verdictText(merged.verdict)}\n${landedText(merged, target)}`);
      if (merged.culprits === undefined) return EXIT.done;
      say(sentBackText(merged.culprits, merged.outcome === 'planned'));
      return EXIT.noGo;
  }
}

/** Nothing can land without them, so nobody is sent back: a person says who works again. */
function retryText(culprits: readonly Culprit[] = []): string[] {
  return culprits.map(
    ({ task, failures }) =>
      `${task} turns it red (${failures.map(({ id }) => id).join(', ')}), and nothing lands without it; next: iter retry ${task} --feedback "what to mend"`,
  );
}

function sentBackText(culprits: readonly Culprit[], planned: boolean): string {
  const rows = culprits.flatMap(({ task, failures }) => [
    `${task} ${planned ? 'would not land and would go back' : 'did not land and goes back'}: green without its work, red with it`,
    ...failures.map(({ id, message }) => `  ${id}: ${message}`),
  ]);
  return [...rows, ...(planned ? [] : ['next: iter launch starts it again on top of what landed'])].join('\n');
}

function landedText(merged: Extract<MergeResult, { outcome: 'landed' | 'nothing' | 'planned' | 'proposed' }>, target: string): string {
  const { chain } = merged;
  if (merged.outcome === 'nothing') return `nothing to land: everything is in ${target} already`;
  const rows = chain.landed.map((one) => `  ${one.task}: ${one.commits.map((commit) => commit.slice(0, 10)).join(' ')}`);
  const count = chain.landed.reduce((sum, one) => sum + one.commits.length, 0);
  const head = `${DONE[merged.outcome]} ${count} ${count === 1 ? 'commit' : 'commits'} on ${target}: ${chain.before.slice(0, 10)} -> ${chain.after.slice(0, 10)}`;
  if (merged.outcome === 'proposed') {
    const { remote, branch, url } = merged.proposal;
    return [head, ...rows, `pull request: ${url}`, `pushed to ${branch} on ${remote}; ${target} and your checkout are as they were`].join(
      '\n',
    );
  }
  return [head, ...rows, ...(merged.report === undefined ? [] : [`report: ${merged.report}`, 'to take it back: iter undo'])].join('\n');
}

const DONE = { landed: 'landed', planned: 'would land', proposed: 'proposed' };

function mergeJson(merged: Exclude<MergeResult, { outcome: 'invalid' }>, target: string): Record<string, unknown> {
  const chain = 'chain' in merged ? merged.chain : undefined;
  const landed = merged.outcome === 'landed' || merged.outcome === 'nothing';
  const culprits = ('culprits' in merged ? merged.culprits : undefined) ?? [];
  return {
    decision: merged.verdict.decision,
    target,
    before: chain?.before ?? null,
    after: landed ? (chain?.after ?? null) : (chain?.before ?? null),
    ...(merged.outcome === 'proposed' ? { pullRequest: { ...merged.proposal, commit: merged.chain.after } } : {}),
    merged: merged.outcome === 'landed' || merged.outcome === 'planned' || merged.outcome === 'proposed' ? (chain?.landed ?? []) : [],
    conflicts: merged.outcome === 'conflict' ? [{ task: merged.task, paths: merged.paths }] : [],
    rejected: merged.outcome === 'refused' ? merged.verdict.missed : [],
    ...(culprits.length === 0 ? {} : { culprits }),
    ...(landed && culprits.length > 0 ? { sentBack: culprits.map(({ task }) => task) } : {}),
    ...(merged.outcome === 'blocked' ? { blocked: merged.why } : {}),
    ...(merged.outcome === 'unapproved' ? { approvers: merged.approvers } : {}),
  };
}
