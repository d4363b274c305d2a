import { EventEmitter } from 'node:events';
import fs, { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { afterEach, describe, it } from 'vitest';
import { watchFiles } from '../../src/effects/watch.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const real = fs.watch;

/** What Node has in the place of fs.watch from now on. */
function system(watch: unknown): void {
  fs.watch = watch as typeof fs.watch;
  syncBuiltinESMExports();
}

afterEach(() => system(real));

const refusal = (code: string): Error => Object.assign(new Error(`${code}: watch`), { code });

describe('where the system has no watches left', () => {
  it.each([
    [
      'thrown as ENOSPC',
      () => {
        throw refusal('ENOSPC');
      },
    ],
    [
      'told as EMFILE',
      () => {
        const watcher = Object.assign(new EventEmitter(), { close: () => {}, ref: () => {}, unref: () => {} });
        setImmediate(() => watcher.emit('error', refusal('EMFILE')));
        return watcher;
      },
    ],
  ])('and says so (%s), the clock calls again and again', async (_, watch) => {
    const file = path.join(temporaryFolder(), 'plan.md');
    writeFileSync(file, 'a');
    system(watch);
    let calls = 0;
    const watched = watchFiles([file], () => (calls += 1));
    // one of them is that for standing at all
    await until(
      () => calls,
      (count) => count >= 3,
      120_000,
    );
    await watched.close();
  });
});

it('what is written into a folder that is watched later is seen', async () => {
  const folder = temporaryFolder();
  let calls = 0;
  const watched = watchFiles([path.join(folder, 'first')], () => (calls += 1));
  const outbox = path.join(folder, 'outbox');
  mkdirSync(outbox);
  watched.add([outbox]);
  await until(
    () => {
      const before = calls;
      appendFileSync(path.join(outbox, 'report.md'), 'x');
      return before;
    },
    (count) => count >= 3,
    120_000,
  );
  await watched.close();
});
