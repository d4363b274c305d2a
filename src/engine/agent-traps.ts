/** What is known to make an agent go wrong without a word, as far as it can be seen beforehand. Measured with the versions docs/agents.md names. */
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { readText } from '../effects/disk.ts';
import type { Context } from './context.ts';

type Variables = Context['environment'];

/** The traps an agent would walk into here. */
export function trapsOf(agent: string, variables: Variables): readonly Problem[] {
  return TRAPS[agent]?.(variables) ?? [];
}

const TRAPS: Readonly<Record<string, (variables: Variables) => readonly Problem[]>> = {
  codex: (variables) => {
    const home = variables['CODEX_HOME'] ?? join(homeOf(variables), '.codex');
    const name = variables['CODEX_HOME'] === undefined ? 'HOME' : 'CODEX_HOME';
    return isTemporary(home, variables)
      ? [
          {
            what: `${home} lies in the temporary folder: its sandbox refuses every command then, and its output does not say so`,
            fix: `set ${name} to another place`,
          },
        ]
      : [];
  },
  gemini: (variables) => {
    if ((variables['GOOGLE_GEMINI_BASE_URL'] ?? '') === '') return [];
    const settings = readText(join(homeOf(variables), '.gemini', 'settings.json')) ?? '';
    return /"selectedType"\s*:\s*"gemini-api-key"/.test(settings)
      ? []
      : [
          {
            what: 'with GOOGLE_GEMINI_BASE_URL it ends with 41 (no way to sign in) unless its settings say which',
            fix: 'write {"security":{"auth":{"selectedType":"gemini-api-key"}}} into ~/.gemini/settings.json',
          },
        ];
  },
  opencode: (variables) => {
    const places = [variables['XDG_CONFIG_HOME'] ?? join(homeOf(variables), '.config')].map((folder) =>
      join(folder, 'opencode', 'opencode.json'),
    );
    const asks = [variables['OPENCODE_CONFIG_CONTENT'], ...places.map((place) => readText(place))].some((text) =>
      /"permission"[^]*"ask"/.test(text ?? ''),
    );
    return asks
      ? [{ what: 'a permission "ask" in its configuration ends a run without a word: nobody can answer', fix: 'say allow or deny there' }]
      : [];
  },
};

const homeOf = (variables: Variables): string => variables['HOME'] ?? homedir();

function isTemporary(place: string, variables: Variables): boolean {
  const folders = [variables['TMPDIR'], tmpdir()].flatMap((folder) => (folder === undefined || folder === '' ? [] : [resolve(folder)]));
  return folders.some((folder) => `${resolve(place)}/`.startsWith(`${folder}/`));
}
