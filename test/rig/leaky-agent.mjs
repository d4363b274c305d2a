/** An agent that lets secrets and orders to the terminal slip into everything it writes. */
import { mkdirSync, writeFileSync } from 'node:fs';

const secret = process.env['ITER_LEAK_SECRET'];
const token = process.env['ITER_LEAK_OTHER'];
const orders = '\u001b[2J\u001b]0;yours\u0007\u009b31m\u202e';
const words = `${orders}I use ${secret} and ${token}${orders}`;

process.stdout.write(`${words}\n${JSON.stringify({ words })}\n`);
process.stderr.write(`fatal: ${words}`);
mkdirSync('.iter/outbox/ctx', { recursive: true });
writeFileSync('.iter/outbox/report.md', `Completed\n${words}\n`);
writeFileSync('.iter/outbox/ctx/plan.key', words);
writeFileSync('.iter/outbox/ctx/bad key', words);
writeFileSync(
  '.iter/outbox/a.message.md',
  `---\nFROM: me\nTO: All\nTYPE: Question\nTIMESTAMP: 2026-01-10T12:00:00Z\nSTATUS: Sent\n\nMESSAGE: ${words}\n---\n`,
);
writeFileSync('.iter/out/NOTES.md', `# Notes\n\n${words}\n`);
// the first attempt leaves a criterion red, so that what it printed reaches a second prompt
if (process.env['ITER_ATTEMPT'] !== '1') writeFileSync('piece.txt', `made\n${token}\n`);
