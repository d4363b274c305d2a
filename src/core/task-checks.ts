/** The checks of one task or of the whole landing: templates with their values filled in, ids made unique. Runs nothing. */
import type { Check, Criterion } from './check.ts';
import { filesOf } from './check.ts';
import { pathFault } from './deliverable-path.ts';
import type { TaskId } from './ids.ts';
import type { Problem } from './problem.ts';
import { placeholdersIn, substitute, substituteEach, type Values, wholePlaceholder } from './substitute.ts';
import { fillPatterns, namesTarget, type TaskTexts } from './targets.ts';
import { unreachable } from './unreachable.ts';
import type { CheckTemplate, DeliverableTemplate, Step } from './workflow.ts';

/** Id of the step check that, when a workflow has it, stands in for the built-in protection. */
const PROTECTED = 'protected';

export interface Checks {
  readonly checks: readonly Check[];
  readonly problems: readonly Problem[];
}

/** Every check of a task: each deliverable exists, what else is asked of it and of the step, and the protection. One that names the target stands once for each. */
export function checksOfTask(task: TaskId, step: Step, texts: TaskTexts): Checks {
  const named = [
    ...step.deliverables.flatMap(checksOfDeliverable),
    ...step.checks.map((template) => ({ name: template.id ?? template.criterion.check, template })),
  ];
  if (!named.some(({ name }) => name === PROTECTED)) {
    const criterion: Criterion = { check: 'scope', allow: [], deny: ['iterations/**'] };
    named.push({ name: PROTECTED, template: { level: 'must', criterion } });
  }
  return assemble(named, texts, task);
}

/** The checks on the whole of what lands. */
export function checksOfLanding(templates: readonly CheckTemplate[], values: Values): Checks {
  const named = templates.map((template) => ({ name: template.id ?? template.criterion.check, template }));
  return assemble(named, { all: values, each: [values] });
}

interface Named {
  readonly name: string;
  readonly template: CheckTemplate;
}

function checksOfDeliverable({ id, path, in: place, level, checks }: DeliverableTemplate): Named[] {
  const said = checks.find((template) => template.criterion.check === 'exists');
  const exists: CheckTemplate = said ?? { level, criterion: { check: 'exists', in: place, file: path } };
  const others = checks.filter((template) => template !== said);
  return [
    { name: exists.id ?? id, template: exists },
    ...others.map((template) => ({ name: template.id ?? `${id}.${template.criterion.check}`, template })),
  ];
}

function assemble(named: readonly Named[], texts: TaskTexts, task?: TaskId): Checks {
  const taken = new Set<string>();
  const checks: Check[] = [];
  const problems: Problem[] = [];
  for (const { name, template, values } of named.flatMap((one) => eachTarget(one, texts))) {
    const criterion = template.criterion.check === 'scope' ? scopeOf(template.criterion, texts) : filled(template.criterion, values);
    if (criterion === undefined) continue;
    const id = unique(task === undefined ? name : `${task}.${name}`, taken);
    for (const { file } of filesOf(criterion)) {
      const fault = pathFault(file);
      if (fault !== undefined) problems.push({ what: `check ${id}: the path "${file}" ${fault}`, fix: 'name a file below its folder' });
    }
    const { level, hint } = template;
    checks.push({ ...criterion, id, level, ...(hint === undefined ? {} : { hint }), ...(task === undefined ? {} : { task }) });
  }
  return { checks, problems };
}

/** A template that names the target, for each target of the task; any other once. A scope is about the whole branch. */
function eachTarget({ name, template }: Named, { all, each, as }: TaskTexts): (Named & { readonly values: Values })[] {
  const [only = all] = each;
  if (each.length === 1) return [{ name, template, values: only }];
  const { criterion } = template;
  if (criterion.check === 'scope' || !textsOf(criterion).some((text) => namesTarget(text, as))) return [{ name, template, values: all }];
  return each.map((values) => ({ name: `${name}.${String(values['target.id'])}`, template, values }));
}

function textsOf(criterion: Criterion): string[] {
  const inside = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(inside) : [];
  };
  return inside(criterion);
}

function scopeOf(criterion: Extract<Criterion, { check: 'scope' }>, texts: TaskTexts): Criterion | undefined {
  const allow = fillPatterns(criterion.allow, texts);
  const deny = fillPatterns(criterion.deny, texts);
  return allow.length === 0 && deny.length === 0 ? undefined : { check: 'scope', allow, deny };
}

/** Fills a criterion; undefined when nothing is left to check, as for a command that an empty input was to give. */
function filled(criterion: Exclude<Criterion, { check: 'scope' }>, values: Values): Criterion | undefined {
  switch (criterion.check) {
    case 'exists':
    case 'size':
    case 'format':
    case 'checklist':
    case 'verdict':
    case 'summary':
    case 'placeholders':
      return { ...criterion, file: substitute(criterion.file, values).text };
    case 'headings': {
      const headings = substituteEach(criterion.headings, values);
      return headings.length === 0 ? undefined : { ...criterion, file: substitute(criterion.file, values).text, headings };
    }
    case 'contains':
    case 'not_contains': {
      const words = substituteEach(criterion.words, values);
      return words.length === 0 ? undefined : { ...criterion, file: substitute(criterion.file, values).text, words };
    }
    case 'schema':
    case 'frontmatter':
      return {
        ...criterion,
        file: substitute(criterion.file, values).text,
        schema: { ...criterion.schema, file: substitute(criterion.schema.file, values).text },
      };
    case 'metric': {
      const own = { file: substitute(criterion.file, values).text, path: substitute(criterion.path, values).text };
      if (criterion.op !== 'improves') return { ...criterion, ...own };
      const { in: place, file, path } = criterion.baseline;
      return { ...criterion, ...own, baseline: { in: place, file: substitute(file, values).text, path: substitute(path, values).text } };
    }
    case 'dispositions':
      return {
        ...criterion,
        file: substitute(criterion.file, values).text,
        review: { ...criterion.review, file: substitute(criterion.review.file, values).text },
      };
    case 'traces':
      return {
        ...criterion,
        file: substitute(criterion.file, values).text,
        pattern: substitute(criterion.pattern, literally(values, criterion.pattern)).text,
        ids: { ...criterion.ids, file: substitute(criterion.ids.file, values).text },
      };
    case 'matches':
    case 'not_matches':
      return {
        ...criterion,
        file: substitute(criterion.file, values).text,
        pattern: substitute(criterion.pattern, literally(values, criterion.pattern)).text,
      };
    case 'command': {
      const run = wholePlaceholder(criterion.run) === undefined ? criterion.run : substitute(criterion.run, values).text;
      return run.trim() === '' ? undefined : { ...criterion, run: run.trim() };
    }
    case 'git': {
      const fits = substitute(criterion.fits ?? '', values).text.trim();
      if (fits === '' && !criterion.clean) return undefined;
      return { check: 'git', clean: criterion.clean, ...(fits === '' ? {} : { fits }) };
    }
    case 'commits':
    case 'secrets':
    case 'blockers':
    case 'disk_free':
    case 'tools':
    case 'expr':
    case 'human':
    case 'unreadable':
      return criterion;
    default:
      return unreachable(criterion);
  }
}

/** Values as a pattern that finds exactly them: what a person typed is text, not part of the regular expression. Only those the pattern names. */
function literally(values: Values, pattern: string): Values {
  const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const used = new Set(placeholdersIn(pattern).names);
  const entries = [...used].flatMap((name): [string, string][] => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? [] : [[name, escape(typeof value === 'object' ? value.join(', ') : String(value))]];
  });
  return Object.fromEntries(entries);
}

function unique(id: string, taken: Set<string>): string {
  let free = id;
  for (let number = 2; taken.has(free); number++) free = `${id}-${number}`;
  taken.add(free);
  return free;
}
