/** Remembers for every value of a workflow made of several files in which of them it was written, so that what is wrong with it is told at its place. */
import type { WorkflowDocument } from './workflow-document.ts';
import type { YamlPath } from './yaml-source.ts';

export interface Place {
  readonly document: WorkflowDocument;
  readonly path: YamlPath;
}

export interface Origins {
  /** Maps and lists as they were read. */
  readonly values: WeakMap<object, Place>;
  /** Keys that come from another place than the map they stand in. */
  readonly keys: WeakMap<object, ReadonlyMap<string, Place>>;
  /** Where overlays changed a step, in their order. */
  readonly changes: WeakMap<object, readonly Place[]>;
  /** The steps in whose place a step stands, the outermost first. */
  readonly uses: WeakMap<object, readonly Place[]>;
}

export function noOrigins(): Origins {
  return { values: new WeakMap(), keys: new WeakMap(), changes: new WeakMap(), uses: new WeakMap() };
}

/** Notes where a value and everything in it stands; what is repeated by an alias stands where it is written first. */
export function remember(origins: Origins, value: unknown, place: Place): void {
  if (typeof value !== 'object' || value === null || origins.values.has(value)) return;
  origins.values.set(value, place);
  for (const [key, inside] of Object.entries(value)) {
    const part = Array.isArray(value) ? Number(key) : key;
    remember(origins, inside, { ...place, path: [...place.path, part] });
  }
}

/** Says of a new value that it stands where `from` stood, except for the keys that came from elsewhere; gives it back. */
export function derived<T extends object>(origins: Origins, made: T, from: object, keys: Readonly<Record<string, Place>> = {}): T {
  for (const known of [origins.values, origins.changes, origins.uses] as WeakMap<object, unknown>[]) {
    const value = known.get(from);
    if (value !== undefined) known.set(made, value);
  }
  origins.keys.set(made, new Map([...(origins.keys.get(from) ?? []), ...Object.entries(keys)]));
  return made;
}

/** Where the value at a path below `root` was written, or the nearest thing around it; undefined when nothing of it is known. */
export function placeOf(origins: Origins, root: object, path: YamlPath): Place | undefined {
  let value: unknown = root;
  let place = origins.values.get(root);
  for (const part of path) {
    const around = typeof value === 'object' && value !== null ? value : undefined;
    value = around === undefined ? undefined : (around as Readonly<Record<string | number, unknown>>)[part];
    const own = typeof value === 'object' && value !== null ? origins.values.get(value) : undefined;
    const keyed = around === undefined ? undefined : origins.keys.get(around)?.get(String(part));
    place = keyed ?? own ?? (place === undefined ? undefined : { ...place, path: [...place.path, part] });
  }
  return place;
}
