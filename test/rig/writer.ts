/** One agent that reports, sends messages and sets values in turn, so many times, through the functions behind the commands. */
import { taskId } from '../../src/core/ids.ts';
import { locate } from '../../src/effects/repository.ts';
import { setContext } from '../../src/engine/context-store.ts';
import type { Context } from '../../src/engine/context.ts';
import { openIteration } from '../../src/engine/iteration.ts';
import { postMessage } from '../../src/engine/messages.ts';
import { Run } from '../../src/engine/run.ts';

const [root = '', name = '', times = '0'] = process.argv.slice(2);
const repository = locate(root);
const opened = repository === undefined ? { problems: [] } : openIteration(repository);
if (!('iteration' in opened)) throw new Error(`no iteration in ${root}`);
const { iteration } = opened;
const context: Context = {
  now: () => new Date(),
  environment: {},
  signal: new AbortController().signal,
  say: () => {},
  program: { node: process.execPath, cli: '', rehearsal: '', acp: '' },
};
const run = new Run(iteration, context);
const message = { from: name, to: 'All', type: 'Update', status: 'Sent' } as const;
for (let call = 0; call < Number(times); call += 1) {
  const text = `${name} says ${call}\n---\nFROM: nobody`;
  if (call % 3 === 0)
    await run.record({ type: 'status-claimed', task: taskId('T1'), word: 'In Progress', by: name, message: String(call) });
  else if (call % 3 === 1) await postMessage(iteration, { ...message, timestamp: new Date().toISOString(), text });
  else {
    await setContext(iteration, `${name}.value-${call}`, text);
    await setContext(iteration, 'everybody', `${name} ${call} ${'x'.repeat(1000)}`);
  }
}
