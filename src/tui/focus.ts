/** Where the person is on the screen, and what each key does there. Pure: acting and drawing happen elsewhere. */
import type { TaskId } from '../core/ids.ts';
import { waitingFor } from '../core/sign-in.ts';
import { unreachable } from '../core/unreachable.ts';
import type { PendingDecision, Snapshot, TaskView } from '../core/view.ts';
import type { MonitorAction } from './feed.ts';
import { isActive } from './wording.ts';

/**
 *            l, enter            a               s, S            ?
 *   tasks ───────────> log   tasks ──> options   tasks ──> confirm   tasks ──> help
 *     ^                 |               |  number            |  y, n              |
 *     └──── esc ────────┴───────────────┴────────────────────┴──── any key ───────┘
 */
export type Pane =
  | { readonly show: 'tasks' }
  | { readonly show: 'log' }
  | { readonly show: 'options'; readonly decision: string }
  | { readonly show: 'confirm'; readonly action: MonitorAction; readonly question: string }
  | { readonly show: 'help' };

export interface Focus {
  readonly pane: Pane;
  /** Absent until the person moves: then it is the first task. */
  readonly selected?: TaskId;
  /** One line about what the last key did. */
  readonly notice?: string;
}

export interface Pressed {
  readonly focus: Focus;
  readonly action?: MonitorAction;
  readonly leave?: Leaving;
}

/** `interrupted`: by Ctrl+C. */
export type Leaving = 'quit' | 'interrupted';

export const START: Focus = { pane: { show: 'tasks' } };

/** What a key does: a named one, or the character it types. `page` is the number of tasks a page key moves by. */
export function press(focus: Focus, key: string, { snapshot, page }: { readonly snapshot: Snapshot; readonly page: number }): Pressed {
  if (key === 'interrupt') return { focus, leave: 'interrupted' };
  const here = standing(focus, snapshot);
  // the pane went away under the person's hands: the key was meant for it, not for what is below
  if (here !== focus) return { focus: here };
  const { pane } = here;
  switch (pane.show) {
    case 'tasks':
      return pressInTasks(moved(quiet(here), key, { snapshot, page }), key, snapshot);
    case 'log':
      if (key === 'q') return { focus: here, leave: 'quit' };
      if (key === 'escape' || key === 'l' || key === 'enter') return { focus: back(here) };
      return { focus: moved(quiet(here), key, { snapshot, page }) };
    case 'options':
      return pressInOptions(here, pane.decision, key, snapshot);
    case 'confirm':
      if (key === 'y' || key === 'Y') return { focus: back(here, doingWhat(pane.action)), action: pane.action };
      return key === 'n' || key === 'N' || key === 'escape' || key === 'q' ? { focus: back(here, 'nothing was stopped') } : { focus: here };
    case 'help':
      return { focus: back(here) };
    default:
      return unreachable(pane);
  }
}

function pressInTasks(focus: Focus, key: string, snapshot: Snapshot): Pressed {
  const task = selectedTask(focus, snapshot);
  switch (key) {
    case 'q':
      return { focus, leave: 'quit' };
    case '?':
      return { focus: { ...focus, pane: { show: 'help' } } };
    case 'l':
    case 'enter':
      return { focus: task === undefined ? focus : { ...focus, pane: { show: 'log' } } };
    case 'a': {
      const decision = nextDecision(focus, snapshot);
      if (decision === undefined) return { focus: { ...focus, notice: 'nothing waits for you' } };
      return { focus: { ...focus, pane: { show: 'options', decision: decision.id } } };
    }
    case 's':
      if (task === undefined) return { focus };
      if (!isActive(task.state))
        return {
          focus: { ...focus, notice: `${task.id} is ${task.state}: there is nothing to stop` },
        };
      return {
        focus: asking(focus, { do: 'stop', task: task.id }, `Stop ${task.id} (${task.agent})?`),
      };
    case 'S': {
      const alive = snapshot.tasks.filter((one) => isActive(one.state)).length;
      return {
        focus: asking(focus, { do: 'stop' }, `Stop the whole run, ${alive === 1 ? '1 agent' : `${alive} agents`} at work?`),
      };
    }
    default:
      return { focus };
  }
}

function pressInOptions(focus: Focus, id: string, key: string, snapshot: Snapshot): Pressed {
  if (key === 'escape' || key === 'q') return { focus: back(focus) };
  const decision = snapshot.decisions.find((one) => one.id === id);
  const option = /^[1-9]$/.test(key) ? decision?.options[Number(key) - 1] : undefined;
  if (option === undefined) return { focus };
  const action: MonitorAction = { do: 'decide', id, option: option.id };
  return { focus: back(focus, doingWhat(action)), action };
}

/** The focus as it still holds: a decision that was settled elsewhere closes its pane. */
export function standing(focus: Focus, snapshot: Snapshot): Focus {
  const { pane } = focus;
  if (pane.show !== 'options' || snapshot.decisions.some((decision) => decision.id === pane.decision)) return focus;
  return back(focus, `${pane.decision} is settled`);
}

/** The selected task, or the first while none is selected or it has left the plan. */
export function selectedTask(focus: Focus, snapshot: Snapshot): TaskView | undefined {
  return snapshot.tasks.find((task) => task.id === focus.selected) ?? snapshot.tasks[0];
}

/** The decision that `a` opens: of the selected task, else the first that is open. */
export function nextDecision(focus: Focus, snapshot: Snapshot): PendingDecision | undefined {
  const task = selectedTask(focus, snapshot);
  return snapshot.decisions.find((decision) => task !== undefined && waitingFor(decision).includes(task.id)) ?? snapshot.decisions[0];
}

function moved(focus: Focus, key: string, { snapshot, page }: { readonly snapshot: Snapshot; readonly page: number }): Focus {
  const { tasks } = snapshot;
  const from = Math.max(
    0,
    tasks.findIndex((task) => task.id === focus.selected),
  );
  const to = target(key, { from, page, last: tasks.length - 1 });
  const task = tasks[Math.min(Math.max(0, to), tasks.length - 1)];
  return task === undefined || to === from ? focus : { ...focus, selected: task.id };
}

function target(key: string, { from, page, last }: { readonly from: number; readonly page: number; readonly last: number }): number {
  switch (key) {
    case 'up':
    case 'k':
      return from - 1;
    case 'down':
    case 'j':
      return from + 1;
    case 'page-up':
      return from - page;
    case 'page-down':
      return from + page;
    case 'home':
    case 'g':
      return 0;
    case 'end':
    case 'G':
      return last;
    default:
      return from;
  }
}

function doingWhat(action: MonitorAction): string {
  if (action.do === 'decide') return `answering ${action.id} with ${action.option}`;
  return action.task === undefined ? 'stopping the run' : `stopping ${action.task}`;
}

const asking = (focus: Focus, action: MonitorAction, question: string): Focus => ({
  ...focus,
  pane: { show: 'confirm', action, question },
});

function back(focus: Focus, notice?: string): Focus {
  const { selected } = focus;
  return {
    pane: { show: 'tasks' },
    ...(selected === undefined ? {} : { selected }),
    ...(notice === undefined ? {} : { notice }),
  };
}

function quiet(focus: Focus): Focus {
  const { selected, pane } = focus;
  return { pane, ...(selected === undefined ? {} : { selected }) };
}
