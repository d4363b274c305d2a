/** Loaded before every test file: nobody's HOME, nobody's git configuration, nothing inherited from an agent that runs the tests. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

// these ask the tests themselves for more rounds, and say whether they may do without real agents
const KEPT = ['ITER_STRESS', 'ITER_REAL_AGENTS'];
for (const name of Object.keys(process.env))
  if (!KEPT.includes(name) && (name.startsWith('ITER_') || name.startsWith('GIT_'))) delete process.env[name];
process.env['HOME'] = mkdtempSync(path.join(tmpdir(), 'iter-home-'));
process.env['XDG_CONFIG_HOME'] = path.join(process.env['HOME'], '.config');
process.env['GIT_CONFIG_NOSYSTEM'] = '1';
process.env['GIT_AUTHOR_NAME'] = 'Ada';
process.env['GIT_AUTHOR_EMAIL'] = 'ada@example.org';
process.env['GIT_COMMITTER_NAME'] = 'Ada';
process.env['GIT_COMMITTER_EMAIL'] = 'ada@example.org';
delete process.env['CI'];
