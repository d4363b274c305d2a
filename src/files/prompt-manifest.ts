/** The manifest of a prompt: what of which file went into it, in which form, with how many tokens, and what was left out and why. */
import type { TaskId } from '../core/ids.ts';
import type { ContextRules } from '../core/prompt-context.ts';
import type { Prompt } from './prompt-text.ts';

export interface PromptFacts {
  readonly iteration: string;
  readonly task: TaskId;
  readonly attempt: number;
  readonly rules: ContextRules;
  readonly prompt: Prompt;
  /** Of the agent, which has been told the rest in it. */
  readonly session?: string;
  /** SHA-256 in hex. */
  readonly hash: (text: string) => string;
}

/** The text of `.run/prompts/<task>-<attempt>.manifest.json`; its schema is schemas/prompt-manifest.schema.json. */
export function promptManifestText({ iteration, task, attempt, rules, prompt, session, hash }: PromptFacts): string {
  const stable = prompt.parts.filter(({ part }) => part === 'role' || part === 'context' || part === 'task');
  const prefix = stable.map((one) => one.text).join('');
  const manifest = {
    schemaVersion: 1,
    iteration,
    task,
    attempt,
    prompt: `${task}-${attempt}.md`,
    sha256: hash(prompt.text),
    tokens: prompt.tokens,
    budget: rules.budget,
    onOverflow: rules.onOverflow,
    overflows: prompt.overflows,
    ...(session === undefined ? {} : { session }),
    // the same for every attempt of the task as long as nobody edits its files
    prefix: { sha256: hash(prefix), tokens: stable.reduce((sum, one) => sum + one.tokens, 0) },
    parts: prompt.parts.map(({ part, text, tokens }) => ({ part, tokens, sha256: hash(text) })),
    artefacts: prompt.artefacts,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
