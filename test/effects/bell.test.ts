import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createBell } from '../../src/effects/bell.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

function hung(folder: string) {
  let rings = 0;
  const bell = createBell(folder, () => void (rings += 1));
  onTestFinished(() => bell.close());
  const write = (text: string): void => writeFileSync(path.join(folder, 'a.log'), text, { flag: 'a' });
  const rung = (times: number): Promise<number> =>
    until(
      () => rings,
      (now) => now >= times,
    );
  return { bell, write, rung };
}

it('a folder that is written all the time rings once for each time the bell is set', async () => {
  const { bell, write, rung } = hung(temporaryFolder());
  bell.set();
  bell.set();
  for (let line = 0; line < 100; line += 1) write('line\n');
  expect(await rung(1)).toBe(1);
  // nobody has set it since: this is heard of by nobody
  for (let line = 0; line < 100; line += 1) write('line\n');
  bell.set();
  write('line\n');
  expect(await rung(2)).toBe(2);
});

it('a folder that is not there yet rings once it is there and the bell is set again', async () => {
  const folder = path.join(temporaryFolder(), 'logs');
  const { bell, write, rung } = hung(folder);
  bell.set();
  mkdirSync(folder);
  bell.set();
  write('line\n');
  expect(await rung(1)).toBe(1);
});
