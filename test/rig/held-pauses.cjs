/**
 * Loaded before a program: each of its pauses of HELD_MILLISECONDS lasts until a test lets it end, however slow the machine is. One that begins makes the
 * file `pause-<n>` in HELD_FOLDER, and is over when that file is gone.
 */
const { existsSync, writeFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const path = require('node:path');
const timers = require('node:timers/promises');

const pause = timers.setTimeout;
let begun = 0;
timers.setTimeout = async (milliseconds, ...rest) => {
  if (milliseconds !== Number(process.env['HELD_MILLISECONDS'])) return pause(milliseconds, ...rest);
  begun += 1;
  const file = path.join(process.env['HELD_FOLDER'], `pause-${begun}`);
  writeFileSync(file, '');
  while (existsSync(file)) await pause(10);
  return rest[0];
};
syncBuiltinESMExports();
