import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith } from '../rig/repository.ts';

describe('branches that will not go together', () => {
  it('are named with their paths before anybody merges, in status and in the plain monitor', async () => {
    const root = repositoryWith({ 'README.md': '# Shop\n' });
    await done(root, [
      'new',
      'try',
      '-w',
      partsWorkflow(root),
      '--input',
      'parts=tax,cart',
      '--agent',
      'rehearsal',
      '--rehearse',
      'T1=conflict',
      '--rehearse',
      'T2=conflict',
    ]);
    const launched = await iter(root, ['launch']);
    expect(launched.stderr).toMatch(/T1 and T2 would conflict in \S+/);
    const { conflicts } = jsonOf(await done(root, ['status', '--json'])) as { conflicts: unknown[] };
    expect(conflicts).toEqual([{ task: 'T2', with: 'T1', paths: expect.any(Array) as string[], foreseen: true }]);
    expect((await done(root, ['status'])).stdout).toMatch(/would conflict as they stand:\n {2}T1 and T2: /);
    expect((await iter(root, ['merge'])).exit).toBe(7);
  });
});
