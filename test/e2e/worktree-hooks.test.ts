import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { drivenAgents } from '../rig/driven.ts';
import { commit, repositoryWith, temporaryFolder } from '../rig/repository.ts';
import { partsWorkflow } from '../rig/parts.ts';

it('commands for new worktrees run once they are trusted, are tried again when they fail, and clear up in the end', async () => {
  const outside = temporaryFolder();
  const root = repositoryWith({
    '.gitignore': 'made.txt\n',
    'ready.sh': 'echo "at $ITER_PORT for $ITER_TASK"\necho no database\nexit 3\n',
  });
  const gone = path.join(outside, 'gone');
  const config = `worktree: { setup: ["sh ready.sh"], teardown: ["sh -c 'echo \\"$ITER_TASK\\" >> ${gone}'"], timeout: 5m }\n`;
  writeFileSync(path.join(root, 'config'), '');
  commit(root, { '.iter/config.yaml': config }, 'how a worktree gets ready');
  const driven = drivenAgents();
  driven.order('any', [{ do: 'write', path: 'pieces/{task}.txt', text: 'made\n' }, { do: 'commit' }]);
  const env = { ...driven.env, XDG_DATA_HOME: outside };
  await done(root, ['new', 'ready', '--agent', driven.agent, '-w', partsWorkflow(root), '--input', 'parts=a'], env);

  const refused = await iter(root, ['launch'], env);
  expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining('look at it and say so: iter trust') as string]);
  expect((await iter(root, ['trust'], { ...env, ITER_TASK: 'T1' })).exit).toBe(2);
  expect(jsonOf(await done(root, ['trust', '--dry-run', '--json'], env))).toMatchObject({ trusted: false, files: [{ path: 'ready.sh' }] });
  expect((await done(root, ['trust'], env)).stdout).toContain('in each new worktree:      sh ready.sh');

  const failed = await iter(root, ['launch'], env);
  expect([failed.exit, failed.stdout + failed.stderr]).toEqual([
    5,
    expect.stringMatching(/its set-up failed: sh ready\.sh: exit 3: at \d+ for T1 \| no database; see .run\/logs\/T1-setup\.log/) as string,
  ]);
  const [decision] = jsonOf(await done(root, ['status', '--json'], env))['decisions'] as { id: string }[];
  expect(driven.announced()).toEqual([]);

  // mended where the attempt stands: there it is not what was looked at
  const worktree = path.join(path.dirname(root), 'project-worktrees/001-ready/T1');
  writeFileSync(path.join(worktree, 'ready.sh'), 'echo made > made.txt\n');
  await done(root, ['decide', decision?.id ?? '', '--option', 'again'], env);
  const changed = await iter(root, ['launch'], env);
  expect(changed.stdout + changed.stderr).toContain(
    `its commands with ready.sh as it is there are not what you have looked at; look and say so, then try again: iter trust -C ${worktree}`,
  );
  await done(worktree, ['trust'], env);
  const [again] = jsonOf(await done(root, ['status', '--json'], env))['decisions'] as { id: string }[];
  await done(root, ['decide', again?.id ?? '', '--option', 'again'], env);
  await done(root, ['launch'], env);
  expect([driven.announced().length, existsSync(path.join(worktree, 'made.txt'))]).toEqual([1, true]);

  await done(root, ['clean', '--force'], env);
  expect([readFileSync(gone, 'utf8'), existsSync(worktree)]).toEqual(['T1\n', false]);
}, 300_000);
