/** In which form each file from upstream goes into a prompt, within its budget of tokens. Chooses only: texts and counts come from the caller. */

export interface ContextRules {
  /** Tokens the whole prompt may have. */
  readonly budget: number;
  /** How many of the newest deliverables go in whole. */
  readonly full: number;
  /** What is left of the others. */
  readonly older: 'summary' | 'path' | 'none';
  /** Tokens of a summary that go in. */
  readonly summaryMax: number;
  /** trim: less goes in, and the manifest of the prompt says what; fail: a person is asked first. */
  readonly onOverflow: 'trim' | 'fail';
}

/** For a task whose workflow does not say; the budget leaves most of a window of 200,000 tokens to the work itself. */
export const USUAL_CONTEXT: ContextRules = { budget: 32_000, full: 2, older: 'summary', summaryMax: 500, onOverflow: 'trim' };

export type Form = 'full' | 'summary' | 'path' | 'none';

/** What a file would cost in each form it has; one without `full` is only ever named. */
export interface Candidate {
  readonly full?: number;
  readonly summary?: number;
  readonly path: number;
}

export interface Choice {
  /** The form the rules ask for, as if there were no budget. */
  readonly wanted: Form;
  readonly form: Form;
  /** Why it is another form than was asked for, or than the newest get. */
  readonly reason?: string;
}

export interface Choices {
  /** As many as there are candidates, in their order. */
  readonly choices: readonly Choice[];
  /** Of the whole prompt. */
  readonly tokens: number;
  /** The budget was too small for something. */
  readonly overflows: boolean;
}

/**
 * Chooses a form for each candidate, the newest first. `required` tokens are never cut, and neither is the name of a file that is to be named;
 * what does not fit as it was wanted becomes a summary, then a path.
 */
export function chooseForms(candidates: readonly Candidate[], rules: ContextRules, required: number): Choices {
  let whole = 0;
  const wishes = candidates.map((candidate): Choice => {
    if (candidate.full === undefined) return { wanted: 'path', form: 'path' };
    whole += 1;
    return wish(candidate, whole <= rules.full ? 'full' : rules.older);
  });
  const cost = (index: number, form: Form): number => (form === 'none' ? 0 : (candidates[index]?.[form] ?? Infinity));
  // the names come first: whatever else is cut, who reads the prompt knows what there is
  let tokens = wishes.reduce((sum, { wanted }, index) => sum + (wanted === 'none' ? 0 : cost(index, 'path')), required);
  let overflows = tokens > rules.budget;
  const choices = wishes.map((choice, index): Choice => {
    if (choice.form === 'path' || choice.form === 'none') return choice;
    const more = (form: Form): number => cost(index, form) - cost(index, 'path');
    const form = smaller(choice.form).find((one) => tokens + more(one) <= rules.budget) ?? 'path';
    tokens += more(form);
    if (form === choice.form) return choice;
    overflows = true;
    const why = `the ${choice.form === 'full' ? 'whole' : 'summary'} needs ${cost(index, choice.form)} tokens, over the budget of ${rules.budget}`;
    return { ...choice, form, reason: why };
  });
  return { choices, tokens, overflows };
}

function wish(candidate: Candidate, wanted: Form): Choice {
  if (wanted !== 'summary' || candidate.summary !== undefined) return { wanted, form: wanted };
  return { wanted, form: 'path', reason: 'it has no section "Summary"' };
}

/** A form and those it is cut down to; one that a candidate does not have costs more than there is. */
function smaller(form: Form): readonly Form[] {
  return form === 'full' ? ['full', 'summary'] : [form];
}
