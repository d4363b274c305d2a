import { describe, it } from 'vitest';
import { named, play } from '../rig/landing-table.ts';
import { CONTENT } from './landing-scenarios/content.ts';
import { HISTORY } from './landing-scenarios/history.ts';

describe('a landing where', () => {
  it.each(named(CONTENT))('%s: iter %s', (_when, _iter, row) => play(row));
  it.each(named(HISTORY))('%s: iter %s', (_when, _iter, row) => play(row));
});
