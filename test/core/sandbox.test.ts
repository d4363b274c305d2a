import { expect, it } from 'vitest';
import { sandboxFor, sandboxFrom } from '../../src/core/sandbox.ts';
import type { Sandbox } from '../../src/core/sandbox.ts';

const OWN: Sandbox = { by: 'bubblewrap', home: ['.cargo'] };

it.each<[string, Parameters<typeof sandboxFor>[0], Sandbox]>([
  ['nobody says anything', {}, { by: 'none' }],
  ['the workflow before the repository', { workflow: { by: 'none' }, repository: OWN }, { by: 'none' }],
  ['the repository, where the workflow is silent', { repository: OWN }, OWN],
  ['a person before both: it is not taken away', { workflow: { by: 'none' }, repository: { by: 'cli' }, person: OWN }, OWN],
  [
    'nor widened',
    { workflow: { by: 'bubblewrap', home: ['.ssh'], network: true }, person: { ...OWN, network: false } },
    { ...OWN, network: false },
  ],
  [
    'but narrowed',
    { workflow: { by: 'bubblewrap', network: false, credentials: false }, person: OWN },
    { ...OWN, network: false, credentials: false },
  ],
  ['a person who says none leaves it to others', { repository: OWN, person: { by: 'none' } }, OWN],
  [
    'who wants a container gets image, program and options from the configuration, the repository before the person',
    {
      workflow: { by: 'container', network: false },
      repository: { by: 'none', image: 'ours' },
      person: { by: 'none', image: 'mine', runtime: 'docker', arguments: ['--memory=4g'] },
    },
    { by: 'container', network: false, image: 'ours', runtime: 'docker', arguments: ['--memory=4g'] },
  ],
  [
    'and keeps what it says itself',
    { workflow: { by: 'container', image: 'step', arguments: [] }, repository: { by: 'container', image: 'ours', arguments: ['--init'] } },
    { by: 'container', image: 'step', arguments: [] },
  ],
  ['images are for containers alone', { workflow: { by: 'cli' }, repository: { by: 'container', image: 'ours' } }, { by: 'cli' }],
  [
    'into the container of a person others put an image, and no options',
    { workflow: { by: 'container', image: 'step', arguments: ['--privileged'] }, person: { by: 'container', network: false } },
    { by: 'container', network: false, image: 'step' },
  ],
  [
    'unless the person says which image',
    { repository: { by: 'container', image: 'ours' }, person: { by: 'container', image: 'mine' } },
    { by: 'container', image: 'mine' },
  ],
])('%s', (_, wishes, sandbox) => {
  expect(sandboxFor(wishes)).toEqual(sandbox);
});

it('is written as one word or in its parts', () => {
  expect([sandboxFrom('cli'), sandboxFrom({ by: 'bubblewrap', network: false })]).toEqual([
    { by: 'cli' },
    { by: 'bubblewrap', network: false },
  ]);
});
