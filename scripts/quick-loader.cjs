/**
 * Stands at the top of dist/cli.js: loads a command whose bundle was compiled beforehand, and its parts when it asks for them. To read what V8 has made of it takes a fifth of the time of
 * compiling it. Another version of V8 does not take that, and compiles; so it is where that was not copied along.
 */
function loadQuickly(name) {
  const { existsSync, readFileSync } = require('node:fs');
  const { createRequire, wrap } = require('node:module');
  const { basename } = require('node:path');
  const { Script } = require('node:vm');
  const file = require.resolve(name);
  const source = wrap(readFileSync(file, 'utf8'));
  const compiled = `${file}.cache`;
  const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
  // a name that is the same wherever iter lies: it is in what was compiled
  const script = new Script(source, { filename: `dist/${basename(file)}`, cachedData });
  const own = { exports: {} };
  const ask = createRequire(file);
  const parts = new Map();
  const answer = (wanted) => {
    if (!wanted.startsWith('./parts/')) return ask(wanted);
    if (!parts.has(wanted)) parts.set(wanted, loadQuickly(wanted));
    return parts.get(wanted);
  };
  script.runInThisContext()(own.exports, answer, own, file, __dirname);
  return own.exports;
}

module.exports = { loadQuickly };
