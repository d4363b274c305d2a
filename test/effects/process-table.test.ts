import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { markedSeconds } from '../../src/effects/process-table.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

it('the work of a container is that of the processes with its mark, without those of who has started it', async () => {
  const mark = `ITER_RUN_ID=${temporaryFolder()}:T1:1:`;
  const [name = '', value = ''] = mark.split('=');
  const busy = spawn('sh', ['-c', 'while :; do :; done'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], [name]: value },
  });
  const pid = busy.pid ?? 0;
  try {
    await until(
      () => markedSeconds(`${mark}\0`, 0) ?? 0,
      (seconds) => seconds >= 0.1,
    );
    expect([markedSeconds(`${mark}\0`, pid), markedSeconds(`${mark}2:`, 0)]).toEqual([undefined, undefined]);
  } finally {
    process.kill(-pid, 'SIGKILL');
  }
});
