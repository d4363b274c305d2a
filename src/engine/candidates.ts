/** The figures of one alternative: what a pick decides by and `iter compare` shows. Judges nothing. */
import type { CommitId, TaskId } from '../core/ids.ts';
import type { Candidate } from '../core/pick.ts';
import { taskOf } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import { changeSize } from '../effects/git-facts.ts';
import type { Iteration } from './iteration.ts';

type Place = Pick<Iteration, 'repository' | 'plan' | 'state'>;

/** The figures of an alternative that passed, picked or passed over since; undefined for any other. */
export async function candidateOf(place: Place, id: TaskId): Promise<Candidate | undefined> {
  return acceptedHead(place.state, id) === undefined ? undefined : figuresOf(place, id);
}

/** The figures of an alternative as it stands, accepted or not; undefined before it has ground to stand on. */
export async function figuresOf({ repository, plan, state }: Place, id: TaskId): Promise<Candidate | undefined> {
  const current = state.tasks[id];
  const head = acceptedHead(state, id) ?? current?.head;
  if (current?.base === undefined || head === undefined) return undefined;
  const task = taskOf(plan, id);
  const size = await changeSize(repository.root, current.base, head);
  const { started = current.since, accepted = current.since } = current;
  return {
    id: task.alternative ?? id,
    task: id,
    agent: task.agent,
    attempts: current.attempt,
    warnings: current.warnings.length,
    minutes: (Date.parse(accepted) - Date.parse(started)) / 60_000,
    outputs: current.outputs ?? {},
    ...size,
  };
}

function acceptedHead(state: State, id: TaskId): CommitId | undefined {
  const phase = state.tasks[id]?.phase;
  const own = phase?.name === 'superseded' ? phase.before : phase;
  return own?.name === 'accepted' || own?.name === 'merged' ? own.commit : undefined;
}
