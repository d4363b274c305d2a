/**
 * Numbers out of reports: JSON, YAML, TOML, the front matter of Markdown, XML and LCOV.
 * For some reports there are short names besides paths: JUnit XML (`tests`, `passed`, `failures`, `errors`, `skipped`, `time`),
 * Cobertura and JaCoCo XML and LCOV (`lines`, `branches` and so on, in percent). In XML an attribute is `@name`.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { exact } from '../core/metric.ts';
import type { Fault } from './fault.ts';
import { splitFrontMatter } from './front-matter.ts';
import { lcovFigures } from './lcov.ts';
import { parseMetricPath, valueAt } from './metric-path.ts';
import { formatOf, readStructured } from './structured.ts';

export interface Report {
  readonly value: unknown;
  /** Figures under short names; they come before paths. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Reads a report by the ending of its name. */
export function readReport(text: string, file: string): Report | { readonly fault: Partial<Fault> & Pick<Fault, 'what'> } {
  const format = formatOf(file);
  if (format !== undefined) return plain(readStructured(text, format));
  const body = text.replace(/^\uFEFF/, '');
  if (/\.xml$/i.test(file)) return readXml(body);
  if (/\.(?:info|lcov)$/i.test(file)) {
    const figures = lcovFigures(body);
    return figures === undefined ? { fault: { what: 'has no LCOV records (SF: … end_of_record)' } } : { value: figures, figures };
  }
  if (/\.(?:md|markdown)$/i.test(file)) {
    const { yaml } = splitFrontMatter(body);
    return yaml === undefined ? { fault: { what: 'has no front matter' } } : plain(readStructured(yaml, 'yaml'), 1);
  }
  return { fault: { what: 'is no report iter reads numbers from: .json, .yaml, .toml, .xml, .info, .lcov or .md with front matter' } };
}

function plain(read: ReturnType<typeof readStructured>, above = 0): ReturnType<typeof readReport> {
  return 'fault' in read ? { fault: { ...read.fault, line: read.fault.line + above } } : { value: read.value, figures: {} };
}

/** The number at a path, or under a short name; text that is only a decimal number counts, as all numbers in XML are text. */
export function numberAt(report: Report, path: string): { readonly value: number } | { readonly problem: string } {
  const figure = Object.hasOwn(report.figures, path) ? report.figures[path] : undefined;
  if (figure !== undefined) return { value: figure };
  const parts = parseMetricPath(path);
  const found = parts === undefined ? undefined : valueAt(report.value, parts);
  if (typeof found === 'number' && Number.isFinite(found)) return { value: found };
  if (typeof found === 'string' && /^\s*-?\d{1,30}(?:\.\d{1,30})?\s*$/.test(found)) return { value: Number(found) };
  if (found === undefined) {
    const names = Object.keys(report.figures);
    return { problem: `has no "${path}"${names.length === 0 ? '' : `; there are ${names.join(', ')}`}` };
  }
  return {
    problem: `"${path}" is ${typeof found === 'object' ? 'no number but a group of values' : `${JSON.stringify(found)}, no number`}`,
  };
}

const MAX_XML_DEPTH = 200;

function readXml(text: string): ReturnType<typeof readReport> {
  const checked = XMLValidator.validate(text);
  if (checked !== true) return { fault: { line: checked.err.line, column: checked.err.col, what: `not valid xml: ${checked.err.msg}` } };
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    ignoreDeclaration: true,
    maxNestedTags: MAX_XML_DEPTH,
  });
  try {
    const value: unknown = parser.parse(text);
    return { value, figures: xmlFigures(value) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { fault: { what: `not readable xml: ${error.message}` } };
  }
}

function xmlFigures(value: unknown): Readonly<Record<string, number>> {
  const root = Object(value) as Readonly<Record<string, unknown>>;
  if ('testsuites' in root || 'testsuite' in root) return junitFigures(root);
  if ('coverage' in root) return coberturaFigures(root['coverage']);
  return 'report' in root ? jacocoFigures(root['report']) : {};
}

const listOf = (value: unknown): readonly unknown[] => (value === undefined || value === '' ? [] : [value].flat());
const attribute = (element: unknown, name: string): number | undefined => {
  const text: unknown = (Object(element) as Readonly<Record<string, unknown>>)[`@${name}`];
  return typeof text === 'string' && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
};

/** Counts of the whole; where the root does not say, the sum of its suites, whose own counts hold those inside them. */
function junitFigures(root: Readonly<Record<string, unknown>>): Record<string, number> {
  const whole = root['testsuites'];
  const suites =
    whole === undefined ? listOf(root['testsuite']) : listOf((Object(whole) as Readonly<Record<string, unknown>>)['testsuite']);
  const sum = (name: string): number =>
    attribute(whole, name) ?? exact(suites.reduce<number>((total, suite) => total + (attribute(suite, name) ?? 0), 0));
  const [tests, failures, errors, skipped] = ['tests', 'failures', 'errors', 'skipped'].map(sum);
  const passed = (tests ?? 0) - (failures ?? 0) - (errors ?? 0) - (skipped ?? 0);
  return { tests: tests ?? 0, passed, failures: failures ?? 0, errors: errors ?? 0, skipped: skipped ?? 0, time: sum('time') };
}

/** Percentages from counts where the report has them, else from rates; without either there is no figure. */
function coberturaFigures(coverage: unknown): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [name, stem] of [
    ['lines', 'line'],
    ['branches', 'branch'],
  ] as const) {
    const [covered, valid, rate] = [
      attribute(coverage, `${name}-covered`),
      attribute(coverage, `${name}-valid`),
      attribute(coverage, `${stem}-rate`),
    ];
    if (covered !== undefined && valid !== undefined && valid > 0) figures[name] = exact((covered * 100) / valid);
    else if (rate !== undefined) figures[name] = exact(rate * 100);
  }
  return figures;
}

const JACOCO = {
  LINE: 'lines',
  BRANCH: 'branches',
  INSTRUCTION: 'instructions',
  METHOD: 'methods',
  CLASS: 'classes',
  COMPLEXITY: 'complexity',
};

function jacocoFigures(report: unknown): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const counter of listOf((Object(report) as Readonly<Record<string, unknown>>)['counter'])) {
    const type: unknown = (Object(counter) as Readonly<Record<string, unknown>>)['@type'];
    const name = Object.entries(JACOCO).find(([word]) => word === type)?.[1];
    const [covered, missed] = [attribute(counter, 'covered'), attribute(counter, 'missed')];
    if (name !== undefined && covered !== undefined && missed !== undefined && covered + missed > 0) {
      figures[name] = exact((covered * 100) / (covered + missed));
    }
  }
  return figures;
}
