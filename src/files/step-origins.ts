/** Where the steps of a workflow come from, as lines of files for people. */
import { type Origins, type Place, placeOf } from './origins.ts';
import type { WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

/** A place for people. */
export interface LineOfFile {
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
}

/** Where one step of a workflow comes from. */
export interface StepOrigin {
  readonly step: string;
  readonly from: LineOfFile;
  /** Where overlays changed it, in their order. */
  readonly changed: readonly LineOfFile[];
  /** The steps in whose place it stands, the outermost first. */
  readonly used: readonly LineOfFile[];
}

/** The origin of the step at a path of `source`. */
export function originAt(path: YamlPath, source: WorkflowSource, origins: Origins): StepOrigin {
  const [list, index] = path;
  const step = (list === 'finally' ? source.finally : source.steps)?.[Number(index)];
  if (step === undefined) throw new Error(`there is no step at ${path.join('.')}`);
  const line = ({ document, path: at }: Place): LineOfFile => {
    const { line: number } = document.problemAt(at, { what: '' });
    return { file: document.file, ...(number === undefined ? {} : { line: number }) };
  };
  const own = placeOf(origins, source, path);
  if (own === undefined) throw new Error(`nobody knows where step "${step.id}" stands`);
  return {
    step: step.id,
    from: line(own),
    changed: (origins.changes.get(step) ?? []).map(line),
    used: (origins.uses.get(step) ?? []).map(line),
  };
}
