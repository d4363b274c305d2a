import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReader } from '../../src/agents/stream.ts';
import type { StreamFormat } from '../../src/core/agent-descriptor.ts';
import type { StreamSummary } from '../../src/agents/stream-summary.ts';
import { verdictOf } from '../../src/agents/verdict.ts';

const folder = fileURLToPath(new URL('../fixtures/streams/', import.meta.url));
const RECORDED = readdirSync(folder).map((name) => {
  const agent = name.split('.')[0] ?? '';
  return {
    name,
    format: (name.includes('.acp-') ? 'acp' : agent === 'qwen' ? 'claude' : agent) as StreamFormat,
    lines: readFileSync(`${folder}${name}`, 'utf8').split('\n'),
  };
});

function read(format: StreamFormat, pieces: readonly Uint8Array[]): StreamSummary {
  const reader = createReader(format);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return reader.summary();
}

/** Cut at these places, given in thousandths of the whole. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = places.map((place) => Math.floor((place * bytes.length) / 1000)).toSorted((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

/** Whether a line says that a run came to a good end; knows nothing of our reader. */
function saysItEnded(format: StreamFormat, text: string): boolean {
  return text.split('\n').some((line) => {
    let event: {
      readonly type?: unknown;
      readonly part?: { readonly reason?: unknown };
      readonly answers?: unknown;
      readonly message?: { readonly result?: { readonly stopReason?: unknown } };
    };
    try {
      event = JSON.parse(line) as typeof event;
    } catch {
      return false;
    }
    if (format === 'acp') return event?.answers === 'session/prompt' && event.message?.result?.stopReason === 'end_turn';
    if (format === 'opencode') return event?.type === 'step_finish' && event.part?.reason === 'stop';
    return event?.type === { claude: 'result', codex: 'turn.completed', gemini: 'result', pi: 'agent_end', text: '' }[format];
  });
}

/** What can happen to lines on their way: gone, twice, in another order, cut off, other bytes in them, lines of another program between. */
const damaged = fc.constantFrom(...RECORDED).chain(({ format, lines }) => {
  const index = fc.nat({ max: Math.max(0, lines.length - 1) });
  const deed = fc.oneof(
    index.map((one) => (all: string[]) => all.filter((_, at) => at !== one)),
    fc.tuple(index, index).map(([from, to]) => (all: string[]) => [...all.slice(0, to), all[from] ?? '', ...all.slice(to)]),
    fc.constant((all: string[]) => all.toReversed()),
    fc.tuple(index, fc.nat(400)).map(
      ([one, length]) =>
        (all: string[]) =>
          all.map((line, at) => (at === one ? line.slice(0, length) : line)),
    ),
    fc.tuple(index, fc.string()).map(
      ([one, text]) =>
        (all: string[]) =>
          all.toSpliced(one, 0, text),
    ),
    fc.tuple(index, fc.json()).map(
      ([one, text]) =>
        (all: string[]) =>
          all.toSpliced(one, 0, text),
    ),
    fc.tuple(index, fc.constantFrom('null', '[]', '{}', '-1', '"x"', '1e999')).map(
      ([one, value]) =>
        (all: string[]) =>
          all.map((line, at) => (at === one ? line.replaceAll(/(":)("[^"]*"|\d+)/g, `$1${value}`) : line)),
    ),
    index.map((one) => (all: string[]) => all.slice(0, one)),
  );
  return fc.array(deed, { maxLength: 4 }).map((deeds) => ({ format, text: deeds.reduce((all, act) => act(all), [...lines]).join('\n') }));
});

const spoiled = fc.tuple(damaged, fc.array(fc.tuple(fc.nat(999), fc.nat(255)), { maxLength: 6 })).map(([{ format, text }, bytes]) => {
  const output = Buffer.from(text);
  for (const [place, value] of bytes) if (output.length > 0) output[Math.floor((place * output.length) / 1000)] = value;
  return { format, output };
});

const end = fc.record(
  { exit: fc.constantFrom(0, 1, 53, 75, 143), signal: fc.constant('SIGTERM'), timedOut: fc.boolean(), idle: fc.boolean() },
  { requiredKeys: [] },
);

it('whatever comes in, it is read without an error, and never well without an end that says so', () => {
  fc.assert(
    fc.property(spoiled, fc.array(fc.nat(1000), { maxLength: 5 }), end, ({ format, output }, places, ended) => {
      const summary = read(format, cut(output, places));
      const wrong = verdictOf(summary, ended) === 'ok' && !saysItEnded(format, output.toString());
      expect(wrong).toBe(false);
    }),
    { numRuns: 1500 },
  );
});

it('the same bytes give the same summary, however they are cut', () => {
  fc.assert(
    fc.property(spoiled, fc.array(fc.nat(1000), { maxLength: 20 }), fc.boolean(), ({ format, output }, places, asText) => {
      const as = asText ? 'text' : format;
      expect(read(as, cut(output, places))).toEqual(read(as, [output]));
    }),
    { numRuns: 200 },
  );
});

it('the tool calls and the usage of any output stay within bounds', () => {
  fc.assert(
    fc.property(spoiled, ({ format, output }) => {
      const { tools, toolCalls, usage, text } = read(format, [output]);
      expect(tools.length).toBeLessThanOrEqual(toolCalls);
      expect(text.length).toBeLessThanOrEqual(65_536);
      for (const amount of Object.values(usage ?? {})) expect(Number.isFinite(amount) && amount >= 0).toBe(true);
    }),
    { numRuns: 100 },
  );
});
