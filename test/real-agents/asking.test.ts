/** A real agent that asks before it acts, and a person who answers it while the launch goes on. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, startIter } from '../rig/cli.ts';
import { processesOf } from '../rig/driven.ts';
import { permissionsIn } from '../rig/given-permissions.ts';
import { HAS_USUAL, household } from '../rig/real-agents.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { scriptedModel } from '../rig/scripted-model.ts';
import { until } from '../rig/until.ts';

/** Milliseconds: longer than any of this takes on a slow machine. */
const LONG = 300_000;

const WORKFLOW = `version: 1
name: careful
environments: { dev: { human: optional } }
defaults: { timeout: 20m, retry: { max: 0 } }
steps:
  - { id: build, role: builder, permission: ask, prompt: Work., checks: [{ commits: { min: 1 } }] }
`;

describe.skipIf(!HAS_USUAL)('a real agent that asks', () => {
  it(
    'qwen+acp does what a person approves, goes on without what a person rejects, and does neither before',
    async () => {
      const root = repositoryWith({ 'workflows/careful.yaml': WORKFLOW });
      const directory = path.join(root, 'iterations', '001-try');
      const worktree = path.join(`${root}-worktrees`, '001-try', 'T1');
      const [wanted, unwanted] = ['wanted.txt', 'unwanted.txt'].map((name) => path.join(worktree, name)) as [string, string];
      const model = await scriptedModel(({ results }) => {
        const moves = [
          { write: wanted, text: 'work\n' },
          { write: unwanted, text: 'work\n' },
        ] as const;
        return moves[results.length] ?? { say: 'It is done.' };
      });
      const { env } = household(model);
      await done(root, ['new', 'try', '-w', 'careful', '--agent', 'qwen+acp'], env);
      const launch = startIter(root, ['launch'], env);
      const requests = () => eventsOf(directory).filter(({ type }) => type === 'decision-requested');

      await until(requests, ({ length }) => length === 1, LONG);
      const question = 'T1 asks whether it may edit files: "Writing to wanted.txt"; about wanted.txt';
      expect([requests(), existsSync(wanted)]).toMatchObject([[{ kind: 'permission', task: 'T1', question }], false]);
      await done(root, ['approve'], env);
      await until(requests, ({ length }) => length === 2, LONG);
      expect([readFileSync(wanted, 'utf8'), existsSync(unwanted)]).toEqual(['work\n', false]);
      await done(root, ['reject', '-m', 'not that one'], env);
      const ended = await launch.ended;
      await model.stop();
      expect(ended.exit).toBe(0);
      expect(model.asked.map(({ results }) => results.map((result) => /^Success|cancel/.exec(result)?.[0]))).toEqual([
        [],
        ['Success'],
        ['Success', 'cancel'],
      ]);
      expect(permissionsIn(directory)).toEqual(['allow_once', 'reject_once']);
      expect(sh(worktree, 'ls-tree', '--name-only', 'HEAD', 'wanted.txt', 'unwanted.txt')).toBe('wanted.txt');
      expect(processesOf(directory)).toEqual([]);
    },
    LONG,
  );
});
