import { expect, it } from 'vitest';
import { roleNames } from '../../src/core/role-names.ts';

const names = (...roles: readonly [string, number, ...string[]][]) => roleNames(roles.map(([name, rank, ...aka]) => ({ name, rank, aka })));

it('an alias means its role, however it is written, and a name nobody has means itself', () => {
  const { own, all } = names(['principal', 0, 'Lead', 'Team_Lead'], ['qa', 0]);
  expect(['lead', 'team-lead', 'principal', 'boss'].map(own)).toEqual(['principal', 'principal', 'principal', 'boss']);
  expect(all).toEqual(['principal', 'qa', 'lead', 'team-lead']);
});

it('a role of that name wins over the alias of another', () => {
  const { own, clashes } = names(['principal', 0, 'lead'], ['lead', 0]);
  expect([own('lead'), clashes.size]).toEqual(['lead', 0]);
});

it('a higher layer takes an alias from a lower one, and two of one layer clash', () => {
  expect(names(['a', 0, 'x'], ['b', 2, 'x'], ['c', 1, 'x']).own('x')).toBe('b');
  const { own, clashes } = names(['a', 2, 'x'], ['b', 2, 'x'], ['c', 0, 'x']);
  expect([own('x'), clashes.get('x')?.what]).toEqual(['a', 'the roles "a" and "b" both go by "x"']);
});
