/** A launch whose agents run in bubblewrap, and what runs outside of it all the same. Skipped, and that is said, where bwrap may make no sandbox. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { trialArguments } from '../../src/executors/bubblewrap.ts';
import { done, eventsOf } from '../rig/cli.ts';
import { oneStep } from '../rig/one-step.ts';
import { sh, temporaryFolder, write } from '../rig/repository.ts';

const trial = spawnSync('bwrap', trialArguments(true).slice(1), { encoding: 'utf8' });
const usable = trial.status === 0;
if (!usable) process.stderr.write(`skipped: a launch in bubblewrap is not tried: ${trial.error?.message ?? trial.stderr}\n`);

const FILES = {
  'agent.sh': `{ cat "$HOME/secret" || echo "nothing: $ITER_SANDBOX"; } 2>/dev/null >seen
test "$ITER_ATTEMPT" = 1 || echo mended >state
git add . && git commit -qm "work $ITER_ATTEMPT"
`,
  'check.sh': 'cat seen "$HOME/secret"; echo "outside: ${ITER_SANDBOX-no sandbox}"; grep -q mended state\n',
  state: 'broken\n',
};

it.skipIf(!usable)(
  'an agent in bubblewrap does not see the home, the commands of its criteria do; what they say sends it back',
  async () => {
    const HOME = path.join(temporaryFolder(), 'home');
    mkdirSync(HOME);
    write(HOME, { secret: 'of the person\n' });
    const { root, directory } = await oneStep({
      defaults: 'sandbox: bubblewrap, retry: { max: 2 }',
      step: 'checks: [{ commits: { min: 1 } }, { command: sh check.sh, id: ours }]',
      agent: 'command:sh agent.sh',
      files: FILES,
      env: { HOME },
    });
    await done(root, ['launch'], { HOME });

    const events = eventsOf(directory);
    expect(events.filter(({ type }) => type === 'checks-finished')).toMatchObject([{ failures: [{ id: 'T1.ours' }] }, { failures: [] }]);
    const evidence = path.join(directory, '.run', 'evidence');
    const printed = readdirSync(evidence).filter((name) => name.includes('T1.ours'));
    expect(printed.map((name) => readFileSync(path.join(evidence, name), 'utf8'))).toEqual(
      printed.map(() => 'nothing: bubblewrap\nof the person\noutside: no sandbox\n'),
    );
    expect([printed.length, sh(root, 'log', '--format=%s', 'main..iter/001-try/T1').split('\n')]).toEqual([2, ['work 2', 'work 1']]);
  },
);
