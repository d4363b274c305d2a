import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { landsWithout, narrowed, nextProbe, searchAmong } from '../../src/core/bisect.ts';
import { taskId } from '../../src/core/ids.ts';
import { plan } from '../rig/story.ts';

/** Who is found, counted from 1, 0 for nobody, and what was judged on the way. */
function found(count: number, isRed: (probe: number) => boolean, green?: number): { first: number; probes: number[] } {
  const probes: number[] = [];
  let search = searchAmong(count, green);
  for (let probe = nextProbe(search); probe !== undefined; probe = nextProbe(search)) {
    probes.push(probe);
    search = narrowed(search, probe, isRed(probe));
  }
  return { first: search.red, probes };
}

describe('the search for the first that turns it red', () => {
  it('finds it, with as many looks as the number of possible answers can be halved', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (count, seed) => {
        const bad = seed % (count + 1);
        const { first, probes } = found(count, (probe) => probe >= bad);
        expect(first).toBe(bad);
        expect(probes.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count + 1)));
        expect(new Set(probes).size).toBe(probes.length);
      }),
    );
  });

  it('takes at most four looks among ten, whoever it is', () => {
    const most = Array.from({ length: 11 }, (_, bad) => found(10, (probe) => probe >= bad).probes.length);
    expect(Math.max(...most)).toBe(4);
  });

  it('names one that is red with and green without what comes before it, even where red comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (reds) => {
        const isRed = (probe: number): boolean => probe === reds.length || reds[probe] === true;
        const { first } = found(reds.length, isRed);
        expect(isRed(first) && (first === 0 || !isRed(first - 1))).toBe(true);
      }),
    );
  });

  it('does not look again at what is known to be green', () => {
    expect(found(10, (probe) => probe >= 8, 6).probes.every((probe) => probe > 6)).toBe(true);
  });
});

describe('what lands without one of them', () => {
  const without = (lines: readonly string[], ...dropped: readonly string[]): string =>
    landsWithout(plan(...lines), dropped.map(taskId)).join(' ');

  it('everything that has nothing to do with it', () => {
    expect(without(['T1 a', 'T2 b', 'T3 c', 'T4 d < T3'], 'T2')).toBe('T1 T3 T4');
  });

  it('what it needs, and not what needs it', () => {
    expect(without(['T1 plan', 'T2 a < T1', 'T3 b < T1', 'T4 doc < T2'], 'T2')).toBe('T1 T3');
  });

  it('nothing that is reviewed together with it', () => {
    expect(without(['T1 a', 'T2 b', 'T3 review < T1 T2', 'T4 c'], 'T2')).toBe('T4');
  });

  it('nothing that only comes together with it further on', () => {
    expect(without(['T1 a', 'T2 more < T1', 'T3 b', 'T4 review < T2 T3', 'T5 c'], 'T3')).toBe('T5');
  });

  it('what is done at the end of all ties nothing together', () => {
    const whole = plan('T1 a', 'T2 b', 'T3 end < T1 T2');
    const tasks = whole.tasks.map((task) => (task.id === 'T3' ? { ...task, finally: true } : task));
    expect(landsWithout({ ...whole, tasks }, [taskId('T2')])).toEqual(['T1']);
  });
});
