import { expect, it } from 'vitest';
import { locate, type Repository } from '../../src/effects/repository.ts';
import { offersTools } from '../../src/engine/settings.ts';
import { repositoryWith, temporaryFolder, write } from '../rig/repository.ts';

it('agents are given tools unless the variable, else the repository, else the person says not to', () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const home = temporaryFolder();
  const offers = (variables: Readonly<Record<string, string>> = {}): boolean =>
    offersTools(locate(root) as Repository, { HOME: home, XDG_CONFIG_HOME: home, ...variables });
  const nobody = offers();
  write(home, { 'iter/config.yaml': 'mcp: false\n' });
  const person = offers();
  write(root, { '.iter/config.yaml': 'mcp: true\n' });
  const repository = offers();
  expect([nobody, person, repository, offers({ ITER_MCP: 'off' }), offers({ ITER_MCP: '' })]).toEqual([true, false, true, false, true]);
});
