import { describe, it } from 'vitest';
import { play } from '../rig/landing-table.ts';
import { CONTENT } from './landing-scenarios/content.ts';
import { HISTORY } from './landing-scenarios/history.ts';

describe('a landing where', () => {
  it.each(CONTENT)('$when: iter $iter', play);
  it.each(HISTORY)('$when: iter $iter', play);
});
