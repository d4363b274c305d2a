import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { fingerprint } from '../rig/fingerprint.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

let root: string;
const worktree = (task: string): string => path.join(path.dirname(root), 'project-worktrees', '001-try', task);
const branches = (): string => sh(root, 'for-each-ref', '--format=%(refname:short)', 'refs/heads');
const recorded = (): string[] =>
  eventsOf(path.join(root, 'iterations', '001-try'))
    .filter((event) => event.type.startsWith('worktree-'))
    .map((event) => `${event.type} ${event.task}`);

/** Two tasks are accepted, one has landed, and somebody has gone on in the worktree of the other. */
beforeAll(async () => {
  root = repositoryWith({ 'README.md': '# Shop\n', '.gitignore': '*.log\n' });
  await done(root, ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root), '--input', 'parts=one,two']);
  await done(root, ['launch']);
  await done(root, ['merge', '--task', 'T1']);
  writeFileSync(path.join(worktree('T2'), 'half.txt'), 'half done\n');
  writeFileSync(path.join(worktree('T2'), 'x.log'), 'ignored\n');
});

describe('iter clean and iter restore', () => {
  it('say first what would go, and touch nothing', async () => {
    const before = [fingerprint(worktree('T1')), fingerprint(worktree('T2')), branches()];
    const dry = await iter(root, ['clean', '--dry-run', '--json']);
    expect({ exit: dry.exit, tasks: jsonOf(dry)['tasks'] }).toMatchObject({
      exit: 1,
      tasks: [
        { task: 'T1', standing: 'merged', action: 'would-remove' },
        { task: 'T2', standing: 'unmerged', action: 'kept' },
      ],
    });
    expect([fingerprint(worktree('T1')), fingerprint(worktree('T2')), branches(), recorded()]).toEqual([...before, []]);
  });

  it('remove what is merged and keep what is not, with the reason', async () => {
    const cleaned = await iter(root, ['clean']);
    expect([cleaned.exit, existsSync(worktree('T1')), existsSync(worktree('T2')), branches()]).toEqual([
      1,
      false,
      true,
      'iter/001-try/T2\nmain',
    ]);
    expect(cleaned.stdout).toMatch(/^T1 {2}merged, .* removed; saved at refs\/iter\/backup\/001-try\/T1\/1/m);
    expect(cleaned.stdout).toMatch(/^T2 {2}not merged, .* kept: its work is not in the target; --force saves it/m);
    expect(recorded()).toEqual(['worktree-saved T1', 'worktree-removed T1']);
  });

  it('save what is not merged before it goes, bring it back byte for byte, and land it', async () => {
    const before = fingerprint(worktree('T2'), ['.git']);
    await done(root, ['clean', '--force', '--ignored']);
    expect([existsSync(worktree('T2')), branches()]).toEqual([false, 'main']);
    sh(root, 'gc', '--quiet', '--prune=now');
    const restored = await done(root, ['restore', '--task', 'T2']);
    expect(restored.stdout).toContain(`T2  ${worktree('T2')} as in refs/iter/backup/001-try/T2/1`);
    expect([fingerprint(worktree('T2'), ['.git']), branches()]).toEqual([before, 'iter/001-try/T2\nmain']);
    expect(recorded().slice(2)).toEqual(['worktree-saved T2', 'worktree-removed T2', 'worktree-restored T2']);
    await done(root, ['merge']);
    expect(sh(root, 'ls-tree', '-r', '--name-only', 'main', 'rehearsal').split('\n')).toHaveLength(2);
    const log = readFileSync(path.join(root, 'iterations', '001-try', 'ORCHESTRATION_LOG.md'), 'utf8');
    expect(log).toContain('worktree and branch brought back from refs/iter/backup/001-try/T2/1');
  });

  it('refuse a task there is not, and one that is there already', async () => {
    const unknown = await iter(root, ['restore', '--task', 'T9']);
    const there = await iter(root, ['restore', '--task', 'T2']);
    expect([unknown.exit, there.exit]).toEqual([1, 1]);
    expect([unknown.stderr, there.stderr].join('')).toMatch(/there is no task "T9".*\n.*the worktree of T2 is there/);
  });
});
