import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PORTS, leasePorts } from '../../src/effects/port-lease.ts';
import { temporaryFolder } from '../rig/repository.ts';

async function lease(name: string, folder: string) {
  const found = await leasePorts(name, folder);
  if (found === undefined) throw new Error('no ports are left');
  return found;
}

test('a name gets the same ports each time, and nobody else gets them meanwhile', async () => {
  const folder = temporaryFolder();
  const first = await lease('one', folder);
  const second = await lease('one', folder);
  expect(Math.abs(second.first - first.first)).toBeGreaterThanOrEqual(PORTS);
  first.release();
  expect((await lease('one', folder)).first).toBe(first.first);
});

test('many at once get different ones', async () => {
  const folder = temporaryFolder();
  const leases = await Promise.all(Array.from({ length: 30 }, () => lease('same', folder)));
  expect(new Set(leases.map(({ first }) => first)).size).toBe(30);
  for (const { release } of leases) release();
  expect(readdirSync(folder).filter((file) => file !== 'lock')).toEqual([]);
});

test('ports another program listens on are passed over', async () => {
  const folder = temporaryFolder();
  const { first, release } = await lease('taken', folder);
  release();
  const server = createServer();
  server.listen(first + PORTS - 1, '127.0.0.1');
  await once(server, 'listening');
  const other = await lease('taken', folder);
  server.close();
  expect(other.first).not.toBe(first);
});

test('where leases cannot be written there are no ports, and that is no error', async () => {
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect([await leasePorts('x', file), await leasePorts('x', path.join(file, 'below'))]).toEqual([undefined, undefined]);
});

test('a lease whose holder is gone is free again', async () => {
  const folder = temporaryFolder();
  const { first, release } = await lease('gone', folder);
  release();
  const { pid } = spawnSync('true');
  writeFileSync(path.join(folder, String(first)), `${pid} 1`);
  expect((await lease('gone', folder)).first).toBe(first);
});
