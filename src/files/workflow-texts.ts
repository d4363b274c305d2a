/** Placeholders in the texts of a workflow: every name has to exist. */
import { didYouMean } from '../core/nearest.ts';
import { placeholdersIn } from '../core/substitute.ts';
import type { Fault } from './workflow-fault.ts';
import type { YamlPath } from './yaml-source.ts';

/** Unknown names told of one text. */
const MANY = 20;

/** Names nobody knows, and what begins like a placeholder and is none. */
export function textFaults(text: string, path: YamlPath, names: readonly string[]): Fault[] {
  const { names: used, broken } = placeholdersIn(text);
  const unknown = [...new Set(used)].filter((name) => !names.includes(name)).slice(0, MANY);
  const faults: Fault[] = unknown.map((name) => ({
    path,
    key: { words: `{{ ${name} }}` },
    what: `unknown name "{{ ${name} }}"`,
    fix: didYouMean(name, names),
  }));
  if (broken !== undefined) {
    faults.push({
      path,
      key: { words: broken },
      what: `"${broken}" is no placeholder`,
      fix: 'write {{ name }} with a plain name: no filters, no conditions',
    });
  }
  return faults;
}
