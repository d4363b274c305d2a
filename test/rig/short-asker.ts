/** Asks for a program that says which shell runs it, waits for the file `go`, and writes the file `done`; all in the folder it is given. */
import { renameSync } from 'node:fs';
import path from 'node:path';
import { runShort } from '../../src/effects/spawn-helper.ts';

const [folder = ''] = process.argv.slice(2);
const SCRIPT = 'echo $PPID >shell.new; mv shell.new shell; until [ -e go ]; do sleep 0.01; done; echo >done';
const env = { PATH: process.env['PATH'] ?? '' };

// the first ones are not started at all
for (let call = 0; call < 20; call += 1) await runShort({ argv: ['true'], cwd: folder, env });
await runShort({ argv: ['sh', '-c', SCRIPT], cwd: folder, env });
renameSync(path.join(folder, 'done'), path.join(folder, 'not-killed'));
