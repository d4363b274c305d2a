import { expect, test } from 'vitest';
import { parseWorkflowLock, workflowLockText } from '../../src/files/workflow-lock.ts';

test('a lock that is read and written again keeps the files its workflow was made of', () => {
  const pin = { source: 'workflows/a.yaml', sha256: 'a'.repeat(64) };
  const lock = {
    iteration: '001-x',
    name: 'a',
    text: 'version: 1\n',
    workflow: pin,
    others: [{ ...pin, source: 'workflow b' }],
    given: { 'context/given/a.md': 'a.md' },
  };
  const text = workflowLockText({ ...lock, roles: {} });
  const read = parseWorkflowLock(text, 'workflow.lock.yaml');
  expect(read).toEqual({ lock });
  expect('lock' in read && workflowLockText({ ...read.lock, roles: {} })).toBe(text);
});
