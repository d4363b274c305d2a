/** Does what `core/decide.ts` says comes next: what takes time goes to the background, everything else is put on record at once. */
import type { Action } from '../core/action.ts';
import type { PlannedTask } from '../core/plan.ts';
import { taskOf } from '../core/plan.ts';
import { unreachable } from '../core/unreachable.ts';
import { accept } from './accept.ts';
import { attempt } from './attempt.ts';
import type { Background } from './background.ts';
import { reachCheckpoint, skip } from './checkpoint.ts';
import type { Context } from './context.ts';
import { expandTask, gather } from './growth.ts';
import { inject } from './inject.ts';
import { judge } from './judge.ts';
import { endUnwatched } from './leftovers.ts';
import { pick } from './pick.ts';
import type { Run } from './run.ts';

/** Resolves when the action is on record or under way. */
export async function perform(
  action: Action,
  { run, background }: { readonly run: Run; readonly background: Background },
  context: Context,
): Promise<void> {
  const { task: id } = action;
  const task = () => taskOf(run.plan, id);
  const number = run.state.tasks[id]?.attempt ?? 0;
  switch (action.do) {
    case 'start':
      if (action.probes !== undefined) await run.record({ type: 'limit-probed', provider: action.probes, task: id });
      return background.begin(id, (context) => start(run, task(), action.attempt, context));
    case 'check':
      return background.begin(id, (context) => judge(run, task(), context));
    case 'recover':
      return background.begin(id, () => endUnwatched(run, id, number));
    case 'inject':
      return background.begin(id, (context) => inject(run, task(), action.attempt, context));
    case 'expand':
      return background.begin(id, (context) => expandTask(run, task(), context));
    case 'gather':
      return background.begin(id, (context) => gather(run, task(), action.attempt, context));
    case 'pick':
      return background.begin(id, (context) => pick(run, task(), action.attempt, context));
    case 'skip':
      return background.begin(id, (context) => skip(run, task(), action.reason, context));
    case 'accept':
      return accept(run, [id], context);
    case 'send-back':
      context.say(
        `${id}: attempt ${number} did not pass: ${action.failures.map((failure) => `${failure.id}: ${failure.message}`).join('; ')}`,
      );
      return run.record({
        type: 'task-sent-back',
        task: id,
        attempt: number,
        failures: action.failures,
        ...(action.until === undefined ? {} : { until: action.until }),
      });
    case 'reject':
      context.say(
        `${id}: rejected (${action.rejection}); back to ${action.goto.join(', ')}: ${action.findings.map((finding) => finding.title).join('; ')}`,
      );
      return run.record({
        type: 'review-rejected',
        task: id,
        attempt: number,
        rejection: action.rejection,
        goto: action.goto,
        reset: action.reset,
        findings: action.findings,
        ...(action.fresh ? { fresh: true } : {}),
      });
    case 'fail':
      context.say(`${id}: failed: ${action.reason}`);
      return run.record({ type: 'task-failed', task: id, attempt: number, reason: action.reason });
    case 'ask':
      context.say(`${id}: needs you: ${action.question}`);
      return run.record({
        type: 'decision-requested',
        id: action.id,
        kind: action.kind,
        task: id,
        question: action.question,
        options: action.options,
        ...(action.about === undefined ? {} : { beside: true, about: action.about }),
        ...(action.signIn === undefined ? {} : { signIn: action.signIn }),
      });
    case 'join':
      context.say(`${id}: waits for ${action.id}, too`);
      return run.record({ type: 'decision-joined', id: action.id, task: id });
    default:
      return unreachable(action);
  }
}

function start(run: Run, task: PlannedTask, number: number, context: Context): Promise<void> {
  const { human } = task;
  return human === undefined ? attempt(run, task, number, context) : reachCheckpoint(run, task, { attempt: number, human }, context);
}
