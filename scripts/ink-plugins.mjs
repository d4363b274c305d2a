/** What a bundle with ink in it leaves out or does faster: plugins of esbuild, for dist/ and for tests that bundle the screen. */
import { readFileSync } from 'node:fs';

/** Changes a file of a package: each of its pieces that are named must be there exactly once. */
function change(builder, file, ...changes) {
  const filter = new RegExp(`[\\\\/]node_modules[\\\\/]${file.replaceAll('.', '\\.').replaceAll('/', '[\\\\/]')}$`);
  builder.onLoad({ filter }, ({ path }) => {
    let contents = readFileSync(path, 'utf8');
    for (const [before, after] of changes) {
      const parts = contents.split(before);
      if (parts.length !== 2) throw new Error(`${path} has not one "${before}": see scripts/ink-plugins.mjs`);
      contents = parts.join(after);
    }
    return { contents };
  });
}

// what waits while it is loaded cannot be compiled beforehand: ink waits for tools to debug it with, which are not ours to ship,
// and yoga for its own code to be compiled, which takes a few milliseconds either way
const withoutWaiting = {
  name: 'without-waiting',
  setup(builder) {
    change(
      builder,
      'ink/build/reconciler.js',
      [/if \(isDev\(\)\) \{\s*try \{\s*await import\('\.\/devtools\.js'\);[^]*?\n\}\n(?=const diff)/, ''],
      [/async function loadPackageJson\(\) \{[^]*?\n\}\n/, ''],
      [/(?<=const packageJson = )isDev\(\)\s*\? await loadPackageJson\(\)\s*: /, ''],
    );
    change(builder, 'yoga-layout/dist/binaries/yoga-wasm-base64-esm.js', [
      /if\(h\.instantiateWasm\)try\{return h\.instantiateWasm\(d,\s*a\)\}/,
      'try{return a(new WebAssembly.Instance(new WebAssembly.Module(wa()),d)),h.asm}',
    ]);
    change(builder, 'yoga-layout/dist/src/index.js', [
      'const Yoga = wrapAssembly(await loadYoga());',
      'const assembly = {};\nloadYoga(assembly);\nconst Yoga = wrapAssembly(assembly);',
    ]);
  },
};

// to look for an emoji, string-width compiles a table of all sequences of them; one character alone needs only its own property.
// And the dots that iter cuts long texts with are as wide as a letter: no reason to take the text apart
const quickWidths = {
  name: 'quick-widths',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]node_modules[\\/]string-width[\\/]index\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8')
        .replaceAll('rgiEmojiRegex.test(segment)', '(segment.length === 1 ? /\\p{Emoji_Presentation}/u : rgiEmojiRegex).test(segment)')
        .replace('/^[\\u0020-\\u007E]*$/', '/^[\\u0020-\\u007E\\u2026]*$/');
      return { contents };
    });
  },
};

// ink takes every character of the screen apart in each frame and puts it together again, and remembers for ever how wide each text was.
// Here what texts consist of is kept for the next frame, lines in which nothing changed are taken from the last one, and all that is kept is bounded
const quickFrames = {
  name: 'quick-frames',
  setup(builder) {
    change(
      builder,
      'ink/build/output.js',
      ['caches = new OutputCaches();', 'caches = keptCaches();'],
      [/row\.push\(\{\s*type: 'char',\s*value: ' ',\s*fullWidth: false,\s*styles: \[\],\s*\}\);/, 'row.push(BLANK);'],
      [/(?<=generatedOutput = output\s*\.map\()line =>/, '(line, y) =>'],
      ['return styledCharsToString(lineWithoutEmptyItems).trimEnd();', 'return lineText(lineWithoutEmptyItems, y);'],
      [
        'class OutputCaches {',
        `const BLANK = Object.freeze({ type: 'char', value: ' ', fullWidth: false, styles: [] });
        const lastLines = [];
        function lineText(characters, y) {
          const last = lastLines[y];
          if (last?.characters.length === characters.length && characters.every((one, x) => one === last.characters[x])) return last.text;
          const text = styledCharsToString(characters).trimEnd();
          lastLines[y] = { characters, text };
          return text;
        }
        let kept;
        function keptCaches() {
          if (kept === undefined || [kept.styledChars, kept.widths, kept.blockWidths].some((texts) => texts.size > 500)) kept = new OutputCaches();
          return kept;
        }
        class OutputCaches {`,
      ],
    );
    change(builder, 'ink/build/measure-text.js', [
      'const cachedDimensions =',
      'if (cache.size > 500) cache.clear();\n    const cachedDimensions =',
    ]);
  },
};

/** For a bundle with `process.env.DEV` defined as "false". */
export const inkPlugins = [withoutWaiting, quickWidths, quickFrames];
