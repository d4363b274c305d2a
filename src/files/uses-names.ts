/** Which steps stand for a step that uses workflows, wherever another step names it. */
import { didYouMean } from '../core/nearest.ts';
import { needsOf } from '../core/stages.ts';
import type { StepSource, WorkflowSource } from './workflow-source.ts';

/** The workflows in the place of one step. */
export interface Used {
  /** The id that decides between several. */
  readonly by?: string;
  readonly parts: readonly { readonly name: string; readonly prefix: string; readonly inner: WorkflowSource }[];
}

export type Single = string | { readonly problem: string; readonly fix: string };

/** Which steps stand for a step that uses workflows. */
export interface Names {
  readonly exits: (id: string) => readonly string[];
  readonly deliverers: (id: string) => readonly string[];
  readonly single: (id: string, key: 'goto' | 'targets' | 'pick') => Single;
  readonly declaring: (id: string, field: string) => Single;
  readonly inCondition: (words: readonly string[]) => string | { readonly problem: string } | undefined;
}

/** What the steps in the place of the using ones are called. */
export function namesOf(used: ReadonlyMap<string, Used>): Names {
  const orders = new Map([...used.values()].flatMap(({ parts }) => parts.map(({ inner }) => [inner, needsOf(inner.steps)] as const)));
  const waitedFor = new Map([...orders].map(([inner, needs]) => [inner, new Set([...needs.values()].flat())]));
  const isFirst = ({ id }: StepSource, inner: WorkflowSource): boolean => (orders.get(inner)?.get(id) ?? []).length === 0;
  const isExit = ({ id }: StepSource, inner: WorkflowSource): boolean => waitedFor.get(inner)?.has(id) !== true;
  const all = (id: string, wanted: (step: StepSource, inner: WorkflowSource) => boolean): readonly string[] | undefined =>
    used
      .get(id)
      ?.parts.flatMap(({ prefix, inner }) => inner.steps.flatMap((step) => (wanted(step, inner) ? [`${prefix}-${step.id}`] : [])));
  const last = new Map([...used.keys()].map((id) => [id, all(id, isExit) ?? []]));
  const exits = (id: string): readonly string[] => last.get(id) ?? [id];
  return {
    exits,
    deliverers: (id) => all(id, (step) => (step.deliverables ?? []).length > 0) ?? [id],
    single: (id, key) => {
      const parts = used.get(id)?.parts;
      if (parts === undefined || key === 'pick') return id;
      if (key === 'targets') return only(all(id, hasTargets) ?? [], (count) => `${count} steps of "${id}" have targets`);
      const firsts = all(id, isFirst) ?? [];
      return parts.length === 1 ? (firsts[0] ?? id) : only(firsts, () => `"${id}" is one of several workflows`);
    },
    declaring: (id, field) =>
      used.has(id) ? only(all(id, declares(field)) ?? [], (count) => `${count} steps of "${id}" declare a field "${field}"`) : id,
    inCondition: ([root, id, about, field]) => {
      const own = root === 'steps' && id !== undefined ? used.get(id) : undefined;
      if (own === undefined || id === undefined) return undefined;
      const ids =
        (about === 'outputs' && field !== undefined
          ? all(id, declares(field))
          : about === 'verdict' || about === 'rejections'
            ? all(id, (step) => step.gate !== undefined)?.slice(-1)
            : about === 'status'
              ? exits(id).slice(-1)
              : []) ?? [];
      const [first] = ids;
      const several = ids.length > 1 || (own.parts.length > 1 && about !== 'outputs');
      if (first !== undefined && !several) return `steps[${JSON.stringify(first)}]`;
      const said = `steps.${[id, about, field].filter((word) => word !== undefined).join('.')}`;
      if (first === undefined) return { problem: `"${said}" means no step of the workflow in the place of "${id}"` };
      return { problem: `"${said}" may mean ${own.parts.length > 1 ? 'one of several workflows' : ids.join(' or ')}` };
    },
  };
}

/** The one step there is, or what is wrong with there being none or several. */
function only(ids: readonly string[], what: (count: string) => string): Single {
  const [first] = ids;
  if (first !== undefined && ids.length === 1) return first;
  return first === undefined
    ? { problem: what('no'), fix: 'name another step' }
    : { problem: what(String(ids.length)), fix: didYouMean('', ids) };
}

function hasTargets(step: StepSource): boolean {
  return step.targets !== undefined;
}

const declares =
  (field: string) =>
  (step: StepSource): boolean =>
    (step.deliverables ?? []).some(({ fields }) => Object.hasOwn(fields ?? {}, field));
