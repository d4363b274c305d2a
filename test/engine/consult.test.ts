/** What an agent that is asked a question may reach: no more than one that does a step. What needs bwrap is skipped without it, and that is said. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it, test } from 'vitest';
import { locate } from '../../src/effects/repository.ts';
import { consult } from '../../src/engine/consult.ts';
import type { Context } from '../../src/engine/context.ts';
import { trialArguments } from '../../src/executors/bubblewrap.ts';
import { tried } from '../rig/confined.ts';
import { repositoryWith, sh, temporaryFolder, write } from '../rig/repository.ts';

const usable = spawnSync('bwrap', trialArguments(true).slice(1)).status === 0;
if (!usable) process.stderr.write('skipped: questions in bubblewrap are not tried, it does not work here\n');

const ANSWER = '.iter/out/answer.md';

/** A repository in a person's home that wants this sandbox, and a way to ask an agent there; `programs` lie on PATH before all others. */
function office(sandbox: string, files: Readonly<Record<string, string>>, programs: Readonly<Record<string, string>> = {}) {
  const root = repositoryWith({ 'README.md': '# Shop\n', '.iter/config.yaml': `sandbox: ${sandbox}\n`, ...files });
  const home = path.dirname(root);
  write(home, { '.ssh/id': 'secret', '.profile': 'mine\n' });
  const folder = temporaryFolder();
  write(folder, programs);
  for (const name of Object.keys(programs)) chmodSync(path.join(folder, name), 0o755);
  const repository = locate(root);
  if (repository === undefined) throw new Error('no repository');
  const context = (environment: Context['environment']): Context => ({
    now: () => new Date('2026-01-10T12:00:00.000Z'),
    environment,
    signal: new AbortController().signal,
    say: () => {},
    program: { node: process.execPath, cli: '', rehearsal: '', acp: '' },
  });
  /** Its whole answer, or why there is none. */
  const ask = async (
    agent: string,
    environment: Context['environment'] = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: home },
  ) => {
    const read = (text: string) => Promise.resolve({ value: text });
    const answered = await consult({ repository, agent, prompt: () => 'What now?\n', rehearsed: {}, read }, context(environment));
    return 'value' in answered ? answered.value : [answered.exit, ...answered.problems.map(({ what }) => what)];
  };
  const left = () => [
    readdirSync(home).toSorted(),
    existsSync(path.join(root, '.git', 'iter', 'consult')),
    sh(root, 'worktree', 'list').split('\n').length,
  ];
  return { root, home, ask, left };
}

const NOTHING = [['.profile', '.ssh', 'project'], false, 1];

it('what an agent that is asked would not have of its sandbox is refused as for a launch, and nothing is made', async () => {
  const [inside, boxed, own] = [office('bubblewrap', {}), office('container', {}), office('cli', {})];
  const nowhere = { PATH: '/nowhere' };
  expect([
    await inside.ask('command:/bin/sh', nowhere),
    await inside.ask('command:shh', nowhere),
    await boxed.ask('command:shh', nowhere),
    await own.ask('command:/bin/sh', nowhere),
  ]).toEqual([
    [2, 'sandbox: bubblewrap, and the program "bwrap" was not found'],
    [2, 'sandbox: bubblewrap, and the program "bwrap" was not found', 'agent "command:shh": the program "shh" was not found'],
    [2, 'sandbox: container, and no image is named', 'sandbox: container, and neither "podman" nor "docker" was found'],
    [2, 'sandbox: cli for agent "command:/bin/sh", and iter knows of none of its own'],
  ]);
  expect([inside, boxed, own].map(({ left }) => left())).toEqual([NOTHING, NOTHING, NOTHING]);
});

it('an agent that confines itself is told of no folder it may write but its worktree', async () => {
  const { ask, left } = office('cli', {}, { codex: `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" > ${ANSWER}\n` });
  const [worktree = '', ...argv] = String(await ask('codex'))
    .trimEnd()
    .split('\n');
  const shown = argv.filter((_, index) => argv[index - 1] === '--add-dir');
  expect([worktree, argv.slice(0, 4), shown]).toEqual([
    expect.stringMatching(/project-worktrees\/\.consult-\d+$/),
    ['exec', '--json', '-s', 'workspace-write'],
    [worktree, worktree],
  ]);
  expect(left()).toEqual(NOTHING);
});

it('links that an agent has put where iter writes and reads do not lead iter to where they lead', async () => {
  const { home, ask, left } = office('none', {
    'agent.sh': `if [ "$ITER_ATTEMPT" = 1 ]; then rm -rf "$1"; ln -s "$HOME/.ssh$2" "$1"; else cp .iter/TASK.md ${ANSWER}; fi\n`,
  });
  write(home, { '.ssh/answer.md': 'of the person', '.ssh/out/answer.md': 'of the person' });
  for (const link of ['.iter/TASK.md /id', '.iter/out', '.iter', `${ANSWER} /answer.md`])
    expect([link, await ask(`command:sh agent.sh ${link}`)]).toEqual([link, 'What now?\n']);
  const kept = readdirSync(path.join(home, '.ssh'), { recursive: true, encoding: 'utf8' }).toSorted();
  expect([kept, readFileSync(path.join(home, '.ssh', 'id'), 'utf8')]).toEqual([['answer.md', 'id', 'out', 'out/answer.md'], 'secret']);
  expect(left()).toEqual(NOTHING);
});

it('the note of a container stays until an engine has answered that it is gone', async () => {
  const { root, ask, left } = office(
    'none',
    { 'agent.sh': `echo yes > ${ANSWER}\n` },
    { podman: '#!/bin/sh\n[ -e ~/answers ] || exit 1\n' },
  );
  // no process has a number like this
  const note = path.join(root, '.git', 'iter', 'consult', '99999999', '.run', 'containers', 'iter-question-99999999-T1-1-0');
  write(path.dirname(note), { [path.basename(note)]: 'podman\n' });
  expect([await ask('command:sh agent.sh'), existsSync(note)]).toEqual(['yes\n', true]);
  write(path.dirname(root), { answers: '' });
  expect([await ask('command:sh agent.sh'), existsSync(note)]).toEqual(['yes\n', false]);
  expect(left().slice(1)).toEqual(NOTHING.slice(1));
});

test.skipIf(!usable)(
  'an agent that is asked in bubblewrap writes its worktree and temporary files, and nothing of the repository or the home',
  async () => {
    const { root, home, ask, left } = office('bubblewrap', {
      'agent.sh': [
        `{`,
        tried('read the main checkout', 'cat "$ROOT/README.md"'),
        tried('look at the history', 'git log --oneline && git status'),
        tried('worktree', 'echo x > x'),
        tried('temporary', 'echo x > "$TMPDIR/x"'),
        tried('sandbox', '[ "$ITER_SANDBOX" = bubblewrap ]'),
        tried('commit', 'git add x && git commit -qm work'),
        tried('branch', 'git branch other'),
        tried('object', 'echo x | git hash-object -w --stdin'),
        tried('note of a container', 'mkdir -p "$ITER_DIR/.run/containers"'),
        tried('prompt', 'echo x >> "$ITER_DIR/prompt.md"'),
        tried('main checkout', 'echo x > "$ROOT/README.md"'),
        tried('secret', 'cat ~/.ssh/id'),
        tried('home of the person', '[ -e ~/.profile ]'),
        `} > ${ANSWER}`,
        '',
      ]
        .join('\n')
        .replaceAll('$ROOT', '$(dirname "$(git rev-parse --git-common-dir)")'),
    });
    expect(
      String(await ask('command:sh agent.sh'))
        .trimEnd()
        .split('\n'),
    ).toEqual([
      ...['read the main checkout', 'look at the history', 'worktree', 'temporary', 'sandbox'].map((name) => `${name}: yes`),
      ...['commit', 'branch', 'object', 'note of a container', 'prompt', 'main checkout', 'secret', 'home of the person'].map(
        (name) => `${name}: no`,
      ),
    ]);
    expect([sh(root, 'branch', '--list').split('\n'), readFileSync(path.join(home, '.profile'), 'utf8'), left()]).toEqual([
      ['* main'],
      'mine\n',
      NOTHING,
    ]);
  },
);
