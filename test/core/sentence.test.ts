import { expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { commitId, taskId, treeId } from '../../src/core/ids.ts';
import { sentence } from '../../src/core/sentence.ts';
import { answered, claimed, conflicted, ended, finding, failures, rejected, running, sentBack, wentBy } from '../rig/story.ts';

const T1 = taskId('T1');
const COMMIT = commitId('0123456789abcdef0123456789abcdef01234567');
const about = { task: T1, attempt: 2 } as const;

it.each<[string, NewEvent]>([
  [
    'iteration 001-a made from the workflow flow with 1 task',
    { type: 'iteration-created', iteration: '001-a', workflow: 'flow', tasks: [T1] },
  ],
  ['launch started (process 7 on here, at most 3 at once)', { type: 'launch-started', pid: 7, host: 'here', maxParallel: 3 }],
  ['launch ended: waiting', { type: 'launch-ended', outcome: 'waiting' }],
  [
    'attempt 2 prepared in /trees/T1 on base 0123456789',
    { type: 'attempt-prepared', ...about, worktree: '/trees/T1', base: COMMIT, head: COMMIT },
  ],
  ['attempt 1 started by rehearsal (process 101)', running('T1')[1] as NewEvent],
  ['attempt 2 started by manual', { type: 'attempt-started', ...about, agent: 'manual', log: 'l' }],
  ['attempt 2 ended: exited, exit 0', { type: 'attempt-ended', ...about, outcome: 'exited', exit: 0 }],
  ['attempt 2 ended: exited, exit 0, auth, 401', wentBy('T1', 2, { exit: 0, verdict: 'auth', reason: '401' })],
  ['attempt 2 ended: exited, exit 0', wentBy('T1', 2, { exit: 0, verdict: 'ok' })],
  ['attempt 2 ended: exited, exit 137', wentBy('T1', 2, { exit: 137, verdict: 'killed' })],
  ['attempt 2 ended: exited, SIGSEGV', { type: 'attempt-ended', ...about, outcome: 'exited', signal: 'SIGSEGV' }],
  ['attempt 1 ended: killed, stopped by ada', ended('T1', 1, 'killed', 'stopped by ada')],
  ['attempt 2 interrupted: iter ended', { type: 'attempt-interrupted', ...about, reason: 'iter ended' }],
  ['1 uncommitted path of attempt 2 committed by iter as 0123456789', { type: 'work-committed', ...about, commit: COMMIT, paths: 1 }],
  ['3 uncommitted paths of attempt 2 committed by iter as 0123456789', { type: 'work-committed', ...about, commit: COMMIT, paths: 3 }],
  ['work of attempt 2 kept at refs/x', { type: 'work-archived', ...about, ref: 'refs/x', commit: COMMIT }],
  [
    'attempt 2 passed its checks, verdict approved',
    { type: 'checks-finished', ...about, commit: COMMIT, failures: [], warnings: failures('w'), verdict: 'approved' },
  ],
  ['attempt 2 passed its checks', { type: 'checks-finished', ...about, commit: COMMIT, failures: [], warnings: [] }],
  ['attempt 2 failed 1 check: a is wrong', { type: 'checks-finished', ...about, commit: COMMIT, failures: failures('a'), warnings: [] }],
  [
    'attempt 2 failed 2 checks: a is wrong; b is wrong',
    { type: 'checks-finished', ...about, commit: COMMIT, failures: failures('a', 'b'), warnings: [] },
  ],
  ['accepted at 0123456789', { type: 'task-accepted', ...about, commit: COMMIT }],
  ['sent back after attempt 1: a is wrong; b is wrong', sentBack('T1', 1, 'a', 'b')],
  ['rejected (2), back to T1, T2: F1 is open; F2 is open', rejected('T3', 2, { goto: 'T1 T2', reset: 'T1 T2 T3' }, 'must F1', 'nice F2')],
  ['failed: used up', { type: 'task-failed', ...about, reason: 'used up' }],
  ['plan claims Completed', claimed('T1', 'Completed')],
  ['agent claims Blocked: no key', claimed('T1', 'Blocked', 'agent', 'no key')],
  ['stop asked for by ada', { type: 'stop-requested', task: T1, by: 'ada' }],
  ['needs a person: Which?', { type: 'decision-requested', id: 'Q1', kind: 'manual', task: T1, question: 'Which?', options: [] }],
  ['ada decided Q1: again', answered('Q1', 'again')],
  ['ada decided Q1: fail, because it is late', answered('Q1', 'fail', { reason: 'it is late' })],
  [
    'NO_GO on tree 0123456789: 4 passed, 1 failed',
    { type: 'validation-finished', decision: 'NO_GO', tree: treeId(COMMIT), criteriaHash: 'h', passed: 4, failed: 1 },
  ],
  ['conflicts in a.txt, b.txt; the work goes back', conflicted('T1', 'T1', 'a.txt', 'b.txt')],
  [
    'landing abc on refs/heads/main, which was at 0123456789 (kept at refs/b)',
    {
      type: 'landing-started',
      target: 'refs/heads/main',
      before: COMMIT,
      after: commitId('abc'),
      tree: treeId('t'),
      tasks: [T1],
      backup: 'refs/b',
    },
  ],
  [
    'landed 1 commit on refs/heads/main: GO',
    { type: 'landing-finished', target: 'refs/heads/main', before: COMMIT, after: COMMIT, tasks: [T1], commits: 1, decision: 'GO' },
  ],
  [
    'landed 2 commits on refs/heads/main: GO_WITH_CAUTION',
    {
      type: 'landing-finished',
      target: 'refs/heads/main',
      before: COMMIT,
      after: COMMIT,
      tasks: [T1],
      commits: 2,
      decision: 'GO_WITH_CAUTION',
    },
  ],
  [
    'refs/heads/main moved back to 0123456789',
    { type: 'landing-undone', target: 'refs/heads/main', before: commitId('abc'), after: COMMIT },
  ],
])('%s', (said, event) => {
  expect(sentence(event)).toBe(said);
});

it('a finding is named by its title, not by its number', () => {
  const event = { ...rejected('T3', 1, { goto: 'T1', reset: 'T1' }), findings: [{ ...finding('must F1'), title: 'no tests' }] } as NewEvent;
  expect(sentence(event)).toBe('rejected (1), back to T1: no tests');
});
