/** Rows of the table of landings: the repository has hooks, or the person has commits signed. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventsOf } from '../../rig/cli.ts';
import type { Change, Made } from '../../rig/ground.ts';
import { made } from '../../rig/ground.ts';
import { CHANGED_A } from '../../rig/landing-table.ts';
import type { Landing, Place } from '../../rig/landing-table.ts';
import { temporaryFolder } from '../../rig/repository.ts';
import { settings } from './git.ts';

function nothingStarted(place: Place): void {
  expect(started(place)).toBeUndefined();
}

type Scripts = Readonly<Record<string, string>>;

const script = (lines: string): string => `#!/bin/sh\n${lines}\n`;

/** Where a hook of a test says what it has seen. */
const SEEN = 'echo "$(basename "$0") $*" >> "$(git rev-parse --git-common-dir)/seen"';

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** Hooks of the repository's own folder, each with these lines. */
const hooks =
  (lines: Readonly<Record<string, string>>) =>
  ({ at }: Place): void => {
    for (const [name, text] of Object.entries(lines)) write(at(`.git/hooks/${name}`), script(text));
  };

const seen = ({ at }: Place): string => (existsSync(at('.git/seen')) ? readFileSync(at('.git/seen'), 'utf8') : '');

const started = ({ iteration }: Place): Record<string, unknown> | undefined =>
  eventsOf(iteration.directory).find(({ type }) => type === 'landing-started');

/** A key of ssh, made once, with which the repository signs and that it trusts. */
function signsWithSsh(place: Place): void {
  key ??= newKey();
  const trusted = path.join(temporaryFolder(), 'trusted');
  writeFileSync(trusted, `ada@example.org ${readFileSync(`${key}.pub`, 'utf8')}`);
  settings('commit.gpgSign=true', 'gpg.format=ssh', `user.signingKey=${key}`, `gpg.ssh.allowedSignersFile=${trusted}`)(place);
  settings('user.name=Ada', 'user.email=ada@example.org')(place);
}

let key: string | undefined;

function newKey(): string {
  const file = path.join(temporaryFolder(), 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada@example.org', '-f', file]);
  return file;
}

const TWO: Landing['work'] = { T1: [CHANGED_A, { 'c.txt': 'c\n' }], T2: [{ 'd.txt': 'd\n' }] };
const LANDS_TWO = { ...CHANGED_A, 'c.txt': 'c\n', 'd.txt': 'd\n' };

export const HOOKS: readonly Landing[] = [
  {
    when: 'hooks that agree',
    iter: 'asks pre-merge-commit, pre-commit, commit-msg for each message and reference-transaction, lands, tells post-merge, and puts it on record',
    work: TWO,
    meanwhile: hooks({
      'pre-merge-commit': `${SEEN}; git diff --cached --name-only >> "$(git rev-parse --git-common-dir)/seen"`,
      'pre-commit': SEEN,
      'commit-msg': 'echo "commit-msg: $(head -1 "$1")" >> "$(git rev-parse --git-common-dir)/seen"',
      'reference-transaction': `${SEEN}; cat > /dev/null`,
      'post-merge': SEEN,
      'post-checkout': SEEN,
      'post-commit': SEEN,
      'pre-push': SEEN,
    }),
    exit: 0,
    lands: LANDS_TWO,
    also: (place) => {
      const asked = [
        'pre-merge-commit ',
        'a.txt',
        'c.txt',
        'd.txt',
        'pre-commit ',
        ...['T1 1', 'T1 2', 'T2 1'].map((one) => `commit-msg: ${one}`),
      ];
      const told = ['reference-transaction prepared', 'reference-transaction committed', 'post-merge 0'];
      expect(seen(place).trim().split('\n')).toEqual([...asked, ...told]);
      expect(started(place)).toMatchObject({ hooks: ['pre-merge-commit', 'pre-commit', 'commit-msg', 'reference-transaction'] });
    },
  },
  ...['pre-commit', 'pre-merge-commit', 'reference-transaction'].map((name): Landing => ({
    when: `${name} refuses`,
    iter: 'lands nothing, shows what the hook said, exit 1',
    meanwhile: hooks({ [name]: 'echo not on my watch; exit 3' }),
    exit: 1,
    says: `the hook ${name} refuses it: exit 3; its output is in .run/evidence/`,
    also: nothingStarted,
  })),
  {
    when: 'commit-msg refuses one of the messages',
    iter: 'lands nothing, names the task and the message, shows what the hook said, exit 1',
    work: TWO,
    meanwhile: hooks({ 'commit-msg': 'if grep -q "^T2" "$1"; then echo no ticket; exit 1; fi' }),
    exit: 1,
    says: 'the hook commit-msg refuses it: T2, "T2 1": exit 1',
  },
  {
    when: 'commit-msg changes the messages',
    iter: 'lands with the changed messages, the content as it was judged',
    meanwhile: hooks({ 'commit-msg': 'echo "Change-Id: I1" >> "$1"' }),
    exit: 0,
    lands: CHANGED_A,
    also: ({ git }) => expect(git('log', '-1', '--format=%(trailers:key=Change-Id,valueonly)', 'main').trim()).toBe('I1'),
  },
  {
    when: 'commit-msg empties a message',
    iter: 'lands nothing, names the task, exit 1',
    meanwhile: hooks({ 'commit-msg': ': > "$1"' }),
    exit: 1,
    says: 'it left nothing of the message of T1, "T1 1"',
  },
  {
    when: 'pre-commit stages other content than what was judged',
    iter: 'lands nothing, names the files, exit 1',
    meanwhile: hooks({ 'pre-commit': 'echo tidy > a.txt; git add a.txt' }),
    exit: 1,
    says: 'it staged other content than what was judged, in a.txt',
  },
  {
    when: 'a hook is no program',
    iter: 'leaves it alone, as git does, and lands',
    meanwhile: (place) => {
      hooks({ 'pre-commit': 'exit 1' })(place);
      chmodSync(place.at('.git/hooks/pre-commit'), 0o644);
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'post-merge fails',
    iter: 'lands, and says that it failed',
    meanwhile: hooks({ 'post-merge': 'echo no network; exit 1' }),
    exit: 0,
    lands: CHANGED_A,
    also: ({ said }) => expect(said.join('\n')).toMatch(/the hook post-merge ended badly, after the fact: exit 1;[^]*no network/),
  },
  {
    when: 'hooks that refuse, and --no-verify',
    iter: 'does not run them, lands, and puts that on record',
    meanwhile: hooks({ 'pre-commit': 'exit 1', 'commit-msg': 'exit 1', 'reference-transaction': 'exit 1', 'post-merge': SEEN }),
    ask: { withoutHooks: true },
    exit: 0,
    lands: CHANGED_A,
    also: (place) => {
      expect(seen(place)).toBe('');
      expect(started(place)).toMatchObject({ withoutHooks: true });
    },
  },
  {
    when: 'hooks that are committed, and the work changes them to agree with everything',
    iter: 'asks those of the target, lands nothing, exit 1',
    byHand: (place) =>
      onHooks(place, { 'pre-commit': 'echo the one of main; exit 1' }, { '.husky/pre-commit': { program: script('exit 0') } }),
    exit: 1,
    says: 'the one of main',
  },
  {
    when: 'hooks that are committed, and the work changes what is told afterwards',
    iter: 'lands, does not run it, and says so',
    byHand: (place) =>
      onHooks(place, { 'pre-commit': SEEN, 'post-merge': SEEN }, { '.husky/post-merge': { program: script(`${SEEN}-by-the-work`) } }),
    exit: 0,
    lands: { '.husky/post-merge': { program: script(`${SEEN}-by-the-work`) } },
    commits: ['changes hooks'],
    also: (place) => {
      expect(seen(place)).toBe('pre-commit \n');
      expect(place.said).toContain('post-merge not run: this landing changes .husky; look at it before it runs');
    },
  },
  {
    when: 'the work brings the folder in which hooks are looked for',
    iter: 'lands it, and runs nothing of it',
    meanwhile: settings('core.hooksPath=tools/git/hooks'),
    work: { T1: [{ 'tools/git/hooks/pre-commit': { program: script('exit 1') } }] },
    exit: 0,
    lands: { 'tools/git/hooks/pre-commit': { program: script('exit 1') } },
    also: (place) => expect(started(place)).not.toHaveProperty('hooks'),
  },
  {
    when: 'the work turns the folder of hooks into a link',
    iter: 'asks those of the target, lands nothing, and writes nothing through the link',
    byHand: (place) => onHooks(place, { 'pre-commit': 'touch .husky/was-here; exit 1' }, { '.husky': { link: place.at('dir') } }),
    exit: 1,
    says: 'the hook pre-commit refuses it',
  },
  {
    when: 'hooks in a folder that is not committed, which call those that are',
    iter: 'runs them as they lie in your checkout',
    byHand: (place) => {
      const work = onHooks(
        place,
        { 'pre-commit': 'echo committed; exit 1', '.gitignore': '_' },
        { '.husky/pre-commit': { program: script('exit 0') } },
      );
      write(place.at('.husky/_/pre-commit'), script('exec "$(dirname "$(dirname "$0")")/pre-commit"'));
      place.git('config', 'core.hooksPath', '.husky/_');
      return work;
    },
    exit: 1,
    says: 'committed',
  },
  {
    when: 'commits are to be signed with a key of ssh',
    iter: 'signs every commit it makes, in order, with the content that was judged',
    work: TWO,
    meanwhile: signsWithSsh,
    exit: 0,
    lands: LANDS_TWO,
    also: (place) => {
      expect(place.git('log', '-3', '--format=%G? %s', 'main')).toBe('G T2 1\nG T1 2\nG T1 1');
      expect(started(place)).toMatchObject({ signed: true });
    },
  },
  {
    when: 'commits are to be signed, and the strategy is merge-commit',
    iter: 'signs the merges; the commits of the work stay as they are',
    work: TWO,
    meanwhile: signsWithSsh,
    ask: { strategy: 'merge-commit' },
    exit: 0,
    lands: LANDS_TWO,
    commits: ['Merge T1: Do T1', 'Merge T2: Do T2'],
    also: ({ git }) =>
      expect(git('log', '-5', '--topo-order', '--format=%G? %s', 'main')).toBe(
        'G Merge T2: Do T2\nN T2 1\nG Merge T1: Do T1\nN T1 2\nN T1 1',
      ),
  },
  {
    when: 'commits are to be signed, a hook changes the messages, and the settings want signatures of what is merged',
    iter: 'signs the changed messages, and lands',
    meanwhile: (place) => {
      hooks({ 'commit-msg': 'echo "Change-Id: I1" >> "$1"' })(place);
      signsWithSsh(place);
      settings('merge.verifySignatures=true')(place);
    },
    exit: 0,
    lands: CHANGED_A,
    also: ({ git }) => expect(git('log', '-1', '--format=%G? %(trailers:key=Change-Id,valueonly)', 'main').trim()).toBe('G I1'),
  },
  {
    when: 'commits are to be signed, and signing does not work',
    iter: 'lands nothing, says what git says, exit 1',
    meanwhile: settings('commit.gpgSign=true', 'gpg.program=/bin/false'),
    exit: 1,
    says: 'commits are signed here (commit.gpgSign), and git could not sign: error: gpg failed to sign the data',
  },
  {
    when: 'commits are to be signed, signing does not work, and --no-gpg-sign',
    iter: 'lands without a signature, and puts that on record',
    meanwhile: settings('commit.gpgSign=true', 'gpg.program=/bin/false'),
    ask: { withoutSignature: true },
    exit: 0,
    lands: CHANGED_A,
    also: (place) => expect(started(place)).toMatchObject({ withoutSignature: true }),
  },
];

/** Hooks that are committed, and work on top of them that changes these. */
function onHooks({ root, git }: Pick<Place, 'root' | 'git'>, before: Scripts, after: Readonly<Record<string, Change>>): Made {
  for (const [name, text] of Object.entries(before)) write(path.join(root, '.husky', name), name.startsWith('.') ? text : script(text));
  git('add', '.husky');
  git('commit', '--quiet', '--message', 'hooks');
  const work = made(root, 'main', { says: 'changes hooks', files: after });
  git('config', 'core.hooksPath', '.husky');
  return work;
}
