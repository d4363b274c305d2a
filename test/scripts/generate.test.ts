import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/generate.mjs', import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'iter-generate-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function put(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function generate(): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
}

const generated = (name: string): string => readFileSync(join(root, 'src/generated', name), 'utf8');

describe('generating', () => {
  test('works in a folder that has nothing to generate from', () => {
    expect(generate().status).toBe(0);
    expect(readdirSync(join(root, 'src/generated')).sort()).toEqual([
      'agents.d.ts',
      'agents.js',
      'library.d.ts',
      'library.js',
      'templates.d.ts',
      'templates.js',
    ]);
  });

  test('a second time writes nothing', () => {
    put({ 'templates/a.md.njk': 'Hello {{ name }}', 'workflows/small.yaml': 'version: 1\n' });
    generate();
    const before = statSync(join(root, 'src/generated/templates.js')).mtimeMs;
    expect(generate().stdout).toBe('src/generated is up to date\n');
    expect(statSync(join(root, 'src/generated/templates.js')).mtimeMs).toBe(before);
  });

  test('workflows and roles are texts by name', async () => {
    put({ 'workflows/small.yaml': 'a: "`${x}`"\n', 'roles/doc.md': 'You document.\n' });
    generate();
    const code = `data:text/javascript,${encodeURIComponent(generated('library.js'))}`;
    expect(await import(/* @vite-ignore */ code)).toMatchObject({
      workflows: { small: 'a: "`${x}`"\n' },
      roles: { doc: 'You document.\n' },
    });
  });

  test('a schema becomes a validator of its name that needs no other module', async () => {
    put({ 'schemas/thing.schema.json': '{"type":"object","required":["a"],"properties":{"a":{"type":"string","pattern":"^x"}}}' });
    generate();
    const code = generated('validate-thing.js');
    expect(code).not.toMatch(/require\(|\bimport\b/);
    const { validateThing } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
    expect([validateThing({ a: 'xy' }), validateThing({ a: 'y' }), validateThing({})]).toEqual([true, false, false]);
  });
});

describe('what is refused, with its line, and nothing is written', () => {
  test.each([
    ['a loop with a condition', 'x\n{% for a in all if a.b %}{{ a }}{% endfor %}', ':2: a loop with a condition renders nothing'],
    ['a filter whose test is ignored', '{{ all | selectattr("a", "equalto", 1) }}', ':1: selectattr with a test ignores the test'],
    ['a template that does not parse', 'x\n{% if %}', ': '],
  ])('%s', (_name, template, message) => {
    put({ 'templates/deep/bad.md.njk': template, 'templates/good.md.njk': '{% for a in all %}{{ a if a else "-" }}{% endfor %}' });
    const { status, stderr } = generate();
    expect(status).toBe(1);
    expect(stderr).toContain(`templates/deep/bad.md.njk${message}`);
    expect(
      stderr
        .trim()
        .split('\n')
        .filter((line) => line.includes('templates/'))
        .every((line) => line.includes('bad')),
    ).toBe(true);
    expect(readdirSync(root)).not.toContain('src');
  });

  test('a schema whose validator would need another module', () => {
    put({ 'schemas/thing.schema.json': '{"type":"array","uniqueItems":true}' });
    expect(generate()).toMatchObject({ status: 1, stderr: expect.stringContaining('leave out uniqueItems') });
  });
});
