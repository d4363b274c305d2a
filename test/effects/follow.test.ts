import { appendFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { followText, lastLines } from '../../src/effects/follow.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

test('a file that is followed may be removed while it is: nothing more comes, and nothing breaks', async () => {
  const file = path.join(temporaryFolder(), 'agent.log');
  writeFileSync(file, 'one\n');
  const end = new AbortController();
  let seen = '';
  const following = followText(file, (text) => (seen += text), end.signal);
  await until(
    () => {
      appendFileSync(file, 'two\n');
      return seen.includes('two\n');
    },
    (came) => came,
  );

  unlinkSync(file);
  end.abort();

  await expect(following).resolves.toBeUndefined();
});

test('a log that is not there yet has no lines', () => {
  const file = path.join(temporaryFolder(), 'agent.log');

  expect(lastLines(file, 5)).toEqual([]);
  writeFileSync(file, 'one\ntwo\nthree\n');
  expect(lastLines(file, 2)).toEqual(['two', 'three']);
});
