/** What it does to the state when a person is asked something, alone or for one more task; the answers are in `reduce-decision.ts`. Pure. */
import type { EventOf } from './event.ts';
import { joined } from './sign-in.ts';
import type { State } from './state.ts';
import { change, isKnown } from './task-change.ts';

/** A question is asked once; the task waits for the answer, unless it goes on beside it. */
export function asked(state: State, event: EventOf<'decision-requested'>): State {
  if (!isKnown(state, event.task) || state.decisions.some((open) => open.id === event.id)) return state;
  const { id, kind, task, question, options, until, onTimeout, beside, about, signIn, at } = event;
  const open = {
    id,
    kind,
    task,
    question,
    options,
    since: at,
    ...(until === undefined ? {} : { until }),
    ...(onTimeout === undefined ? {} : { onTimeout }),
  };
  if (beside === true) {
    const more = about === undefined ? {} : { about };
    return { ...state, decisions: [...state.decisions, { ...open, beside, ...more }], asked: [...state.asked, id] };
  }
  const account = signIn === undefined ? {} : { signIn: { ...signIn, asked: question, others: [] } };
  const asked = { ...state, decisions: [...state.decisions, { ...open, ...account }] };
  // a stalled attempt goes on while a person thinks
  return kind === 'stall' ? asked : change(asked, task, at, (old) => ({ ...old, phase: { name: 'awaiting-human', decision: id } }));
}

/** One more task waits for the answer to a question that is open. */
export function askedToo(state: State, { id, task, at }: EventOf<'decision-joined'>): State {
  if (!isKnown(state, task) || !state.decisions.some((open) => open.id === id)) return state;
  const decisions = state.decisions.map((open) => (open.id === id ? joined(open, task) : open));
  return change({ ...state, decisions }, task, at, (old) => ({ ...old, phase: { name: 'awaiting-human', decision: id } }));
}
