import { describe, it } from 'vitest';
import { named, play } from '../rig/landing-table.ts';
import { CHECKOUT } from './landing-scenarios/checkout.ts';
import { GIT } from './landing-scenarios/git.ts';
import { HOOKS } from './landing-scenarios/hooks.ts';
import { UNDO } from './landing-scenarios/undo.ts';

describe('a landing where there is', () => {
  it.each(named(CHECKOUT))('%s: iter %s', (_when, _iter, row) => play(row));
  it.each(named(GIT))('%s: iter %s', (_when, _iter, row) => play(row));
  it.each(named(HOOKS))('%s: iter %s', (_when, _iter, row) => play(row));
});

describe('a landing that is to be taken back, and there is', () => {
  it.each(named(UNDO))('%s: iter %s', (_when, _iter, row) => play(row));
});
