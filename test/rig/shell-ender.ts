/** Has shells run something, ends them, and only then writes the file `ended` in the folder it is given. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { endShells, runShort } from '../../src/effects/spawn-helper.ts';

const [folder = ''] = process.argv.slice(2);
const env = { PATH: process.env['PATH'] ?? '' };
for (let call = 0; call < 20; call += 1) await runShort({ argv: ['true'], cwd: folder, env });
await Promise.all(Array.from({ length: 12 }, () => runShort({ argv: ['true'], cwd: folder, env })));
await endShells();
writeFileSync(path.join(folder, 'ended'), '');
