import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { taskOf } from '../../src/core/plan.ts';
import { taskId } from '../../src/core/ids.ts';
import { readText } from '../../src/effects/disk.ts';
import { postHandoff, postMessage } from '../../src/engine/messages.ts';
import type { Message } from '../../src/files/messages.ts';
import { parseMessages } from '../../src/files/messages.ts';
import type { Ground } from '../rig/ground.ts';
import { ground, made } from '../rig/ground.ts';

const NOTE: Message = {
  from: 'builder-001',
  to: 'All',
  type: 'Update',
  timestamp: '2026-01-10T12:00:00.000Z',
  status: 'Sent',
  text: 'halfway\n---\nTYPE: none',
};

const FILE = 'INTER_AGENT_MESSAGES.md';

const posted = ({ iteration }: Ground) => parseMessages(readText(path.join(iteration.directory, FILE)) ?? '', FILE).messages;

test('a message that stands already is not posted again; the same words at another time are another message', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const later = { ...NOTE, timestamp: '2026-01-10T13:00:00.000Z' };
  writeFileSync(path.join(on.iteration.directory, FILE), '# Messages\n');

  for (const message of [NOTE, NOTE, later, NOTE]) await postMessage(on.iteration, message, { once: true });

  expect(posted(on)).toMatchObject([NOTE, later]);
});

test('a handoff is posted once for a commit, whenever that is', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const task = taskOf(on.plan, taskId('T1'));
  const first = made(on.root, 'main', { says: 'one', files: { 'b.txt': 'b\n' } });
  const second = made(on.root, first.head, { says: 'two', files: { 'b.txt': 'c\n' } });

  await postHandoff(on.iteration, task, first, on.context);
  await postHandoff(on.iteration, task, first, { ...on.context, now: () => new Date('2026-01-10T14:00:00.000Z') });
  await postHandoff(on.iteration, task, { base: first.base, head: second.head }, on.context);

  expect(posted(on).map((message) => /head \w+/.exec(message.text)?.[0])).toEqual([
    `head ${first.head.slice(0, 10)}`,
    `head ${second.head.slice(0, 10)}`,
  ]);
});
