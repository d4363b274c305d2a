/** What a schema cannot say about one check of a workflow: one kind, about a file that is named, with texts that make sense. */
import { COMPARISONS } from '../core/check.ts';
import { pathFault } from '../core/deliverable-path.ts';
import { didYouMean } from '../core/nearest.ts';
import { wholePlaceholder } from '../core/substitute.ts';
import { parseCommandLine } from './command-line.ts';
import { conditionFaults, type ConditionScope } from './condition.ts';
import { criterionSentence, parseSentence } from './criterion.ts';
import { wrongPath } from './criterion-form.ts';
import { compilePattern } from './pattern.ts';
import { bytesOf, CHECKS, type CheckSource, criterionOf, FILE_CHECKS, isPath, kindsOf, type Reports } from './workflow-checks.ts';
import type { Fault } from './workflow-fault.ts';
import { textFaults } from './workflow-texts.ts';
import type { YamlPath } from './yaml-source.ts';

export interface CheckScope {
  /** Names of placeholders. */
  readonly names: readonly string[];
  readonly at: 'deliverable' | 'step';
  /** Computed when a check asks: few do, and there may be hundreds of steps. */
  readonly reports: () => Reports;
  readonly condition: () => ConditionScope;
}

/** Every fault of one check. */
export function checkFaults(check: CheckSource, path: YamlPath, scope: CheckScope): Fault[] {
  const { names, at } = scope;
  const [kind, ...more] = kindsOf(check);
  if (kind === undefined) return [{ path, what: 'a check that checks nothing', fix: `use one of ${CHECKS.join(', ')}` }];
  const faults: Fault[] = more.map((other) => ({
    path: [...path, other],
    key: 'key',
    what: `one check with two kinds, "${kind}" and "${other}"`,
    fix: 'make it two checks',
  }));
  const aboutFile = FILE_CHECKS.some((name) => name === kind);
  for (const key of ['file', 'in'] as const) {
    if (check[key] === undefined || (aboutFile && at === 'step')) continue;
    const what = aboutFile ? `"${key}" in a check of a deliverable` : `"${key}" with ${aCheck(kind)}`;
    faults.push({ path: [...path, key], key: 'key', what, fix: aboutFile ? 'leave it out: the file is the deliverable' : 'leave it out' });
  }
  if (aboutFile && at === 'step' && check.file === undefined && check.metric?.from === undefined && check.verdict?.of === undefined) {
    faults.push({ path: [...path, kind], key: 'key', what: `${aCheck(kind)} without a file`, fix: 'add file: and the path' });
  }
  if (check.timeout !== undefined && kind !== 'command') {
    faults.push({
      path: [...path, 'timeout'],
      key: 'key',
      what: `"timeout" with ${aCheck(kind)}`,
      fix: 'leave it out: only commands take time',
    });
  }
  for (const [key, file] of Object.entries({ file: check.file, metric: check.metric?.from })) {
    const fault = file === undefined ? undefined : pathFault(file);
    if (fault !== undefined)
      faults.push({ path: [...path, key], what: `the path "${file ?? ''}" ${fault}`, fix: 'name a file below its folder' });
  }
  return [
    ...faults,
    ...contentFaults(check, path),
    ...kindFaults(kind, check, { path, scope }),
    ...hintFaults(check, path),
    ...checkTexts(check).flatMap(([place, text]) => textFaults(text, [...path, ...place], names)),
  ];
}

const aCheck = (kind: string): string => `${kind === 'exists' ? 'an' : 'a'} ${kind} check`;

/** Commands, patterns and sizes that cannot work. */
function contentFaults(check: CheckSource, path: YamlPath): Fault[] {
  const faults: Fault[] = [];
  const { command, size } = check;
  if (command !== undefined && wholePlaceholder(command) === undefined) {
    const parsed = command.includes('{{') ? undefined : parseCommandLine(command);
    if (parsed === undefined) {
      const fix = 'make the placeholder the whole command, or write the command without it';
      faults.push({ path: [...path, 'command'], what: `a placeholder inside the command "${command}"`, fix });
    } else if ('problem' in parsed) {
      faults.push({ path: [...path, 'command'], what: parsed.problem });
    }
  }
  for (const key of ['matches', 'not_matches'] as const) {
    const pattern = check[key];
    const compiled = pattern === undefined || pattern.includes('{{') ? undefined : compilePattern(pattern);
    if (compiled !== undefined && 'problem' in compiled)
      faults.push({ path: [...path, key], what: `"${pattern ?? ''}": ${compiled.problem}` });
  }
  const { min, max } = bytesOf(size ?? {});
  if (min !== undefined && max !== undefined && min > max) {
    faults.push({
      path: [...path, 'size'],
      what: `no file is at least ${String(size?.min)} and at most ${String(size?.max)}`,
      fix: 'swap the two',
    });
  }
  return faults;
}

/** The texts of a check that may hold placeholders, and where they stand. */
function checkTexts(check: CheckSource): [YamlPath, string][] {
  const lists: [YamlPath, readonly string[]][] = [
    [['headings'], check.headings ?? []],
    [['contains'], check.contains ?? []],
    [['not_contains'], check.not_contains ?? []],
    [['scope', 'allow'], check.scope?.allow ?? []],
    [['scope', 'deny'], check.scope?.deny ?? []],
  ];
  return [
    [['file'], check.file ?? ''],
    [['matches'], check.matches ?? ''],
    [['not_matches'], check.not_matches ?? ''],
    [['metric', 'from'], check.metric?.from ?? ''],
    [['metric', 'path'], check.metric?.path ?? ''],
    [['traces', 'pattern'], check.traces?.pattern ?? ''],
    [['git', 'no_conflict_with'], check.git?.no_conflict_with ?? ''],
    [['command'], check.command ?? ''],
    ...lists.flatMap(([path, texts]) => texts.map((text, index): [YamlPath, string] => [[...path, index], text])),
  ];
}

/** Kinds with faults of their own, told above at the very place. */
const LOOKED_AT = [
  'exists',
  'size',
  'headings',
  'contains',
  'not_contains',
  'matches',
  'not_matches',
  'format',
  'command',
  'commits',
  'scope',
  'human',
];

/** What the sentence of a criterion would be refused for, and what is missing to make one. */
function kindFaults(
  kind: (typeof CHECKS)[number],
  check: CheckSource,
  { path, scope }: { readonly path: YamlPath; readonly scope: CheckScope },
): Fault[] {
  const at = [...path, kind];
  const { metric, verdict, dispositions, expr } = check;
  if (metric?.op === 'improves' && metric.direction === undefined) {
    return [{ path: at, what: 'a metric that is to improve without a direction', fix: 'add direction: lower or direction: higher' }];
  }
  if (metric !== undefined && metric.op !== 'improves' && metric.value === undefined) {
    return [{ path: at, what: `a metric with "${metric.op}" and no value`, fix: 'add value: and a number' }];
  }
  const of = verdict?.of ?? dispositions?.of;
  if (of !== undefined && !isPath(of)) {
    const reports = scope.reports();
    const report = Object.hasOwn(reports, of) ? reports[of] : undefined;
    if (report === undefined) {
      const fix = didYouMean(of, Object.keys(reports));
      return [{ path: [...at, 'of'], what: `"${of}" is no step that delivers a review to the iteration folder`, fix }];
    }
    if (report.includes('{{')) {
      return [
        {
          path: [...at, 'of'],
          what: `step "${of}" delivers a review under a name that varies`,
          fix: 'name the file: a path in the iteration folder',
        },
      ];
    }
  }
  if (expr !== undefined) return conditionFaults(expr, scope.condition()).map((what) => ({ path: at, what }));
  // an unknown word is told by the schema, a path that leaves its folder above
  const unknown = metric !== undefined && metric.op !== 'improves' && !COMPARISONS.includes(metric.op);
  if (LOOKED_AT.includes(kind) || unknown || wrongPath(metric?.from ?? check.file ?? '') !== undefined) return [];
  const criterion = criterionOf(
    scope.at === 'deliverable' ? { ...check, file: 'deliverable.md' } : check,
    of === undefined ? {} : scope.reports(),
  );
  if (criterion === undefined || JSON.stringify(criterion).includes('{{') || ('file' in criterion && criterion.file === '')) return [];
  try {
    const reading = parseSentence(criterionSentence(criterion));
    return reading.is === 'wrong' ? [{ path: at, what: reading.what }] : [];
  } catch (error) {
    // a value of another type is told by the schema, too
    if (error instanceof TypeError) return [];
    // the writer refuses what no line can say
    return [{ path: at, what: error instanceof Error ? error.message : String(error) }];
  }
}

/** A hint becomes part of a line of the criteria, where these words mean something else. */
function hintFaults({ hint }: CheckSource, path: YamlPath): Fault[] {
  const word = /\(\s*waived\b|<!--/i.exec(hint ?? '')?.[0];
  return word === undefined ? [] : [{ path: [...path, 'hint'], what: `"${word}" in a hint`, fix: 'say it in other words' }];
}
