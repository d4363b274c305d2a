import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter } from '../rig/cli.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1));
const TASKS = Array.from({ length: 32 }, (_, index) => `T${index + 1}`);
/** ITER_STRESS=1 asks for the twenty rounds of the acceptance list. */
const ROUNDS = process.env['ITER_STRESS'] === '1' ? 20 : 1;

describe('32 tasks at once', () => {
  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'get 32 worktrees and all of them are accepted, round %i',
    async () => {
      const root = repositoryWith({ 'README.md': '# Shop\n' });
      const parts = TASKS.map((_, index) => `p${index + 1}`).join(',');
      await done(root, ['new', 'many', '--agent', 'rehearsal', '-w', partsWorkflow(root), '--input', `parts=${parts}`]);
      const launched = await iter(root, ['launch', '--max-parallel', '32']);
      const events = eventsOf(path.join(root, 'iterations', '001-many'));
      const of = (type: string): string[] => events.filter((event) => event.type === type).map((event) => event.task ?? '');
      const listed = sh(root, 'worktree', 'list', '--porcelain').matchAll(/^branch refs\/heads\/iter\/001-many\/(.*)$/gm);
      expect({
        exit: launched.exit,
        starts: of('attempt-started').toSorted(byNumber),
        accepted: of('task-accepted').toSorted(byNumber),
        worktrees: [...listed].map((match) => match[1] ?? '').toSorted(byNumber),
        there: TASKS.filter((id) => existsSync(path.join(path.dirname(root), 'project-worktrees', '001-many', id, '.git'))),
        fsck: sh(root, 'fsck', '--strict', '--no-dangling'),
      }).toEqual({
        exit: 0,
        starts: TASKS,
        accepted: TASKS,
        worktrees: TASKS,
        there: TASKS,
        fsck: '',
      });
    },
    180_000,
  );
});
