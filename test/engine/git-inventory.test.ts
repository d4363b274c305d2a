import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DISCARDS, GIT_COMMANDS, REFS_MOVED, REMOVALS } from '../rig/git-table.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const SOURCES = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => path.join('src', name))
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('src/generated'))
  .toSorted();
const textOf = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');

/** The words of an array literal that stand in quotes, up to the first that is computed. */
function wordsOf(literal: string): string[] {
  return [...literal.matchAll(/'([^']*)'|`([^`]*)`/g)].map((match) => match[1] ?? match[2] ?? '');
}

/** The list of words each call of git in a text is given; a name is looked up in the same text. */
function callsIn(name: string, text: string): { file: string; words: string[] }[] {
  return [...text.matchAll(/(?<!function )\b(?:git|gitResult|gitBytes)\(\s*[^,()]+(?:\([^)]*\))?,\s*(\[|\w+)/g)].map((match) => {
    const start = match.index + match[0].length;
    if (match[1] === '[') return { file: name, words: wordsOf(text.slice(start, text.indexOf(']', start))) };
    const [, literal] = new RegExp(`const ${match[1]}(?:: [^=]+)? = \\[([^\\]]*)\\]`).exec(text) ?? [];
    if (literal === undefined) throw new Error(`${name}: cannot see what is asked in ${match[0]}`);
    return { file: name, words: wordsOf(literal) };
  });
}

/** The row of the table a call belongs to: the longer one first. */
function rowOf(words: readonly string[]): string | undefined {
  const [first = '', second = ''] = words;
  return [`${first} ${second}`, first].find((row) => Object.hasOwn(GIT_COMMANDS, row));
}

const CALLS = SOURCES.filter((name) => name !== 'src/effects/git.ts' && name !== 'src/rehearsal/main.ts').flatMap((name) =>
  callsIn(name, textOf(name)),
);

describe('what iter asks of git', () => {
  it('goes through one door', () => {
    const starting = SOURCES.filter((name) =>
      /\b(?:execa|execFile|execFileSync|spawn|spawnSync|exec|execSync)\(\s*'git'/.test(textOf(name)),
    );
    // the rehearsal agent is a program of its own that works in its worktree as any agent does
    expect(starting).toEqual(['src/effects/git.ts', 'src/rehearsal/main.ts']);
    const simple = SOURCES.flatMap((name) =>
      [...textOf(name).matchAll(/await reader\([^)]*\)\)?\.(\w+)\(/g)].map((match) => `${name} ${match[1]}`),
    );
    expect(simple).toEqual(['src/effects/git-facts.ts status']);
    expect(SOURCES.filter((name) => textOf(name).includes(`from 'simple-git'`) || textOf(name).includes(`import('simple-git')`))).toEqual([
      'src/effects/git.ts',
    ]);
  });

  it('is in the table, and the table has nothing else', () => {
    const named = SOURCES.flatMap((name) => [...textOf(name).matchAll(/(?<!function )\b(?:git|gitResult|gitBytes)\(/g)].map(() => name));
    const outside = named.filter((name) => name !== 'src/effects/git.ts' && name !== 'src/rehearsal/main.ts');
    expect(CALLS).toHaveLength(outside.length);
    expect(CALLS.length).toBeGreaterThan(80);
    expect(CALLS.filter(({ words }) => rowOf(words) === undefined)).toEqual([]);
    const used = new Set(CALLS.map(({ words }) => rowOf(words)));
    expect(Object.keys(GIT_COMMANDS).filter((row) => !used.has(row))).toEqual([]);
  });

  it('changes something only from the files that may', () => {
    const found: Record<string, string[]> = {};
    for (const { file, words } of CALLS) {
      const row = rowOf(words) ?? '';
      if (GIT_COMMANDS[row]?.touches !== 'reads') found[row] = [...new Set([...(found[row] ?? []), file])].toSorted();
    }
    const allowed = Object.entries(GIT_COMMANDS).filter(([, command]) => command.touches !== 'reads');
    expect(found).toEqual(Object.fromEntries(allowed.map(([row, command]) => [row, command.in])));
  });

  it('moves refs of these names, and a branch of people in one place alone', () => {
    const moved = SOURCES.flatMap((name) =>
      [
        ...textOf(name).matchAll(
          /\['update-ref', (?:'-d', )?(?:'-m', (?:what|'[^']*'|`[^`]*`), )?(`[^`]*`|'--stdin'|[\w.]+\([^)]*\)|[\w.]+)/g,
        ),
      ].map((match) => `${name} ${match[1] ?? ''}`),
    );
    expect(moved).toHaveLength(CALLS.filter(({ words }) => words[0] === 'update-ref').length);
    // what `--stdin` is told
    const lines = SOURCES.flatMap((name) =>
      [...textOf(name).matchAll(/`(?:update|create|delete|verify) \$\{([^}]*)\}/g)].map((match) => `${name} ${match[1] ?? ''}`),
    );
    expect([...new Set([...moved, ...lines])].toSorted()).toEqual(Object.keys(REFS_MOVED).toSorted());
  });
});

describe('what iter takes away', () => {
  it('is taken away in these places only', () => {
    const removing = SOURCES.filter((name) => /\b(?:rmSync|rm|rmdirSync|rmdir|unlinkSync|unlink)\(/.test(textOf(name)));
    expect(removing).toEqual(Object.keys(REMOVALS).toSorted());
  });

  it('was saved before, where it could be work', () => {
    expect(SOURCES.filter((name) => /discard: true/.test(textOf(name)))).toEqual(Object.keys(DISCARDS).toSorted());
  });
});
