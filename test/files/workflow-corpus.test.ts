import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';
import { workflows } from '../../src/generated/library.js';
import type { Mutation } from '../rig/workflow-mutations.ts';
import { shelf } from '../rig/shelf.ts';
import { mutationsOf, random, respelt, wholeFiles } from '../rig/workflow-mutations.ts';

/** Broken in every way; of the others, a sample. */
const WHOLE = 'plan-build-review-doc';
/** One that extends another, one that uses others: broken in every way where they do. */
const MADE_OF_SEVERAL = ['rfc', 'triage'];
/** Keys that only those have, and what they change. */
const OF_SEVERAL = ['extends', 'overlay', 'uses', 'with', 'inputs'];
const SAMPLE = 40;
/** Milliseconds. */
const LIMIT = 1000;

interface Outcome {
  readonly name: string;
  readonly mutation: Mutation;
  readonly problems: readonly { readonly line?: number; readonly what: string }[];
  readonly thrown?: string;
  readonly milliseconds: number;
}

/** Breaks that are none, each with the reason. */
const HARMLESS: readonly { readonly reason: string; readonly is: (mutation: Mutation) => boolean }[] = [
  { reason: 'it says the same in other bytes', is: ({ kind }) => kind === 'respelt' },
  {
    reason: 'the author chooses this name; it is refused only where something uses the old one',
    is: ({ kind, path }) => kind === 'misspelt key' && isAuthors(path),
  },
  {
    reason: 'a field may have any name, and be one of a list of words',
    is: ({ kind, path }) => kind === 'wrong place' && path.at(-2) === 'fields',
  },
];

/** Names of inputs, environments, checklists and fields belong to the author. */
function isAuthors(path: Mutation['path']): boolean {
  const above = path.at(-2);
  return (
    ((above === 'inputs' || above === 'environments' || above === 'checklists') && path.length === 2) ||
    above === 'fields' ||
    above === 'mode'
  );
}

function corpus(): [string, Mutation][] {
  const good = workflows[WHOLE] ?? '';
  const next = random(20_260_301);
  const others = Object.entries(workflows)
    .filter(([name]) => name !== WHOLE && !MADE_OF_SEVERAL.includes(name))
    .flatMap(([name, text]) => {
      const all = [...mutationsOf(text), ...respelt(text)];
      return Array.from({ length: SAMPLE }, (): [string, Mutation][] => {
        const mutation = all[Math.floor(next() * all.length)];
        return mutation === undefined ? [] : [[name, mutation]];
      }).flat();
    });
  const whole = [...mutationsOf(good), ...wholeFiles(good), ...respelt(good)].map((mutation): [string, Mutation] => [WHOLE, mutation]);
  const several = MADE_OF_SEVERAL.flatMap((name) =>
    mutationsOf(workflows[name] ?? '')
      .filter(({ path }) => path.length === 0 || path.some((part) => OF_SEVERAL.includes(String(part))))
      .map((mutation): [string, Mutation] => [name, mutation]),
  );
  return [...whole, ...several, ...others];
}

function outcomeOf(name: string, mutation: Mutation): Outcome {
  // of the processor, not of the clock: other tests run at the same time
  const start = process.cpuUsage();
  const spent = (): number => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  try {
    const { problems } = loadWorkflow(mutation.text, 'w.yaml', shelf(workflows));
    return { name, mutation, problems, milliseconds: spent() };
  } catch (error) {
    const thrown = error instanceof Error ? (error.stack ?? error.message) : 'no error was thrown';
    return { name, mutation, problems: [], thrown, milliseconds: spent() };
  }
}

const told = ({ name, mutation: { kind, what, line }, problems, thrown }: Outcome): string =>
  `${name}, ${kind}, ${what}${line === undefined ? '' : ` (line ${line})`}: ${thrown ?? problems.slice(0, 2).map(problemLine).join(' / ')}`;

const outcomes = corpus().map(([name, mutation]) => outcomeOf(name, mutation));
const refused = outcomes.filter((one) => one.problems.length > 0);
const harmless = outcomes.filter((one) => one.problems.length === 0 && one.thrown === undefined);

describe(`${outcomes.length} broken workflow files: ${refused.length} refused, ${harmless.length} harmless`, () => {
  test('are many, of every kind', () => {
    expect(refused.length).toBeGreaterThan(300);
    expect(new Set(outcomes.map((one) => one.mutation.kind)).size).toBeGreaterThanOrEqual(20);
  });

  test('are never met with an exception', () => {
    expect(outcomes.filter((one) => one.thrown !== undefined).map(told)).toEqual([]);
  });

  test(`are read in less than ${LIMIT} ms each`, () => {
    expect(outcomes.filter((one) => one.milliseconds > LIMIT).map((one) => `${told(one)}: ${Math.round(one.milliseconds)} ms`)).toEqual([]);
  });

  test('are refused, or harmless for a reason that is known', () => {
    expect(harmless.filter((one) => !HARMLESS.some(({ is }) => is(one.mutation))).map(told)).toEqual([]);
  });

  test('are refused with the line of the change, wherever that line can be told', () => {
    const wrong = refused.filter(({ mutation, problems }) => {
      const { line, kind, path } = mutation;
      return line !== undefined && !(kind === 'misspelt key' && isAuthors(path)) && !problems.some((problem) => problem.line === line);
    });
    expect(wrong.map(told)).toEqual([]);
  });

  test('are refused with a line, always', () => {
    expect(refused.filter(({ problems }) => !problems.some((problem) => problem.line !== undefined)).map(told)).toEqual([]);
  });

  test.each(['misspelt key', 'wrong place', 'key twice'])('%s: the first thing said is about it', (kind) => {
    const of = refused.filter((one) => one.mutation.kind === kind && !isAuthors(one.mutation.path));
    const first = of.filter(({ mutation, problems }) => problems.findIndex((problem) => problem.line === mutation.line) === 0);
    expect(first.length / of.length).toBeGreaterThan(0.8);
  });
});

describe('files that mean the same', () => {
  test.each(respelt('').map((mutation, index) => [mutation.what, index] as const))('%s: the same workflow', (_what, index) => {
    for (const text of Object.values(workflows)) {
      expect(loadWorkflow(respelt(text)[index]?.text ?? '', 'w.yaml', shelf(workflows))).toEqual(
        loadWorkflow(text, 'w.yaml', shelf(workflows)),
      );
    }
  });

  test('a misspelt key is found on the same line in a file with BOM and CRLF', () => {
    const text = `\uFEFF${(workflows[WHOLE] ?? '').replace('concurrency:', 'concurency:').replaceAll('\n', '\r\n')}`;
    const line = text.split('\r\n').findIndex((one) => one.startsWith('concurency')) + 1;
    expect(loadWorkflow(text, 'w.yaml').problems.map(problemLine)).toEqual([
      `w.yaml:${line}:1: unknown key "concurency"; did you mean "concurrency"?`,
    ]);
  });

  test('nothing of a file reaches the prototype of objects', () => {
    loadWorkflow((workflows[WHOLE] ?? '').replace('inputs:', '__proto__: { polluted: true }\ninputs:'), 'w.yaml');
    expect('polluted' in {}).toBe(false);
  });
});
