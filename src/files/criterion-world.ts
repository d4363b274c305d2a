/** Sentences of criteria about branches, commands, messages and the machine. */
import type { Criterion, Severity } from '../core/check.ts';
import { SEVERITIES } from '../core/check.ts';
import { durationText, parseDuration } from '../core/duration.ts';
import { parseSize, sizeText } from '../core/size.ts';
import { parseTool } from '../core/tool.ts';
import { codeSpan } from './code-span.ts';
import { parseCommandLine } from './command-line.ts';
import { expressionFault } from './condition.ts';
import type { Form } from './criterion-form.ts';
import { LIST, spans, wrongPath } from './criterion-form.ts';

type Of<Kind extends Criterion['check']> = Extract<Criterion, { check: Kind }>;

const DEFAULT_TIMEOUT = 600_000;
/** What a Node timer can wait for: a longer one would fire at once. */
const LONGEST_TIMEOUT = 2_147_483_647;

export const command: Form<Of<'command'>> = {
  start: /^command ``?/i,
  whole: /^command ` exits 0(?: within (.+))?$/i,
  example: 'command `npm test` exits 0 within 10m',
  make: ([within], [run = '']) => {
    const timeout = within === undefined ? DEFAULT_TIMEOUT : parseDuration(within);
    if (timeout === undefined) return `"${within}" is no duration`;
    if (timeout <= 0 || timeout > LONGEST_TIMEOUT) return `"${within}" is not between 1ms and 24d`;
    const words = parseCommandLine(run);
    return 'problem' in words ? words.problem : { check: 'command', run, timeout };
  },
  write: ({ run, timeout }) => `command ${codeSpan(run)} exits 0 within ${durationText(timeout)}`,
};

export const commits: Form<Of<'commits'>> = {
  start: /^branch has at least/i,
  whole: /^branch has at least (\d{1,9}) commits?$/i,
  example: 'branch has at least 1 commit',
  make: ([count]) => ({ check: 'commits', min: Number(count) }),
  write: ({ min }) => `branch has at least ${min} ${min === 1 ? 'commit' : 'commits'}`,
};

export const scope: Form<Of<'scope'>> = {
  start: /^branch changes (?:only|nothing)/i,
  whole: new RegExp(`^branch changes (?:only (${LIST})|nothing in ${LIST}|only (${LIST}) and nothing in ${LIST})$`, 'i'),
  example: 'branch changes only `src/**` and nothing in `iterations/**`',
  make: ([only, both], globs) => {
    const wrong = globs.map(wrongPath).find((what) => what !== undefined);
    const allowed = (only ?? both ?? '').split('`').length - 1;
    return wrong ?? { check: 'scope', allow: globs.slice(0, allowed), deny: globs.slice(allowed) };
  },
  write: ({ allow, deny }) => {
    if (deny.length === 0) return `branch changes only ${spans(allow)}`;
    return `branch changes ${allow.length === 0 ? 'nothing' : `only ${spans(allow)} and nothing`} in ${spans(deny)}`;
  },
};

export const secrets: Form<Of<'secrets'>> = {
  start: /^branch adds/i,
  whole: /^branch adds no secrets?$/i,
  example: 'branch adds no secrets',
  make: () => ({ check: 'secrets' }),
  write: () => 'branch adds no secrets',
};

export const blockers: Form<Of<'blockers'>> = {
  start: /^(?:at most \d+|no) open blockers?/i,
  whole: /^(?:at most (\d{1,6})|no) open blockers?(?: of severity (\w+)(?: (?:and|or) (?:above|higher|worse))?)?$/i,
  example: 'no open blockers of severity high or worse',
  make: ([open, word]) => {
    const severity: Severity | undefined = word === undefined ? 'low' : SEVERITIES.find((one) => one === word.toLowerCase());
    if (severity === undefined) return `unknown severity "${word}"; use one of ${SEVERITIES.join(', ')}`;
    return { check: 'blockers', open: Number(open ?? 0), severity };
  },
  write: ({ open, severity }) => `${open === 0 ? 'no' : `at most ${open}`} open blockers of severity ${severity} or worse`,
};

const BRANCH = /^(?!.*(?:\.\.|\/\/|@\{|\.lock$))[\p{L}\p{N}_][\p{L}\p{N}._/-]{0,199}(?<![/.])$/u;

/** What is wrong with the name of a branch; undefined when it can be one. */
function branchFault(name: string): string | undefined {
  return BRANCH.test(name) ? undefined : `"${name}" is no branch name`;
}

export const git: Form<Of<'git'>> = {
  start: /^(?:the )?checkout is clean|^work goes together/i,
  whole: /^(?:(?:the )?(checkout is clean)( and work goes together with `)?|work goes together with `)$/i,
  example: 'checkout is clean, or: work goes together with `main`',
  make: ([clean], [fits]) =>
    (fits === undefined ? undefined : branchFault(fits)) ?? {
      check: 'git',
      clean: clean !== undefined,
      ...(fits === undefined ? {} : { fits }),
    },
  write: ({ clean, fits }) => {
    const parts = [...(clean ? ['checkout is clean'] : []), ...(fits === undefined ? [] : [`work goes together with ${codeSpan(fits)}`])];
    if (parts.length === 0) throw new Error('a git check that asks for nothing cannot be written');
    return parts.join(' and ');
  },
};

export const diskFree: Form<Of<'disk_free'>> = {
  start: /^(?:the )?disk has/i,
  whole: /^(?:the )?disk has at least (.+) free$/i,
  example: 'disk has at least 5 GB free',
  make: ([amount = '']) => {
    const bytes = parseSize(amount);
    return bytes === undefined ? `"${amount}" is no size in B, KB, MB or GB` : { check: 'disk_free', bytes };
  },
  write: ({ bytes }) => `disk has at least ${sizeText(bytes)} free`,
};

export const tools: Form<Of<'tools'>> = {
  start: /^tools? ``?/i,
  whole: new RegExp(`^tools? ${LIST} (?:is|are) there$`, 'i'),
  example: 'tools `git`, `node >= 20.19` are there',
  make: (_, wanted) => {
    const parsed = wanted.map(parseTool);
    const wrong = parsed.find((one) => 'problem' in one);
    return wrong !== undefined && 'problem' in wrong ? wrong.problem : { check: 'tools', tools: wanted };
  },
  write: (criterion) => `tools ${spans(criterion.tools)} are there`,
};

export const expr: Form<Of<'expr'>> = {
  start: /^expression ``?/i,
  whole: /^expression ` is true$/i,
  example: 'expression `steps.review.rejections < 3` is true',
  make: (_, [expression = '']) => expressionFault(expression) ?? { check: 'expr', expression },
  write: ({ expression }) => `expression ${codeSpan(expression)} is true`,
};
