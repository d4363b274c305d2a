/** Workflows that name one another, without a disk: by name, or by the path `./name.yaml`. */
import type { Related } from '../../src/files/workflow-document.ts';

/** Finds each text under its name; its file is `name.yaml`. */
export function shelf(texts: Readonly<Record<string, string>>): Related {
  const related: Related = (wanted) => {
    const name = wanted.replace(/^\.\//, '').replace(/\.yaml$/, '');
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    return text === undefined ? { what: `unknown workflow "${wanted}"`, fix: 'name another' } : { file: `${name}.yaml`, text, related };
  };
  return related;
}
