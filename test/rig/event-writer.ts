/** Appends so many events, one by one, as `iter report` does from another process. */
import { taskId } from '../../src/core/ids.ts';
import { appendEvents } from '../../src/effects/event-log.ts';

const [file = '', name = '', times = '0'] = process.argv.slice(2);
for (let attempt = 1; attempt <= Number(times); attempt += 1) {
  await appendEvents(file, [{ type: 'task-failed', task: taskId(name), attempt, reason: 'x'.repeat(attempt) }], '2026-01-01T00:00:00.000Z');
}
