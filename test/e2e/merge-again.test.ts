import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { commit, repositoryWith, sh } from '../rig/repository.ts';

describe('merging what has landed already', () => {
  it('lands nothing and sends nobody back, even when somebody has changed the landed lines since', async () => {
    const root = repositoryWith({ 'notes.txt': 'buy milk\n', 'README.md': '# Shop\n' });
    await done(root, ['new', 'try', '--agent', 'rehearsal', '--targets', 'notes.txt']);
    await done(root, ['launch']);
    commit(root, { 'README.md': '# Our shop\n' }, 'rename the shop');
    await done(root, ['merge']);
    const after = commit(root, { 'notes.txt': 'buy milk\n\nbuy bread\n' }, 'make better notes');
    const again = await iter(root, ['merge', '1']);
    const status = jsonOf(await done(root, ['status', '1', '--json']));
    expect({
      exit: again.exit,
      said: again.stdout.includes('nothing to land'),
      main: sh(root, 'rev-parse', 'main'),
      states: new Set((status['tasks'] as { state: string }[]).map((task) => task.state)),
    }).toEqual({ exit: 0, said: true, main: after, states: new Set(['merged']) });
  });
});
