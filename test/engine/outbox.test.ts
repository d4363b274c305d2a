import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskOf } from '../../src/core/plan.ts';
import { taskId } from '../../src/core/ids.ts';
import { getContext } from '../../src/engine/context-store.ts';
import { readThreads } from '../../src/engine/messages.ts';
import { collectOutbox } from '../../src/engine/outbox.ts';
import type { Ground } from '../rig/ground.ts';
import { ground } from '../rig/ground.ts';
import { temporaryFolder } from '../rig/repository.ts';

const MESSAGE = `---
FROM: Orchestrator
TO: All
TYPE: Update
TIMESTAMP: 2026-01-10T12:00:00Z
STATUS: Resolved

MESSAGE: rates moved, see @src/rates.ts:1 and @src/rates.ts:99
---
`;

interface Box {
  readonly on: Ground;
  readonly worktree: string;
  readonly outbox: string;
  readonly collect: (running?: boolean) => Promise<void>;
}

async function box(): Promise<Box> {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const worktree = temporaryFolder();
  const outbox = path.join(worktree, '.iter', 'outbox');
  mkdirSync(outbox, { recursive: true });
  mkdirSync(path.join(worktree, 'src'));
  writeFileSync(path.join(worktree, 'src', 'rates.ts'), 'one\n');
  const collect = (running = false): Promise<void> =>
    collectOutbox(on.run, taskOf(on.plan, taskId('T1')), { worktree, running }, on.context);
  return { on, worktree, outbox, collect };
}

/** A time long before the clock of the test. */
const LONG_AGO = new Date('2026-01-10T11:00:00Z');

describe('the outbox of an agent', () => {
  it('gives messages their true sender, no status of their own, and a note about references that lead nowhere', async () => {
    const { on, outbox, collect } = await box();
    writeFileSync(path.join(outbox, 'x.message.md'), MESSAGE);
    await collect();
    const [thread] = readThreads(on.iteration).threads;
    expect(thread).toMatchObject({ status: 'Sent', message: { from: 'builder-T1', task: 'T1', to: 'All' } });
    expect(thread?.message.text).toContain('References that lead nowhere: @src/rates.ts:99');
    expect(thread?.message.text).not.toContain('nowhere: @src/rates.ts:1,');
    await collect();
    expect(readThreads(on.iteration).threads.length).toBe(1);
  });

  it('sets aside what it cannot read, says it once, and takes the rest', async () => {
    const { on, outbox, collect } = await box();
    const directive = MESSAGE.replace('Update', 'Directive');
    writeFileSync(path.join(outbox, 'a.message.md'), `${MESSAGE}\n${MESSAGE.replace('Update', 'Shout')}\n${directive}`);
    writeFileSync(path.join(outbox, 'report.md'), 'Finished\n');
    writeFileSync(path.join(outbox, 'b.txt'), 'b');
    mkdirSync(path.join(outbox, 'ctx'));
    writeFileSync(path.join(outbox, 'ctx', 'Plan..x'), 'bad');
    writeFileSync(path.join(outbox, 'ctx', 'plan.tasks'), 'good');
    await collect();
    await collect();
    expect(readThreads(on.iteration).threads.length).toBe(1);
    expect(getContext(on.iteration, 'plan.tasks')).toBe('good');
    expect(readdirSync(path.join(on.iteration.directory, '.run', 'quarantine')).length).toBe(5);
    const whole = on.said.join('\n');
    const reasons = ['unknown TYPE "Shout"', 'a Directive comes from', 'it starts with "Finished"', 'what "b.txt" is', 'bad key "Plan..x"'];
    expect(reasons.map((reason) => [reason, whole.split(reason).length - 1])).toEqual(reasons.map((reason) => [reason, 1]));
  });

  it('takes nothing by way of a link, and follows none', async () => {
    const { on, worktree, outbox, collect } = await box();
    const elsewhere = path.join(temporaryFolder(), 'secret.txt');
    writeFileSync(elsewhere, 'secret');
    mkdirSync(path.join(outbox, 'ctx'));
    symlinkSync(elsewhere, path.join(outbox, 'ctx', 'stolen'));
    linkSync(elsewhere, path.join(outbox, 'ctx', 'second'));
    await collect();
    expect([getContext(on.iteration, 'stolen'), getContext(on.iteration, 'second')]).toEqual([undefined, undefined]);
    expect(on.said.join('\n')).toMatch(/second name somewhere else[^]*symbolic link/);
    const other = temporaryFolder();
    mkdirSync(path.join(other, 'outbox', 'ctx'), { recursive: true });
    writeFileSync(path.join(other, 'outbox', 'ctx', 'moved'), 'x');
    const linked = path.join(worktree, 'again');
    mkdirSync(linked);
    symlinkSync(other, path.join(linked, '.iter'));
    await collectOutbox(on.run, taskOf(on.plan, taskId('T1')), { worktree: linked, running: false }, on.context);
    expect(getContext(on.iteration, 'moved')).toBeUndefined();
    expect(readFileSync(path.join(other, 'outbox', 'ctx', 'moved'), 'utf8')).toBe('x');
  });

  it('leaves a file alone that was just written while its writer runs', async () => {
    const { on, outbox, collect } = await box();
    const file = path.join(outbox, 'report.md');
    writeFileSync(file, 'In Progress\n');
    utimesSync(file, on.context.now(), on.context.now());
    await collect(true);
    expect(existsSync(file)).toBe(true);
    utimesSync(file, LONG_AGO, LONG_AGO);
    await collect(true);
    expect(existsSync(file)).toBe(false);
    expect(on.run.state.tasks['T1']?.claim).toMatchObject({ word: 'In Progress', by: 'builder-T1' });
  });
});
