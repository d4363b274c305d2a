import { describe, expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { type Candidate, pickOne } from '../../src/core/pick.ts';

const candidate = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  task: taskId(`T${id.length}`),
  agent: 'rehearsal',
  attempts: 1,
  warnings: 0,
  files: 1,
  lines: 10,
  minutes: 1,
  outputs: {},
  ...more,
});

const [a, bb, ccc] = [
  candidate('a', { lines: 10, warnings: 2 }),
  candidate('bb', { lines: 30 }),
  candidate('ccc', { lines: 20, warnings: 1 }),
];

/** Expressions here are names of figures, or words in quotes. */
const evaluate = (expression: string, one?: Candidate) => {
  const value = expression.startsWith("'") ? expression.slice(1, -1) : (one as unknown as Record<string, unknown>)[expression];
  return value === undefined ? { problem: `no ${expression}` } : { value };
};

const pick = (rule: Parameters<typeof pickOne>[0], candidates: readonly Candidate[] = [a, bb, ccc]) => pickOne(rule, candidates, evaluate);

describe('a rule', () => {
  it('that gives numbers takes the highest', () => {
    expect(pick({ by: 'lines', tie: 'human' })).toEqual({ winner: 'T2', reason: 'lines is highest: 30' });
  });

  it('that names one takes it, and a name that is none is told', () => {
    expect(pick({ by: "'ccc'", tie: 'human' })).toEqual({ winner: 'T3', reason: "'ccc' is ccc" });
    expect(pick({ by: "'x'", tie: 'human' })).toEqual({ problem: `'x' is "x", which is none of a, bb, ccc` });
  });

  it('that says yes to several is a tie, for a person or for the first', () => {
    const flags = [a, bb, ccc].map((one) => ({ ...one, ok: one.warnings > 0 }));
    expect(pick({ by: 'ok', tie: 'human' }, flags)).toEqual({ tied: ['T1', 'T3'], reason: 'ok holds: a, ccc are equal' });
    expect(pick({ by: 'ok', tie: 'first' }, flags)).toEqual({ winner: 'T1', reason: 'ok holds; the first of equals' });
  });

  it('that nobody meets, or that cannot be evaluated, is a problem and no pick', () => {
    expect(pick({ by: 'ok', tie: 'first' }, [{ ...a, ok: false } as Candidate, { ...bb, ok: false } as Candidate])).toEqual({
      problem: 'ok holds: none of a, bb qualifies',
    });
    expect(pick({ by: 'speed', tie: 'first' })).toEqual({ problem: 'no speed' });
  });

  it('is not asked when only one passed', () => {
    expect(pick({ by: 'speed', tie: 'human' }, [bb])).toEqual({ winner: 'T2', reason: 'bb is the only one that passed' });
  });
});

describe('a score', () => {
  it('is the weighted sum of shares between the worst and the best', () => {
    // lines: a 0, bb 1, ccc 0.5; warnings, lower is better: a 0, bb 1, ccc 0.5
    expect(
      pick({
        score: [
          { metric: 'lines', weight: 3, better: 'higher' },
          { metric: 'warnings', weight: 1, better: 'lower' },
        ],
        tie: 'human',
      }),
    ).toEqual({
      winner: 'T2',
      reason: 'score: a 0, bb 1, ccc 0.5',
    });
    // lines, lower is better: a 1, bb 0, ccc 0.5; so a 3/4, bb 1/4, ccc 1/2
    expect(
      pick({
        score: [
          { metric: 'lines', weight: 3, better: 'lower' },
          { metric: 'warnings', weight: 1, better: 'lower' },
        ],
        tie: 'human',
      }),
    ).toEqual({
      winner: 'T1',
      reason: 'score: a 0.75, bb 0.25, ccc 0.5',
    });
  });

  it('is a tie where nothing differs', () => {
    expect(pick({ score: [{ metric: 'files', weight: 1, better: 'lower' }], tie: 'human' })).toEqual({
      tied: ['T1', 'T2', 'T3'],
      reason: 'score: a 1, bb 1, ccc 1: a, bb, ccc are equal',
    });
  });

  it('counts integers of an expression as numbers, and refuses what is none', () => {
    expect(pick({ by: 'n', tie: 'human' }, [{ ...a, n: 2n } as Candidate, { ...bb, n: 3n } as Candidate])).toEqual({
      winner: 'T2',
      reason: 'n is highest: 3',
    });
    expect(pick({ score: [{ metric: 'agent', weight: 1, better: 'higher' }], tie: 'human' })).toEqual({
      problem: 'agent gives "rehearsal" for a, not a number',
    });
  });
});
