/** A step whose actor is a person, and how much of one it takes in which environment. */

import type { TimeoutAnswer } from './event.ts';

/** required: waits for an answer. optional and auto: goes on by itself, and says so. off: the step is skipped. */
export const HUMAN_MODES = ['required', 'optional', 'auto', 'off'] as const;
export type HumanMode = (typeof HUMAN_MODES)[number];

/**
 * approve, reject and abort answer the question. override answers it in spite of what is open, which stays on record as a debt. rescope sends the work back with a new
 * scope, which is written down in CONTEXT.md. The others change something and leave the question open: edit puts a file in the place of one that is
 * shown, inject does a task with files, skip leaves one out, prioritise has one start first.
 */
export const HUMAN_ANSWERS = ['approve', 'reject', 'edit', 'inject', 'skip', 'rescope', 'override', 'prioritise', 'abort'] as const;
export type HumanAnswer = (typeof HUMAN_ANSWERS)[number];

export interface HumanStep {
  readonly ask: string;
  /** Who is asked, as people know them. */
  readonly who?: string;
  /** Step ids whose deliverables the person should look at. */
  readonly show: readonly string[];
  readonly mode?: HumanMode | Readonly<Record<string, HumanMode>>;
  readonly may: readonly HumanAnswer[];
  /** Milliseconds; the environment's word when left out. */
  readonly timeout?: number;
  readonly onTimeout?: TimeoutAnswer;
}

/** The mode in an environment: the step's own word, else what the environment says of people in general. */
export function modeIn(human: HumanStep, environment: string, general: 'required' | 'optional'): HumanMode {
  if (typeof human.mode === 'string') return human.mode;
  return human.mode?.[environment] ?? general;
}
