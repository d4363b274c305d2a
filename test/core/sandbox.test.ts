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
])('%s', (_, wishes, sandbox) => {
  expect(sandboxFor(wishes)).toEqual(sandbox);
});

it('is written as one word or in its parts', () => {
  expect([sandboxFrom('cli'), sandboxFrom({ by: 'bubblewrap', network: false })]).toEqual([
    { by: 'cli' },
    { by: 'bubblewrap', network: false },
  ]);
});
