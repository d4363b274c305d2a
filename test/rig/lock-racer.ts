/** Takes a lock so many times and, while holding it, adds one to a number in a file in a way that loses counts if two hold it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { acquire } from '../../src/effects/lock.ts';

const [lockFile = '', counter = '', times = '0', end = 'release'] = process.argv.slice(2);
for (let round = 0; round < Number(times); round += 1) {
  const lock = await acquire(lockFile, { what: 'counting', wait: 60_000 });
  const before = Number(readFileSync(counter, 'utf8'));
  await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(counter, String(before + 1));
  // dies with the lock in its hands: the next one has to take over
  if (end === 'die') process.kill(process.pid, 'SIGKILL');
  lock.release();
}
