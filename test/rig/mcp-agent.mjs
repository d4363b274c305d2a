/** An agent that uses the tools it is handed, in each of the three ways, and leaves what it heard in `heard.json` of its worktree. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from './mcp-client.mjs';

const handed = process.argv[2] === undefined ? undefined : JSON.parse(process.argv[2]);
const heard = { handed: handed !== undefined };
if (handed !== undefined) {
  const { iter } = JSON.parse(process.env['TOOLED_SERVER']);
  const file = JSON.parse(readFileSync(process.env['TOOLED_FILE'], 'utf8'));
  heard.same = [iter, [file.command, ...file.args]].map((line) => JSON.stringify(line) === JSON.stringify(handed));
  // some programs hand none of their variables on
  const server = connect(handed, { env: { PATH: process.env['PATH'], HOME: process.env['HOME'] }, cwd: '/' });
  heard.server = (await server.start()).serverInfo.name;
  heard.before = await server.call('criteria');
  writeFileSync('piece.txt', 'made\n');
  heard.after = await server.call('criteria');
  heard.report = await server.call('report', { status: 'in progress', message: 'half of it' });
  heard.message = await server.call('message', { to: 'all', text: 'the rates are integers' });
  heard.set = await server.call('context_set', { key: 'plan.rates', value: 'integers' });
  heard.get = await server.call('context_get', { key: 'plan.rates' });
  heard.inbox = await server.call('inbox');
  heard.exit = await server.ended();
} else writeFileSync('piece.txt', 'made\n');
writeFileSync('heard.json', JSON.stringify(heard));
