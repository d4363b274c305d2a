/** Reads the answers to a checklist out of the front matter of a file: `checklist: [{id: C1, answer: yes, note: …, task: T2}]`. */
import { isMap, isScalar, isSeq } from 'yaml';
import type { Answer, ChecklistItem, ItemAnswer } from '../core/checklist.ts';
import { taskId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { type Complain, readFrontMatterMap, textOf } from './front-matter-map.ts';
import { shown } from './quoted.ts';

const FORM = 'start the file with "---", "checklist:", "  - { id: C1, answer: yes }" for each item, "---"';
/** How people write the three answers; YAML of other versions makes true and false of yes and no. */
const WORDS: Readonly<Record<string, Answer>> = { yes: 'yes', true: 'yes', no: 'no', false: 'no', na: 'na', 'n/a': 'na' };

/** The answers that can be read, and everything that is wrong with the others. A missing one is no problem here: how much it matters, the item says. */
export function parseAnswers(
  text: string,
  file: string,
  items: readonly ChecklistItem[],
): { readonly answers: readonly ItemAnswer[]; readonly problems: readonly Problem[] } {
  const { top, complain, problems } = readFrontMatterMap(text, { file, what: 'the file', form: FORM });
  if (top === undefined) return { answers: [], problems };
  const node: unknown = top.get('checklist', true);
  if (node === undefined || (isScalar(node) && node.value === null)) return { answers: [], problems };
  if (!isSeq(node)) {
    complain(node, 'the answers to the checklist are no list', 'write "- { id: C1, answer: yes }" for each item');
    return { answers: [], problems };
  }
  const answers = node.items.flatMap((item, index) => answerIn(item, index + 1, { items, complain }) ?? []);
  answers.forEach(({ id }, index) => {
    if (answers.findIndex((one) => one.id === id) < index)
      complain(node.items[index], `${id} is answered twice`, 'keep one of the answers');
  });
  return { answers, problems };
}

function answerIn(
  item: unknown,
  number: number,
  { items, complain }: { readonly items: readonly ChecklistItem[]; readonly complain: Complain },
): ItemAnswer | undefined {
  if (!isMap(item)) {
    complain(item, `answer ${number} is no entry with keys`, 'write id and answer');
    return undefined;
  }
  const read = (key: string): string | undefined => textOf(item.get(key, true));
  const [id, word, note, task] = [read('id'), read('answer'), read('note'), read('task')];
  const ids = items.map((one) => one.id);
  const answer = Object.entries(WORDS).find(([written]) => written === word?.toLowerCase())?.[1];
  if (id === undefined) complain(item, `answer ${number} has no id`, `write one of ${ids.join(', ')}`);
  else if (!ids.includes(id)) complain(item.get('id', true), `the checklist has no item "${shown(id)}"`, didYouMean(id, ids));
  if (answer === undefined) {
    const what = word === undefined ? `answer ${number} says nothing` : `unknown answer "${shown(word)}" to ${id ?? `item ${number}`}`;
    complain(item.get('answer', true) ?? item, what, 'write yes, no or na');
  }
  const isTask = task === undefined || /^T[1-9]\d*$/.test(task);
  if (!isTask) complain(item.get('task', true), `"${shown(task)}" is no task id`, 'task ids are T1, T2, …');
  if (id === undefined || !ids.includes(id) || answer === undefined || !isTask) return undefined;
  return { id, answer, ...(note === undefined ? {} : { note }), ...(task === undefined ? {} : { task: taskId(task) }) };
}
