/** What is wrong with a workflow whose shape is right, and where in the YAML. */
import type { Spot, YamlPath } from './yaml-source.ts';

export interface Fault {
  readonly path: YamlPath;
  /** Points at the key in place of the value, or into the value. */
  readonly key?: Spot;
  readonly what: string;
  readonly fix?: string;
}
