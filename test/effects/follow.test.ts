import { appendFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createFollower, followText, lastLines } from '../../src/effects/follow.ts';
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

test('a log that is cut while its pieces are taken goes on with whole lines', () => {
  const file = path.join(temporaryFolder(), 'agent.log');
  writeFileSync(file, '');
  const more = createFollower(file);
  appendFileSync(file, 'a long line that is counted\n'.repeat(30_000));
  const lines: string[] = [];
  for (const bytes of more()) {
    lines.push(...Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1));
    if (lines.length < 15_000) writeFileSync(file, `${'b'.repeat(400_000)}\n`);
  }
  expect(lines.length).toBeLessThan(15_000);

  appendFileSync(file, 'one\ntwo\n');

  expect([...more()].map((bytes) => Buffer.from(bytes).toString('utf8')).join('')).toBe('one\ntwo\n');
});
