import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { problemLine } from '../../src/core/problem.ts';
import { splitFrontMatter } from '../../src/files/front-matter.ts';
import { exportRole } from '../../src/files/role-export.ts';
import { importRole } from '../../src/files/role-import.ts';
import { loadRole } from '../../src/files/role.ts';
import { agentFiles } from '../rig/agent-files.ts';

function imported(text: string, file = 'agents/helper.md'): NonNullable<ReturnType<typeof importRole>['role']> {
  const { role, problems } = importRole(text, file);
  if (role === undefined) throw new Error(problems.map(problemLine).join('\n'));
  return role;
}

const frontMatter = (text: string): Record<string, unknown> => parse(splitFrontMatter(text).yaml ?? '') as Record<string, unknown>;
const lines = (text: string, file = 'a.md'): string[] => importRole(text, file).problems.map(problemLine);

describe('a corpus of 200 agent files, 40 of them with broken front matter', () => {
  const files = agentFiles(7, { sound: 160, broken: 40 });

  test('holds what it says', () => {
    expect(files.filter(({ kind }) => kind !== 'sound')).toHaveLength(40);
    expect(new Set(files.map(({ kind }) => kind)).size).toBe(9);
  });

  test.each(files)('$file ($kind) keeps name, description, every unknown key and every byte of its text', (given) => {
    const role = imported(given.text, given.file);
    const text = exportRole(role, 'iter');
    const written = frontMatter(text);
    expect({ name: role.name, description: role.description, body: splitFrontMatter(text).body }).toEqual({
      name: given.name,
      description: given.description,
      body: given.body,
    });
    expect(written).toMatchObject(JSON.parse(JSON.stringify(given.unknown).replaceAll('\\r', '')) as object);
    expect(loadRole(text, given.file).problems).toEqual([]);
  });

  test.each(['iter', 'claude'] as const)('comes back the same from the form of %s', (form) => {
    for (const given of files) {
      const role = imported(given.text, given.file);
      const again = imported(exportRole(role, form), given.file);
      expect(exportRole(again, form)).toBe(exportRole(role, form));
      expect(again.body).toBe(given.body);
    }
  });
});

describe('an agent file', () => {
  test('names a model, which stands for a tier of ours and is itself again on the way out', () => {
    const text = '---\nname: a\ndescription: Does a.\nmodel: opus\ncolor: red # like fire\n---\nYou do a.';
    const role = imported(text);
    expect(role.model).toBe('strong');
    expect(exportRole(role, 'claude')).toBe(text);
  });

  test('with a name that can be none of ours gets one, and its own is kept beside it', () => {
    const text = exportRole(imported('---\nname: Code Reviewer (v2)\ndescription: Reads.\n---\nYou read.\n'), 'iter');
    expect(frontMatter(text)).toEqual({ name: 'code-reviewer-v2', description: 'Reads.', iter: { aka: ['Code Reviewer (v2)'] } });
  });

  test('without a name is called as its file', () => {
    expect(imported('---\ndescription: Reads.\n---\nYou read.\n', 'x/API_helper.md').name).toBe('api-helper');
  });

  test('keeps a key an object would take for something else', () => {
    const text = '---\nname: a\ndescription: Does: a\n__proto__: x: 1\nconstructor: { y: 2 }\n---\nYou do a.\n';
    expect(exportRole(imported(text), 'iter')).toContain('\n__proto__: "x: 1"\nconstructor: { y: 2 }\n');
  });

  test.each([
    ['You are.\n', 'a.md:1: no front matter; it has to start with "---", name: and description:, and "---"'],
    ['---\nname: a\n---\nYou are.\n', 'a.md:1: the key "description" is missing; add a sentence: what the role is for'],
    ['---\nname: a\ndescription: b\n---\n \n', 'a.md:4: the agent has no text below its front matter'],
    ['---\nname: a\ndescription: b\nname: c\n---\nYou.\n', 'a.md:4: the key "name" is there twice; keep one of them'],
    [
      '---\n- a\nname: a\ndescription: b: c\n---\nYou.\n',
      'a.md:2: a line of the front matter stands before any key; remove it or give it a key',
    ],
  ])('%j is refused with what to do', (text, line) => {
    expect(lines(text)).toEqual([line]);
  });

  test('whose name has no letter of ours is refused, unless its file has one', () => {
    expect(lines('---\nname: 代码\ndescription: b\n---\nYou.\n')).toEqual([
      'a.md:1: the name "代码" has no letter from a to z; choose one with --as',
    ]);
  });

  test('that is a bomb of aliases or far too large is refused or kept, and never a crash', () => {
    const levels = Array.from({ length: 30 }, (_, index) => `&a${index + 1} [*a${index}, *a${index}, *a${index}]`);
    const bomb = `---\nname: a\ndescription: b\nx: [&a0 [1], ${levels.join(', ')}]\n---\nYou.\n`;
    expect(exportRole(imported(bomb), 'iter')).toBe(bomb);
    expect(lines(`---\nname: a\n---\n${'x'.repeat(2_000_000)}`)).toEqual([
      'a.md: is over 1 MB; give an agent file: front matter and a prompt',
    ]);
  });
});
