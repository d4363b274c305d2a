import { describe, expect, test } from 'vitest';
import { triage } from '../../src/core/triage.ts';

const LIBRARY = [
  { name: 'bug-triage', description: 'Find the cause of a defect and fix it.', triggers: ['bug report', 'regression'] },
  { name: 'docs-refresh', description: 'Bring pages up to date after a release.', triggers: ['outdated documentation', 'release notes'] },
  { name: 'rfc', description: 'Agree on a design before anybody builds.', triggers: ['design question'] },
];

const ranked = (request: string): [string, number][] => triage(request, LIBRARY).map(({ name, score }) => [name, score]);

describe('triage', () => {
  test('puts the workflow whose trigger is in the request first', () => {
    expect(ranked('a bug report about the release')).toEqual([
      ['bug-triage', 10],
      ['docs-refresh', 3],
    ]);
  });

  test('says which words of the request were found where, and which triggers it has as a whole', () => {
    expect(triage('Fix this bug', LIBRARY)).toEqual([
      {
        name: 'bug-triage',
        score: 4,
        matches: [
          { word: 'fix', in: 'description' },
          { word: 'bug', in: 'trigger' },
        ],
        triggers: [],
      },
    ]);
    expect(triage('regression', LIBRARY)[0]?.triggers).toEqual(['regression']);
  });

  test.each([
    ['compares whole words', 'debugging', []],
    ['takes one and many of a thing for one', 'Bugs, BUGS and bug reports', [['bug-triage', 10]]],
    ['counts a word once, where it weighs most', 'release release', [['docs-refresh', 3]]],
    ['passes over words that say nothing', 'what is on after the', []],
    ['finds nothing in nothing', ' … ', []],
  ])('%s', (_rule, request, expected) => {
    expect(ranked(request)).toEqual(expected);
  });

  test('orders equals by name, however they are given', () => {
    const twins = ['b', 'a', 'c'].map((name) => ({ name, description: 'cache', triggers: [] }));
    expect(triage('cache', twins).map((one) => one.name)).toEqual(['a', 'b', 'c']);
  });
});
