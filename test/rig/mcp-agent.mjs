/** An agent that uses the tools it is handed, in each of the three ways, and leaves what it heard in `heard.json` of its worktree. */
import { readFileSync, writeFileSync } from 'node:fs';
import { call, connect } from './mcp-client.mjs';

const handed = process.argv[2] === undefined ? undefined : JSON.parse(process.argv[2]);
const heard = { handed: handed !== undefined };
if (handed !== undefined) {
  const { iter } = JSON.parse(process.env['TOOLED_SERVER']);
  const file = JSON.parse(readFileSync(process.env['TOOLED_FILE'], 'utf8'));
  heard.same = [iter, [file.command, ...file.args]].map((line) => JSON.stringify(line) === JSON.stringify(handed));
  // some programs hand none of their variables on
  const server = await connect(handed, { env: { PATH: process.env['PATH'], HOME: process.env['HOME'] }, cwd: '/' });
  heard.server = server.getServerVersion().name;
  heard.before = await call(server, 'criteria');
  writeFileSync('piece.txt', 'made\n');
  heard.after = await call(server, 'criteria');
  heard.report = await call(server, 'report', { status: 'in progress', message: 'half of it' });
  heard.message = await call(server, 'message', { to: 'all', text: 'the rates are integers' });
  heard.set = await call(server, 'context_set', { key: 'plan.rates', value: 'integers' });
  heard.get = await call(server, 'context_get', { key: 'plan.rates' });
  heard.inbox = await call(server, 'inbox');
  await server.close();
} else writeFileSync('piece.txt', 'made\n');
writeFileSync('heard.json', JSON.stringify(heard));
