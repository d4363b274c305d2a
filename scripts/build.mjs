/**
 * Builds dist/, validators and templates compiled beforehand: cli.js, what it loads for a command, the rehearsal agent, and what talks to agents by ACP.
 * cli.js and the commands that are called all the time are CommonJS, each whole in one file, because node starts faster with it;
 * the other commands are modules that share what they have in common.
 */
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import './generate.mjs';
import { inkPlugins } from './ink-plugins.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

// commander asks for it to start subcommands that are programs of their own; iter has none, and loading it takes longer than all of commander
const withoutSubprograms = {
  name: 'without-subprograms',
  setup(builder) {
    builder.onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path, namespace: 'nothing' } : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export default {};' }));
  },
};

// what people wait for, agents call, and tests start all the time
const QUICK = ['new', 'launch', 'monitor', 'status', 'validate', 'merge', 'report', 'mcp'];
const shared = new Set();
const commandsApart = {
  name: 'commands-apart',
  setup(builder) {
    builder.onResolve({ filter: /^\.\/commands\/\w+\.ts$/ }, ({ path }) => {
      const name = path.slice('./commands/'.length, -'.ts'.length);
      if (QUICK.includes(name)) return { path: `./${name}.js`, external: true };
      shared.add(name);
      return { path: `./commands/${name}.mjs`, external: true };
    });
  },
};

// what a quick command needs only now and then lies in files of its own, read when it is first used; only what is imported by name can wait
const PACKAGES_LATER = [
  'execa',
  'yaml',
  'ajv',
  'ajv/dist/2020.js',
  're2js',
  '@marcbachmann/cel-js',
  'marked',
  'tokenx',
  'fast-xml-parser',
  'smol-toml',
  'simple-git',
  'shell-quote',
];
// every command reads a manifest
const generatedLater = readdirSync(`${root}src/generated`).filter((name) => name.endsWith('.js') && name !== 'validate-manifest.js');
const partNamed = (specifier) =>
  specifier
    .replace(/\.js$/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
const parts = Object.fromEntries([
  ...PACKAGES_LATER.map((name) => [partNamed(name), name]),
  ...generatedLater.map((name) => [partNamed(name), `src/generated/${name}`]),
]);
const used = new Set();
const partsApart = {
  name: 'parts-apart',
  setup(builder) {
    builder.onResolve({ filter: /^[^.]|\/generated\// }, ({ path, kind }) => {
      const name = partNamed(path.replace(/^.*\/generated\//, ''));
      if (kind === 'entry-point' || !Object.hasOwn(parts, name)) return undefined;
      used.add(name);
      return { path: `./parts/${name}.js`, external: true };
    });
  },
};
const READ_LATER = 'const readLater=(load)=>{let part;return new Proxy({},{get:(_,name)=>(part??=load())[name]})};';

// packages that are modules ask where they lie
const HERE = 'const here=require("node:url").pathToFileURL(__filename).href;';

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // write-file-atomic seeds the names of its temporary files with __filename, which a module does not have
  define: {
    ITER_VERSION: JSON.stringify(version),
    __filename: '"iter"',
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
  },
  plugins: [...inkPlugins, withoutSubprograms],
  write: false,
  metafile: true,
  logLevel: 'warning',
};

// folders of the packages whose code is in dist/
const packages = new Set();

// `import()` would start the loader of modules
const QUICKLY = new RegExp(`import\\(("\\./(?:${QUICK.join('|')})\\.js")\\)`, 'g');

// built aside and put in place at the end: a build that fails, or is running, leaves the last good one usable
const outdir = `${root}.cache/dist-${process.pid}`;
const place = (name) => `${outdir}/${name}`;
mkdirSync(place('commands/chunks'), { recursive: true });
mkdirSync(place('parts'));
const quick = {
  format: 'cjs',
  outdir,
  plugins: [...common.plugins, partsApart],
  banner: { js: `${READ_LATER}${HERE}` },
  define: { ...common.define, 'import.meta.url': 'here' },
};
for (const name of QUICK) await bundle({ ...quick, entryPoints: { [name]: `src/commands/${name}.ts` } });
await bundle({ entryPoints: Object.fromEntries([...used].map((name) => [name, parts[name]])), format: 'cjs', outdir: place('parts') });
await bundle({ entryPoints: { cli: 'src/cli.ts' }, format: 'cjs', outdir, plugins: [...common.plugins, commandsApart] });
const modules = { format: 'esm', splitting: true, outExtension: { '.js': '.mjs' }, chunkNames: 'chunks/[name]-[hash]' };
const entryPoints = Object.fromEntries([...shared].map((name) => [name, `src/commands/${name}.ts`]));
await bundle({ ...modules, entryPoints, outdir: place('commands') });
for (const name of ['rehearsal', 'acp']) await bundle({ ...modules, entryPoints: { [name]: `src/${name}/main.ts` }, outdir });
writeFileSync(place('package.json'), '{ "type": "commonjs" }\n');
for (const name of [...QUICK, ...[...used].map((part) => `parts/${part}`)]) compileBeforehand(place(`${name}.js`));
const loader = readFileSync(`${root}scripts/quick-loader.cjs`, 'utf8');
const start = readFileSync(place('cli.js'), 'utf8').replace(QUICKLY, 'Promise.resolve(loadQuickly($1))');
writeFileSync(place('cli.js'), `#!/usr/bin/env node\n${loader}${start}`);
chmodSync(place('cli.js'), 0o755);
writeFileSync(place('LICENSES.txt'), [...new Set([...packages].map(licenceOf))].sort().join(`\n${'-'.repeat(80)}\n\n`));
rmSync(`${root}dist`, { recursive: true, force: true });
renameSync(outdir, `${root}dist`);

async function bundle(plan) {
  const { outputFiles, metafile } = await build({ ...common, ...plan });
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
      if (folder !== undefined && bytesInOutput > 0) packages.add(folder);
    }
  }
  for (const { path, text } of outputFiles) writeFileSync(path, plan.format === 'esm' ? withRequire(text) : partsLater(text));
}

/**
 * Writes beside a bundle what V8 makes of it: `script.createCachedData` of node:vm. Of most, that is what runs while it is loaded; of the monitor it is
 * all, because no key is to wait for a compiler, and that makes it seven times as large.
 */
function compileBeforehand(file) {
  const source = readFileSync(file, 'utf8');
  if (/\bimport\(/.test(source)) throw new Error(`${file} has an import() left, and what was compiled beforehand cannot import`);
  const isWhole = file === place('monitor.js');
  if (isWhole) setFlagsFromString('--no-lazy');
  const script = new Script(Module.wrap(source), { filename: path.join('dist', path.basename(file)) });
  setFlagsFromString('--lazy');
  const own = { exports: {} };
  if (!isWhole) script.runInThisContext()(own.exports, createRequire(file), own, file, outdir);
  writeFileSync(`${file}.cache`, script.createCachedData());
}

/** Bundled CommonJS packages ask for node's own modules with `require`; only the file that answers them pays for making it. */
function withRequire(code) {
  if (!code.includes('typeof require<"u"')) return code;
  return `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);\n${code}`;
}

/** A part that is imported by name is read when one of the names is used for the first time, any other when it is asked for. */
function partsLater(code) {
  return code
    .replaceAll(/(?<=\bimport_\w+=)require\("\.\/parts\/[\w-]+\.js"\)/g, (call) => `readLater(()=>${call})`)
    .replaceAll(/\bimport\(("\.\/parts\/[\w-]+\.js")\)/g, 'Promise.resolve(require($1))');
}

/** What a package whose code is shipped wants to be said with it. */
function licenceOf(folder) {
  const about = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
  const files = readdirSync(`${root}${folder}`).filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name));
  const texts = files.map((name) => readFileSync(`${root}${folder}/${name}`, 'utf8').trim());
  return `${[`${about.name} ${about.version} (${about.license})`, ...texts].join('\n\n')}\n`;
}
