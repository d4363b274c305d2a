/** What a bundle with ink in it leaves out or does faster: plugins of esbuild, for dist/ and for tests that bundle the screen. */
import { readFileSync } from 'node:fs';

// ink loads this only when somebody debugs it with the react developer tools, which are not ours to ship
const withoutDevtools = {
  name: 'without-devtools',
  setup(builder) {
    builder.onResolve({ filter: /^\.\/devtools\.js$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    builder.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {};' }));
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
    const instead = (file, ...changes) =>
      builder.onLoad({ filter: new RegExp(`[\\\\/]node_modules[\\\\/]ink[\\\\/]build[\\\\/]${file}\\.js$`) }, ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const [before, after] of changes) {
          const parts = contents.split(before);
          if (parts.length !== 2) throw new Error(`${path} has not one "${before}": see quickFrames in scripts/ink-plugins.mjs`);
          contents = parts.join(after);
        }
        return { contents };
      });
    instead(
      'output',
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
    instead('measure-text', ['const cachedDimensions =', 'if (cache.size > 500) cache.clear();\n    const cachedDimensions =']);
  },
};

/** For a bundle with `process.env.DEV` defined as "false". */
export const inkPlugins = [withoutDevtools, quickWidths, quickFrames];
