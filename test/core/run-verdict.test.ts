import { expect, it } from 'vitest';
import { type EndOfRun, againstWork } from '../../src/core/run-verdict.ts';

it.each<[string | undefined, EndOfRun]>([
  [undefined, {}],
  [undefined, { exit: 0 }],
  [undefined, { exit: 0, verdict: 'ok' }],
  ['the agent ended with exit 3', { exit: 3 }],
  // a good end does not win over the exit code
  ['the agent ended with exit 3', { exit: 3, verdict: 'error' }],
  ['the agent ended with exit 1: the model is gone', { exit: 1, verdict: 'error', reason: 'the model is gone' }],
  ['the agent ended with exit 137', { exit: 137, verdict: 'killed' }],
  ['the agent ended with an error: overloaded', { exit: 0, verdict: 'error', reason: 'overloaded' }],
  ['the agent ended with exit 0 in the middle: its output has no end', { exit: 0, verdict: 'unfinished' }],
  ['the agent came to its own limit of turns or money: error_max_turns', { exit: 0, verdict: 'limit', reason: 'error_max_turns' }],
  ['the agent came to its own limit of turns or money, exit 53', { exit: 53, verdict: 'limit' }],
])('%s', (said, end) => {
  expect(againstWork(end)).toBe(said);
});
