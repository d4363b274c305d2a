import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentRow } from '../../src/agents/table.ts';
import type { AgentDescriptor } from '../../src/core/agent-descriptor.ts';
import { probe, type Probe } from '../../src/engine/probe.ts';
import { temporaryFolder } from '../rig/repository.ts';

/** What is found of codex where its program is this script, or is not there. */
function probed(script: string | undefined, { oldest, patience }: { oldest?: string; patience?: number } = {}): Promise<Probe> {
  const folder = temporaryFolder();
  if (script !== undefined) writeFileSync(join(folder, 'codex'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const codex = agentRow('codex') as AgentDescriptor;
  const version = { arguments: ['--version'], recorded: ['0.169.0'], ...(oldest === undefined ? {} : { oldest }) };
  const context = {
    now: () => new Date(0),
    environment: { PATH: `${folder}:/usr/bin:/bin` },
    signal: new AbortController().signal,
    say: () => {},
    program: { node: process.execPath, cli: '', rehearsal: '', acp: '' },
  };
  return probe({ ...codex, version }, context, patience);
}

it('tells the version a program says, and whether it is one whose output was recorded', async () => {
  expect(await probed('echo "codex-cli 0.169.0"')).toEqual({ state: 'found', version: '0.169.0', isRecorded: true });
  expect(await probed('test "$1" = --version && echo v0.170.1')).toEqual({ state: 'found', version: '0.170.1', isRecorded: false });
});

it('tells one that is older than works', async () => {
  expect(await probed('echo 0.9.12', { oldest: '0.10' })).toEqual({ state: 'too-old', version: '0.9.12', oldest: '0.10' });
});

it('tells one that is not there, or does not answer', async () => {
  expect(await probed(undefined)).toEqual({ state: 'missing', fix: agentRow('codex')?.install });
  expect(await probed('echo 0.1.2; exit 3')).toEqual({ state: 'silent', reason: '"codex --version" ended with 3 and no version' });
  expect(await probed('sleep 600', { patience: 100 })).toEqual({ state: 'silent', reason: 'no answer within 0.1 s' });
});
