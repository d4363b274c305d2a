/** `iter compare`: alternatives side by side. Reads only. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { Comparison, Way } from '../engine/compare.ts';
import { comparisons } from '../engine/compare.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, iterationAt, verb } from './verb.ts';

export function command(finish: Finish): Command {
  return verb('compare', 'Alternatives side by side: state, checks, size, time and what they say of themselves.', 'iter compare --json')
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .action(async (wanted: string | undefined, options: Common) => finish(await perform(wanted, options)));
}

async function perform(wanted: string | undefined, options: Common): Promise<number> {
  const iteration = iterationAt(options, wanted);
  if (iteration === undefined) return EXIT.usage;
  const steps = await comparisons(iteration);
  if (options.json === true) {
    json({ iteration: iteration.name, steps });
    return EXIT.done;
  }
  if (steps.length === 0) {
    const fix = 'give a step "alternatives" in the workflow, and a "pick" behind it; docs/workflows.md says how';
    complain([{ what: `${iteration.name} has no alternatives`, fix }]);
    return EXIT.usage;
  }
  result(steps.map(comparisonText).join('\n\n'));
  return EXIT.done;
}

const HEAD = ['', 'task', 'state', 'checks', 'files', 'lines', 'attempts', 'minutes', 'outputs'] as const;

function comparisonText({ step, pick, picked, ways }: Comparison): string {
  const rows = [HEAD, ...ways.map((way) => cells(way, way.task === picked))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  const by =
    pick === undefined ? 'nothing picks one of them' : picked === undefined ? `${pick} has not picked yet` : `${pick} took ${picked}`;
  const why = ways.flatMap((way) => way.failures.map((failure) => `  ${way.id}: ${failure.id}: ${failure.message}`));
  return [`${step}: ${by}`, ...lines, ...why].join('\n');
}

function cells({ id, task, state, attempts, failures, warnings, figures }: Way, taken: boolean): string[] {
  const checks = failures.length > 0 ? `${failures.length} failed` : warnings.length > 0 ? `${warnings.length} warned` : 'passed';
  const outputs = Object.entries(figures?.outputs ?? {}).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`,
  );
  return [
    taken ? `${id} *` : id,
    task,
    state,
    state === 'waiting' ? '-' : checks,
    figures === undefined ? '-' : String(figures.files),
    figures === undefined ? '-' : String(figures.lines),
    String(attempts),
    figures === undefined ? '-' : figures.minutes.toFixed(1),
    outputs.join('; '),
  ];
}
