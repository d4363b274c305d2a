import { describe, it } from 'vitest';
import { play } from '../rig/landing-table.ts';
import { CHECKOUT } from './landing-scenarios/checkout.ts';
import { GIT } from './landing-scenarios/git.ts';
import { UNDO } from './landing-scenarios/undo.ts';

describe('a landing where there is', () => {
  it.each(CHECKOUT)('$when: iter $iter', play);
  it.each(GIT)('$when: iter $iter', play);
});

describe('a landing that is to be taken back, and there is', () => {
  it.each(UNDO)('$when: iter $iter', play);
});
