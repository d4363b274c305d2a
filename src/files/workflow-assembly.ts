/** Makes one workflow of a file and those it names: what it extends, what it uses. Every problem keeps the place where its text stands. */
import type { Problem } from '../core/problem.ts';
import { problemLine } from '../core/problem.ts';
import type { Role } from '../core/workflow.ts';
import { validateWorkflow } from '../generated/validate-workflow.js';
import { noOrigins, type Origins, type Place, placeOf, remember } from './origins.ts';
import { readDocument, type RelatedFile, type WorkflowDocument } from './workflow-document.ts';
import type { Fault } from './workflow-fault.ts';
import type { Removal } from './overlay-steps.ts';
import { applyOverlay, isOverlay, removalFaults, strayFaults } from './workflow-overlay.ts';
import { placedSteps } from './workflow-places.ts';
import { faultsOf } from './workflow-rules.ts';
import type { OverlaySource, WorkflowSource } from './workflow-source.ts';
import { originAt, type StepOrigin } from './step-origins.ts';
import { expandUses } from './workflow-uses.ts';
import { shapeProblems, type YamlPath, type YamlSource } from './yaml-source.ts';

export interface Assembly {
  /** The whole workflow; undefined when the file or one it needs cannot be understood. */
  readonly source?: WorkflowSource;
  /** Before other workflows took the place of the steps that use them. */
  readonly written?: WorkflowSource;
  /** In the order of the places; none when all is well. */
  readonly problems: readonly Problem[];
  /** A problem at a value of `source`. */
  readonly problemAt: YamlSource['problemAt'];
  /** The file itself first, then every other that is part of it. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly roles: Readonly<Record<string, Role>>;
  readonly notes: readonly string[];
  readonly removals: readonly Removal[];
  /** In the order of the steps, those done at the end last. */
  readonly origins: readonly StepOrigin[];
}

/** Reads the file and all it needs, and judges the result. */
export function assembleWorkflow(file: RelatedFile): Assembly {
  const reader: Reader = { origins: noOrigins(), done: new Map() };
  const built = build(file, reader, []);
  const { source, written, problems } = built;
  const files = built.documents.map((document) => ({ file: document.file, text: document.text }));
  return {
    ...(source === undefined ? {} : { source }),
    ...(written === undefined ? {} : { written }),
    problems: sorted(problems, file.file),
    problemAt: placer(built, reader.origins),
    files,
    roles: built.roles,
    notes: built.notes,
    removals: built.removals,
    origins: source === undefined ? [] : placedSteps(source).map(({ path }) => originAt(path, source, reader.origins)),
  };
}

interface Reader {
  readonly origins: Origins;
  readonly done: Map<string, Built>;
}

interface Built {
  readonly source?: WorkflowSource;
  readonly written?: WorkflowSource;
  readonly document: WorkflowDocument;
  readonly documents: readonly WorkflowDocument[];
  readonly problems: readonly Problem[];
  readonly roles: Readonly<Record<string, Role>>;
  readonly notes: readonly string[];
  readonly removals: readonly Removal[];
}

/** Files that may build on one another. */
const MOST_FILES = 10;

/** `chain`: the files that led here. */
function build(file: RelatedFile, reader: Reader, chain: readonly string[]): Built {
  const known = reader.done.get(file.file);
  if (known !== undefined) return known;
  const document = readDocument(file);
  const built = whole(document, reader, [...chain, file.file]);
  reader.done.set(file.file, built);
  return built;
}

function whole(document: WorkflowDocument, reader: Reader, chain: readonly string[]): Built {
  const { value } = document;
  const alone: Built = { ...document, document, documents: [document], removals: [] };
  if (value === undefined) return alone;
  remember(reader.origins, value, { document, path: [] });
  const base = isOverlay(value) ? overlaid(document, value, { reader, chain, alone }) : plain(document, value, alone);
  return base.written === undefined ? base : finished(base, base.written, { reader, chain });
}

function plain(document: WorkflowDocument, value: WorkflowSource, alone: Built): Built {
  const faults = strayFaults(value);
  const problems = [...alone.problems, ...faults.map(({ path, key, ...problem }) => document.problemAt(path, problem, key))];
  // what is empty where a whole input should be would only be told again
  return faults.length > 0 ? { ...alone, problems } : { ...alone, written: value };
}

interface Around {
  readonly reader: Reader;
  readonly chain: readonly string[];
}

/** The workflow that is extended, with the changes; a broken one is told in its own words and nothing more. */
function overlaid(document: WorkflowDocument, overlay: OverlaySource, { reader, chain, alone }: Around & { readonly alone: Built }): Built {
  const problems = [...document.problems];
  const base = follow(overlay.extends, 'extends', { document, path: ['extends'] }, { reader, chain, problems });
  if (base === undefined) return { ...alone, problems };
  const documents = joined([document], base.documents);
  if (base.problems.length > 0 || base.written === undefined) return { ...alone, documents, problems: [...problems, ...base.problems] };
  const { origins } = reader;
  const { source, removals, faults } = applyOverlay({ base: base.written, removals: base.removals, overlay, document, origins });
  problems.push(...faults.map(({ path, key, ...problem }) => document.problemAt(path, problem, key)));
  const built: Built = {
    ...alone,
    documents,
    problems,
    removals,
    roles: { ...base.roles, ...alone.roles },
    notes: [...base.notes, ...alone.notes],
  };
  // what would follow from a change that could not be made is no news
  if (document.problems.length > 0 || faults.some(({ path: [key, , operation] }) => key === 'overlay' && operation !== 'set')) return built;
  const problemAt = placer({ document, source }, origins);
  const shape = shapeProblems(source, { file: document.file, validator: validateWorkflow, problemAt });
  return shape.sound
    ? { ...built, written: source, problems: [...problems, ...shape.problems] }
    : { ...built, problems: [...problems, ...shape.problems] };
}

/** With the workflows it uses in their places, and judged. */
function finished(built: Built, written: WorkflowSource, { reader, chain }: Around): Built {
  const { document } = built;
  const { origins } = reader;
  const problems = [...built.problems];
  const parts: Built[] = [];
  const open = (wanted: string, path: YamlPath): WorkflowSource | undefined => {
    const place = placeOf(origins, written, path) ?? { document, path };
    const part = follow(wanted, 'uses', place, { reader, chain, problems });
    if (part === undefined) return undefined;
    parts.push(part);
    problems.push(...part.problems);
    return part.problems.length > 0 ? undefined : part.source;
  };
  const { source, faults, opaque } = expandUses({ source: written, origins, open });
  const atWritten = placer({ document, source: written }, origins);
  const gone = removalFaults(written, built.removals).map(placedBy(atWritten));
  const found = faultsOf(source).filter(({ what }) => !opaque.some((id) => what.includes(`"${id}`)));
  const told = found.map(placedBy(placer({ document, source }, origins)));
  const own = [...faults.map(placedBy(atWritten)), ...gone];
  // what names a step that is gone or stands for several is told once
  const fresh = told.filter((problem) => !own.some((one) => samePlace(one, problem)));
  return {
    ...built,
    source,
    written,
    documents: parts.reduce((all, part) => joined(all, part.documents), built.documents),
    problems: [...problems, ...own, ...fresh],
    roles: { ...Object.assign({}, ...parts.map((part) => part.roles)), ...built.roles },
    notes: [...new Set([...built.notes, ...parts.flatMap((part) => part.notes)])],
  };
}

/** The other workflow a place names, or undefined after saying why not. */
function follow(
  wanted: string,
  how: 'extends' | 'uses',
  { document, path }: Place,
  { reader, chain, problems }: Around & { readonly problems: Problem[] },
): Built | undefined {
  const found = document.related(wanted, how);
  if (!('text' in found)) {
    problems.push(document.problemAt(path, found));
    return undefined;
  }
  const start = chain.indexOf(found.file);
  if (start !== -1) {
    const circle = [...chain.slice(start), found.file].join(' → ');
    problems.push(document.problemAt(path, { what: `these workflows go round in a circle: ${circle}`, fix: 'take one of them out' }));
    return undefined;
  }
  if (chain.length >= MOST_FILES) {
    const what = `more than ${MOST_FILES} workflows build on one another: ${[...chain, found.file].join(' → ')}`;
    problems.push(document.problemAt(path, { what, fix: 'make it fewer' }));
    return undefined;
  }
  return build(found, reader, chain);
}

function joined(first: readonly WorkflowDocument[], more: readonly WorkflowDocument[]): WorkflowDocument[] {
  return [...first, ...more.filter((one) => !first.some((other) => other.file === one.file))];
}

const placedBy =
  (problemAt: YamlSource['problemAt']) =>
  ({ path, key, ...problem }: Fault): Problem =>
    problemAt(path, problem, key);

/** Finds the place of a value in the file it was written in; says so when that is not the file somebody asked about. */
function placer({ document, source }: Pick<Built, 'document' | 'source'>, origins: Origins): YamlSource['problemAt'] {
  return (path, problem, spot) => {
    const place = source === undefined ? undefined : placeOf(origins, source, path);
    if (place === undefined || place.document === document) return document.problemAt(place?.path ?? path, problem, spot);
    return place.document.problemAt(place.path, { ...problem, what: `${problem.what}, as ${document.file} has it` }, spot);
  };
}

function samePlace(one: Problem, other: Problem): boolean {
  return one.file === other.file && one.line === other.line && one.column === other.column;
}

/** Each once, those of the file itself first, in the order of the text. */
function sorted(problems: readonly Problem[], file: string): Problem[] {
  const seen = new Set<string>();
  const each = problems.filter((problem) => seen.size !== seen.add(problemLine(problem)).size);
  const rank = (problem: Problem): number => (problem.file === undefined || problem.file === file ? 0 : 1);
  return each.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (rank(a) === 0 ? 0 : (a.file ?? '') < (b.file ?? '') ? -1 : (a.file ?? '') > (b.file ?? '') ? 1 : 0) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
