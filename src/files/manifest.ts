/** manifest.json: the plan of an iteration in the form programs read. Written once by `iter new`; people edit the Markdown files instead. */
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { validateManifest } from '../generated/validate-manifest.js';

const VERSION = 1;

/** SHA-256 of each file of the folder as it was written, by its path in it. */
export type FileHashes = Readonly<Record<string, string>>;

/** The text of manifest.json; the same plan and hashes give the same bytes. */
export function manifestText(plan: Plan, files: FileHashes): string {
  const sorted = Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ schemaVersion: VERSION, ...plan, files: sorted }, undefined, 2)}\n`;
}

/** Reads the plan back; anything that is not exactly a manifest of this version is a problem with the place in the file. */
export function parseManifest(
  text: string,
  file: string,
): { readonly plan?: Plan; readonly files?: FileHashes; readonly problems: readonly Problem[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      problems: [
        {
          file,
          what: `not valid JSON: ${(error as Error).message}`,
          fix: 'restore the file: git checkout brings back a committed one',
        },
      ],
    };
  }
  const version = (value as { readonly schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > VERSION) {
    return {
      problems: [
        {
          file,
          what: `schemaVersion is ${version}, this iter reads ${VERSION}`,
          fix: 'use a newer iter',
        },
      ],
    };
  }
  if (!validateManifest(value)) {
    const faults = (validateManifest.errors ?? []).map((error) => `${pathText(error.instancePath)} ${error.message ?? 'is wrong'}`);
    const fix = 'restore the file; tasks are changed in MULTI_AGENT_PLAN.md, not here';
    return { problems: [...new Set(faults)].map((what) => ({ file, what, fix })) };
  }
  const { schemaVersion: _version, files, ...plan } = value as Plan & { readonly schemaVersion: number; readonly files: FileHashes };
  return { plan, files, problems: [] };
}

function pathText(pointer: string): string {
  return pointer === '' ? 'the manifest' : pointer.slice(1).replaceAll('/', '.');
}
