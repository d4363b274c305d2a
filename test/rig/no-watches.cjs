/**
 * Loaded into an iter by NODE_OPTIONS: the system has nothing left to watch files with. Every fs.watch is refused, by turns with ENOSPC (no watches left, thrown)
 * and with EMFILE (no instance left, told a moment later), and counted in the file NO_WATCHES by one byte each. The product knows nothing of it.
 */
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const path = require('node:path');

// git hands the variables on to whatever it starts; only iter itself is meant
if (process.argv[1]?.endsWith(`${path.sep}cli.js`) && process.env.NO_WATCHES !== undefined) refuse(process.env.NO_WATCHES);

function refuse(count) {
  let refusals = 0;
  const refusal = (code) => Object.assign(new Error(`${code}: watch`), { code, syscall: 'watch' });
  fs.watch = () => {
    fs.appendFileSync(count, '.');
    refusals += 1;
    if (refusals % 2 === 1) throw refusal('ENOSPC');
    const watcher = Object.assign(new EventEmitter(), { close: () => {}, ref: () => {}, unref: () => {} });
    setImmediate(() => watcher.emit('error', refusal('EMFILE')));
    return watcher;
  };
  syncBuiltinESMExports();
}
