/** Has a shell run something, holds it still so that it cannot clear up, says its number and what it has made, and ends without a word to it. */
import { readFileSync, readdirSync } from 'node:fs';
import { runShort } from '../../src/effects/spawn-helper.ts';

const [folder = ''] = process.argv.slice(2);
const env = { PATH: process.env['PATH'] ?? '' };
for (let call = 0; call < 20; call += 1) await runShort({ argv: ['true'], cwd: folder, env });
const outcome = await runShort({ argv: ['sh', '-c', 'echo $PPID'], cwd: folder, env });
const shell = Number(Buffer.from(outcome?.stdout ?? []).toString('utf8'));
process.kill(shell, 'SIGSTOP');
while (!/^State:\s+T/m.test(readFileSync(`/proc/${shell}/status`, 'utf8')));
process.stdout.write(JSON.stringify({ shell, made: readdirSync(folder).filter((name) => name.startsWith('iter-shell-')).length }));
