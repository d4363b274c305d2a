/** Checklists: questions a step that judges has to answer one by one, and what its answers come to. Says nothing about how they are written. */
import type { Level } from './check.ts';
import type { Failure } from './event.ts';
import type { TaskId } from './ids.ts';
import type { Finding } from './review.ts';

/** How an item counts: a no to the first three is a finding of that level, a yes to `reject_if` a MUST finding. */
export const ITEM_KINDS = ['must', 'should', 'nice', 'reject_if'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export interface ChecklistItem {
  /** C1, C2, …: the same in the prompt, in the answers and in the findings. */
  readonly id: string;
  readonly kind: ItemKind;
  readonly text: string;
}

export const ANSWERS = ['yes', 'no', 'na'] as const;
export type Answer = (typeof ANSWERS)[number];

/** One item as a reviewer answered it. */
export interface ItemAnswer {
  readonly id: string;
  readonly answer: Answer;
  readonly note?: string;
  /** Whose work it is about; without it a finding goes to the whole step. */
  readonly task?: TaskId;
}

/** The texts of a checklist as items with their ids: must first, then should, nice and reject_if. */
export function checklistItems(texts: Readonly<Partial<Record<ItemKind, readonly string[]>>>): ChecklistItem[] {
  return ITEM_KINDS.flatMap((kind) => (texts[kind] ?? []).map((text) => ({ kind, text }))).map(({ kind, text }, index) => ({
    id: `C${index + 1}`,
    kind,
    text,
  }));
}

/** The answer an item hopes for. */
export function goodAnswer(kind: ItemKind): Answer {
  return kind === 'reject_if' ? 'no' : 'yes';
}

/** What the answers find wrong with the work; an id a written finding has already gets `checklist-` in front. */
export function answerFindings(
  items: readonly ChecklistItem[],
  answers: readonly ItemAnswer[],
  written: readonly Finding[] = [],
): Finding[] {
  return items.flatMap((item): Finding[] => {
    const given = answers.find((one) => one.id === item.id);
    if (given === undefined || given.answer === 'na' || given.answer === goodAnswer(item.kind)) return [];
    const title = `${item.text}: ${given.answer}${given.note === undefined ? '' : `, ${given.note}`}`;
    const taken = written.some((finding) => finding.id === item.id);
    return [
      {
        id: taken ? `checklist-${item.id}` : item.id,
        level: levelOf(item.kind),
        title,
        ...(given.task === undefined ? {} : { task: given.task }),
      },
    ];
  });
}

/** What is missing in the answers: every MUST and reject_if item needs one, and a reason where it is said not to apply. */
export function answerFailures(items: readonly ChecklistItem[], answers: readonly ItemAnswer[], task: TaskId): Failure[] {
  return items.flatMap((item): Failure[] => {
    if (levelOf(item.kind) !== 'must') return [];
    const given = answers.find((one) => one.id === item.id);
    const id = `${task}.checklist`;
    if (given === undefined)
      return [{ id, message: `${item.id} "${item.text}" is not answered; add { id: ${item.id}, answer: yes, no or na }` }];
    if (given.answer === 'na' && given.note === undefined)
      return [{ id, message: `${item.id} "${item.text}" is answered na without a note; say why it does not apply` }];
    return [];
  });
}

function levelOf(kind: ItemKind): Level {
  return kind === 'reject_if' ? 'must' : kind;
}
