import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_CALLS, callsIn, isRunning, withCall, withEnd, type ToolCall, type ToolCalls } from '../../src/agents/tool-calls.ts';

/** The last 1000 in one list, which is what the pieces have to come to. */
function inOneList(steps: readonly Step[]): readonly ToolCall[] {
  const list: ToolCall[] = [];
  for (const { id, ends } of steps) {
    const index = list.findLastIndex((call) => call.id === id && call.ok === undefined);
    if (ends !== undefined && index !== -1) list[index] = { id, name: id, ok: ends };
    else if (index === -1) list.push({ id, name: id, ...(ends === undefined ? {} : { ok: ends }) });
  }
  return list.slice(-1000);
}

interface Step {
  readonly id: string;
  /** Absent for a start. */
  readonly ends: boolean | undefined;
}

function inPieces(steps: readonly Step[]): ToolCalls {
  return steps.reduce((calls, { id, ends }) => {
    if (ends === undefined) return isRunning(calls, id) ? calls : withCall(calls, { id, name: id });
    return withEnd(calls, id, ends) ?? withCall(calls, { id, name: id, ok: ends });
  }, NO_CALLS);
}

const step = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), ends: fc.constantFrom(undefined, true, false) });

it('tool calls in pieces are the same calls in the same order, whatever starts and ends when', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      expect(callsIn(inPieces(steps))).toEqual(inOneList(steps));
    }),
  );
});

it('of many the last 1000 are kept, and one that runs is ended wherever it stands among them', () => {
  const many = Array.from({ length: 1730 }, (_, index): Step => ({ id: String(index), ends: index % 3 === 0 ? undefined : true }));
  const first = inPieces(many);
  expect(callsIn(first).map(({ id }) => id)).toEqual(many.slice(-1000).map(({ id }) => id));
  const ended = withEnd(first, '750', false);
  expect(ended === undefined ? [] : callsIn(ended).filter(({ ok }) => ok === false)).toEqual([{ id: '750', name: '750', ok: false }]);
  expect(ended !== undefined && isRunning(ended, '750')).toBe(false);
  expect([withEnd(first, '0', true), isRunning(first, '0')]).toEqual([undefined, false]);
});
