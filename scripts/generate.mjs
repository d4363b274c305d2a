/**
 * Writes src/generated/: what the program needs from schemas/, templates/, workflows/, roles/ and agents/, as code,
 * so that the built CLI reads no file of its own and compiles nothing at start.
 * Writes only what changed; refuses templates that would render to nothing without an error.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import nunjucks from 'nunjucks';
import nodes from 'nunjucks/src/nodes.js';
import parser from 'nunjucks/src/parser.js';
import { parse } from 'yaml';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'src', 'generated');
const TEMPLATE_OPTIONS = { autoescape: false, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true };

const faults = [];
const files = { ...validators(), ...templates(), ...library(), ...agents() };
if (faults.length > 0) {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.exit(1);
}
mkdirSync(target, { recursive: true });
const written = Object.keys(files).filter((name) => writeIfChanged(join(target, name), files[name]));
process.stdout.write(written.length === 0 ? 'src/generated is up to date\n' : `src/generated: wrote ${written.join(', ')}\n`);

/**
 * One validator per schema, each in a file of its own so that a command loads only those it asks, and without `require`:
 * `schemas/workflow.schema.json` becomes `validateWorkflow` in `validate-workflow.js`.
 */
function validators() {
  const made = {};
  for (const file of filesBelow('schemas', '.schema.json')) {
    const word = file.split(sep).at(-1).replace('.schema.json', '');
    const name = `validate${word.replaceAll(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase())}`;
    const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, code: { source: true, esm: true } });
    ajv.addSchema(JSON.parse(readFileSync(join(root, file), 'utf8')), word);
    // nothing of ours asks what was evaluated
    const code = standalone.default(ajv, { [name]: word }).replace(/validate\d+\.evaluated = \{[^}]*\};/g, '');
    const required = /require\(("[^"]*")\)/.exec(code);
    if (required !== null) faults.push(`${file}: the validator needs ${required[1]} at run time; leave out uniqueItems and "format"`);
    const types = [
      `import type { ErrorObject } from 'ajv';`,
      `export declare const ${name}: { (value: unknown): boolean; errors?: ErrorObject[] | null };`,
    ];
    made[`validate-${word}.js`] = `${code}\n`;
    made[`validate-${word}.d.ts`] = `${types.join('\n')}\n`;
  }
  return made;
}

/** Templates as functions for the slim nunjucks runtime, keyed by their path below templates/. */
function templates() {
  const environment = new nunjucks.Environment(null, TEMPLATE_OPTIONS);
  const entries = filesBelow('templates', '.njk').map((file) => [relative('templates', file).split(sep).join('/'), file]);
  if (readdirSync(root).includes('MULTI_AGENT_PLAN.template.md'))
    entries.push(['MULTI_AGENT_PLAN.template.md', 'MULTI_AGENT_PLAN.template.md']);
  const compiled = [];
  for (const [name, file] of entries) {
    const source = readFileSync(join(root, file), 'utf8');
    try {
      lint(file, source);
      const wrapper = ([template]) => `(() => {${template.template}})()`;
      compiled.push(`  ${JSON.stringify(name)}: ${nunjucks.precompileString(source, { name, env: environment, wrapper })},\n`);
    } catch (error) {
      faults.push(`${file}: ${error.message}`);
    }
  }
  const types = 'export declare const templates: Readonly<Record<string, object>>;\n';
  return { 'templates.js': `export const templates = {\n${compiled.join('')}};\n`, 'templates.d.ts': types };
}

/** Finds what Jinja understands and nunjucks quietly does otherwise. */
function lint(file, source) {
  const tree = parser.parse(source, [], TEMPLATE_OPTIONS);
  for (const loop of tree.findAll(nodes.For)) {
    if (loop.arr instanceof nodes.InlineIf) {
      faults.push(`${file}:${loop.lineno + 1}: a loop with a condition renders nothing; put {% if %} inside the loop`);
    }
  }
  for (const filter of tree.findAll(nodes.Filter)) {
    const picks = filter.name.value === 'selectattr' || filter.name.value === 'rejectattr';
    if (picks && filter.args.children.length > 2) {
      faults.push(`${file}:${filter.lineno + 1}: ${filter.name.value} with a test ignores the test; put {% if %} inside a loop`);
    }
  }
}

/** The workflows, roles, agents and schemas that come with the program, as texts by name. */
function library() {
  const texts = (folder, ending, name) =>
    Object.fromEntries(
      filesBelow(folder, ending).map((file) => [
        name ?? file.split(sep).at(-1).slice(0, -ending.length),
        readFileSync(join(root, file), 'utf8'),
      ]),
    );
  const code = [
    `export const workflows = ${JSON.stringify(texts('workflows', '.yaml'), undefined, 2)};`,
    `export const roles = ${JSON.stringify(texts('roles', '.md'), undefined, 2)};`,
    `export const agents = ${JSON.stringify(texts('agents', '.yaml'), undefined, 2)};`,
    `export const promptTemplates = ${JSON.stringify(texts('templates', 'agent-prompt.md.njk', 'agent-prompt.md.njk'), undefined, 2)};`,
    `export const schemas = ${JSON.stringify(texts('schemas', '.schema.json'), undefined, 2)};`,
  ];
  const types = [
    'export declare const workflows: Readonly<Record<string, string>>;',
    'export declare const roles: Readonly<Record<string, string>>;',
    'export declare const agents: Readonly<Record<string, string>>;',
    'export declare const promptTemplates: Readonly<Record<string, string>>;',
    'export declare const schemas: Readonly<Record<string, string>>;',
  ];
  return { 'library.js': `${code.join('\n')}\n`, 'library.d.ts': `${types.join('\n')}\n` };
}

/** The agents that come with the program as values: nothing reads YAML to start one. */
function agents() {
  const made = filesBelow('agents', '.yaml').map((file) => {
    const said = parse(readFileSync(join(root, file), 'utf8'));
    const { acp } = said;
    const talk = acp === undefined ? {} : { acp: { evidence: 'read', modes: {}, reports: [], ...acp } };
    return { permissions: { read: [], edit: [], full: [] }, ...said, ...talk };
  });
  const types = [
    "import type { AgentDescriptor } from '../core/agent-descriptor.ts';",
    'export declare const agents: readonly AgentDescriptor[];',
  ];
  return { 'agents.js': `export const agents = ${JSON.stringify(made, undefined, 2)};\n`, 'agents.d.ts': `${types.join('\n')}\n` };
}

/** Paths below a folder, relative to the root, sorted; none when there is no such folder. */
function filesBelow(folder, ending) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function writeIfChanged(file, text) {
  try {
    if (readFileSync(file, 'utf8') === text) return false;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  writeFileSync(file, text);
  return true;
}
