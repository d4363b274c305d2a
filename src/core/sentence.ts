/** Says an event in a sentence for people: the log file, `iter logs` and the plain monitor use the same words. */
import { sum, usageText } from './budget.ts';
import type { NewEvent, Sealed } from './event.ts';
import { unreachable } from './unreachable.ts';

/** One line, without time and task id. */
export function sentence(event: NewEvent): string {
  switch (event.type) {
    case 'iteration-created':
      return `iteration ${event.iteration} made from the workflow ${event.workflow} with ${event.tasks.length} ${event.tasks.length === 1 ? 'task' : 'tasks'}`;
    case 'launch-started':
      return `launch started (process ${event.pid} on ${event.host}, at most ${event.maxParallel} at once)`;
    case 'launch-ended':
      return `launch ended: ${event.outcome}`;
    case 'attempt-prepared':
      return `attempt ${event.attempt} prepared in ${event.worktree} on base ${event.base.slice(0, 10)}`;
    case 'attempt-started':
      return `attempt ${event.attempt} started by ${event.agent}${event.pid === undefined ? '' : ` (process ${event.pid})`}${event.session === undefined ? '' : ', going on with its session'}`;
    case 'attempt-ended':
      return ending(event);
    case 'foreign-write-found':
      return `changed outside the worktrees while ${event.tasks.join(', ')} ran: ${event.writes.map((write) => write.what).join('; ')}`;
    case 'task-stalled':
      return `attempt ${event.attempt} is stalled: ${event.evidence}`;
    case 'task-stirred':
      return `attempt ${event.attempt} shows signs of work again`;
    case 'provider-limited':
      return `attempt ${event.attempt} waits: ${event.provider} is limited until ${event.until}${event.guessed ? ' (a guess)' : ''}: ${event.reason}`;
    case 'limit-probed':
      return `tries whether the limit of ${event.provider} is over`;
    case 'usage-reported':
      return `attempt ${event.attempt} has used ${usageText(sum([event.usage]))}`;
    case 'budget-warned':
      return `budget ${event.account}: ${Math.floor((100 * event.used) / event.limit)} % used`;
    case 'attempt-interrupted':
      return `attempt ${event.attempt} interrupted: ${event.reason}`;
    case 'work-committed':
      return `${event.paths} uncommitted ${event.paths === 1 ? 'path' : 'paths'} of attempt ${event.attempt} committed by iter as ${event.commit.slice(0, 10)}`;
    case 'work-archived':
      return `work of attempt ${event.attempt} kept at ${event.ref}`;
    case 'checks-finished': {
      const verdict = event.verdict === undefined ? '' : `, verdict ${event.verdict}`;
      return event.failures.length === 0
        ? `attempt ${event.attempt} passed its checks${verdict}`
        : `attempt ${event.attempt} failed ${event.failures.length} ${event.failures.length === 1 ? 'check' : 'checks'}: ${event.failures.map((failure) => failure.message).join('; ')}`;
    }
    case 'task-accepted':
      return `accepted at ${event.commit.slice(0, 10)}`;
    case 'task-skipped':
      return `skipped: ${event.reason}`;
    case 'tasks-added': {
      const more = event.dropped.length === 0 ? '' : `; no more: ${event.dropped.join(', ')}`;
      const whole = event.parent === undefined ? 'added to the plan' : `parts of ${event.parent}`;
      return `${event.tasks.length === 0 ? 'no tasks' : event.tasks.join(', ')} ${whole} by ${event.by}${more}`;
    }
    case 'alternative-picked':
      return `${event.winner} picked${event.losers.length === 0 ? '' : `, ${event.losers.join(', ')} passed over`}: ${event.reason}`;
    case 'checkpoint-reached':
      return `reached, at ${event.commit.slice(0, 10)}`;
    case 'task-sent-back':
      return `sent back after attempt ${event.attempt}: ${event.failures.map((failure) => failure.message).join('; ')}`;
    case 'review-rejected':
      return `rejected (${event.rejection}), back to ${event.goto.join(', ')}: ${event.findings.map((finding) => finding.title).join('; ')}`;
    case 'task-failed':
      return `failed: ${event.reason}`;
    case 'status-claimed':
      return `${event.by} claims ${event.word}${event.message === undefined ? '' : `: ${event.message}`}`;
    case 'decision-joined':
      return `waits for the answer to ${event.id}, too`;
    case 'claim-refused':
      return `${event.by} says ${event.word}, which does not count: ${event.reason}`;
    case 'task-reset':
      return `${event.goto.join(', ')} start over, by ${event.by}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'skip-requested':
      return `${event.by} wants it skipped: ${event.reason}`;
    case 'artifact-given':
      return `${event.by} gives ${event.files.map((file) => file.path).join(', ')}: ${event.reason}`;
    case 'task-prioritised':
      return `first of all that is ready, by ${event.by}`;
    case 'task-still-valid':
      return `still valid: what it was made from is the same; accepted at ${event.commit.slice(0, 10)}`;
    case 'stop-requested':
      return `stop asked for by ${event.by}`;
    case 'decision-requested':
      return `needs a person: ${event.question}`;
    case 'blocker-raised':
      return `blocked (${event.severity}, ${event.id}) by ${event.by}: ${event.text}`;
    case 'blocker-resolved':
      return `blocker ${event.id} cleared by ${event.by}: ${event.how}`;
    case 'decision-made':
      return `${event.by} decided ${event.id}: ${event.option}${event.reason === undefined ? '' : `, because ${event.reason}`}`;
    case 'caution-approved':
      return `${event.by} approved landing with caution on tree ${event.tree.slice(0, 10)}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'validation-finished':
      return `${event.decision} on tree ${event.tree.slice(0, 10)}: ${event.passed} passed, ${event.failed} failed`;
    case 'merge-conflicted':
      return `conflicts in ${event.paths.join(', ')}; the work goes back`;
    case 'conflicts-foreseen':
      return event.conflicts.length === 0
        ? 'no branches conflict with each other'
        : event.conflicts.map(({ a, b, paths }) => `${a} and ${b} would conflict in ${paths.join(', ')}`).join('; ');
    case 'landing-started':
      return `landing ${event.after.slice(0, 10)} on ${event.target}, which was at ${event.before.slice(0, 10)} (kept at ${event.backup})${sealOf(event)}`;
    case 'landing-proposed':
      return event.url === undefined
        ? `pushing ${event.after.slice(0, 10)} to ${event.branch} on ${event.remote}, for ${event.target}${sealOf(event)}`
        : `${event.after.slice(0, 10)} is proposed for ${event.target}: ${event.url}`;
    case 'landing-sent-back':
      return `what was to land was red with it and green without it: ${event.failures.map(({ id }) => id).join(', ')}; the work goes back`;
    case 'landing-refused':
      return `nothing landed on ${event.target}: ${event.reason}`;
    case 'landing-finished':
      return `landed ${event.commits} ${event.commits === 1 ? 'commit' : 'commits'} on ${event.target}: ${event.decision}`;
    case 'worktree-saved':
      return `worktree and branch saved at ${event.ref}`;
    case 'worktree-removed':
      return `worktree and branch removed; ${STANDING[event.standing]}`;
    case 'worktree-restored':
      return `worktree and branch brought back from ${event.ref}`;
    case 'undo-started':
      return `taking back what landed on ${event.target}, which is at ${event.before.slice(0, 10)} (kept at ${event.kept})`;
    case 'undo-refused':
      return `nothing was taken back on ${event.target}: ${event.reason}`;
    case 'landing-undone':
      return `${event.target} moved back to ${event.after.slice(0, 10)}`;
    default:
      return unreachable(event);
  }
}

function sealOf({ hooks = [], withoutHooks, signed, withoutSignature }: Sealed): string {
  const said = [
    ...(hooks.length === 0 ? [] : [`hooks agreed: ${hooks.join(', ')}`]),
    ...(withoutHooks === true ? ['without hooks, as somebody wanted'] : []),
    ...(signed === true ? ['signed'] : []),
    ...(withoutSignature === true ? ['without a signature, as somebody wanted'] : []),
  ];
  return said.map((one) => `; ${one}`).join('');
}

const STANDING = {
  nothing: 'there was no work yet',
  merged: 'the work is in the target',
  unmerged: 'the work was not in the target',
} as const;

/** What its other words say already is left out. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set(['ok', 'killed', 'timeout']);

function ending({ attempt, outcome, exit, signal, verdict, reason }: Extract<NewEvent, { type: 'attempt-ended' }>): string {
  const code = exit === undefined ? undefined : `exit ${exit}`;
  const word = verdict === undefined || SAID_OTHERWISE.has(verdict) ? undefined : verdict;
  return `attempt ${attempt} ended: ${[outcome, code, signal, word, reason].filter((part) => part !== undefined).join(', ')}`;
}
