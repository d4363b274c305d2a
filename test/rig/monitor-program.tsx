/** The real monitor on a real terminal, over a run of made-up tasks that answers to keys. `terminal.test.ts` bundles and drives it. */
import { startMonitor } from '../../src/tui/start.tsx';
import { feedOf, NOON, run, task, decision } from './snapshots.ts';
import type { TestFeed } from './snapshots.ts';

const others = Array.from({ length: 40 }, (_, index) => task(`T${index + 3}`, { state: 'waiting', attempt: 0 }));
const title = '認証モジュールの設計 \u{1F680}';
const asking = [task('T1', { title }), task('T2', { state: 'awaiting-human' }), ...others];
const answered = [task('T1', { title }), task('T2', { state: 'running', attempt: 2 }), ...others];
const stopped = [task('T1', { title, state: 'failed', reason: 'stopped by a person' }), ...answered.slice(1)];

const feed: TestFeed = feedOf(run(asking, { decisions: [decision('D1', 'T2')] }), async (action) => {
  if (action.do === 'decide') {
    feed.turn(run(answered), NOON + 61_000);
    return `${action.id} is answered: ${action.option}`;
  }
  if (process.argv.includes('--break')) {
    feed.snapshot = () => {
      throw new Error('the plan is gone');
    };
  }
  feed.turn(run(stopped), NOON + 62_000);
  return `${action.task ?? 'the run'} is stopped`;
});
feed.say('T1', 'reading src/auth.ts');

try {
  const how = await startMonitor(feed, { color: !('NO_COLOR' in process.env) });
  process.stdout.write(`left: ${how}\n`);
} catch (error) {
  process.stdout.write(`ended: ${String(error)}\n`);
}
// nothing may keep the process alive once the monitor is closed
process.exitCode = 0;
