/** Rows of the table of landings: git, its settings and the disk do not do what is asked. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { commitId } from '../../../src/core/ids.ts';
import { made } from '../../rig/ground.ts';
import { CHANGED_A } from '../../rig/landing-table.ts';
import type { Landing, Place } from '../../rig/landing-table.ts';
import { commit, temporaryFolder } from '../../rig/repository.ts';

/** Two files, so that one is new when the other one fails. */
export const BIG: Readonly<Record<string, string>> = { 'a.txt': 'small\n', 'z-big.txt': 'x'.repeat(100_000) };

/** A git that does this instead when it is asked for a command; `$GIT` is the real one. */
function otherGit(command: string, act: string): () => void {
  const folder = temporaryFolder();
  const search = process.env['PATH'] ?? '';
  const places = search.split(':').map((entry) => path.join(entry, 'git'));
  const real = places.find((file) => existsSync(file)) ?? 'git';
  writeFileSync(path.join(folder, 'git'), `#!/bin/bash\nGIT=${real}\ncase " $* " in *" ${command} "*) ${act};; esac\nexec ${real} "$@"\n`);
  chmodSync(path.join(folder, 'git'), 0o755);
  process.env['PATH'] = `${folder}:${search}`;
  return () => void (process.env['PATH'] = search);
}

/** A git that cannot write files beyond 32 kB when it is asked for this command: the disk is full. */
export const fullDisk = (command: string): (() => void) => otherGit(command, `trap '' XFSZ; ulimit -f 32`);

/** Gives the repository these settings, `name=value`. */
export const settings =
  (...lines: readonly string[]) =>
  ({ git }: Place): void => {
    for (const line of lines) git('config', ...line.split('='));
  };

export const GIT: readonly Landing[] = [
  {
    when: 'merge.verifySignatures is on',
    iter: 'waits, and says what git says, exit 1',
    meanwhile: settings('merge.verifySignatures=true'),
    exit: 1,
    says: 'does not have a GPG signature',
  },
  {
    when: 'merges are to be squashed, or not to be committed, by the settings of the branch',
    iter: 'lands all the same',
    meanwhile: settings('branch.main.mergeOptions=--squash'),
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'merge.ff is off and merge.autoStash on',
    iter: 'lands by moving the branch; what is staged elsewhere stays staged',
    meanwhile: (place) => {
      settings('merge.ff=false', 'merge.autoStash=true')(place);
      place.edit({ 'b.txt': 'staged\n' });
      place.git('add', 'b.txt');
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the lock of the index is held',
    iter: 'waits, says so; nothing has changed',
    meanwhile: ({ at }) => writeFileSync(at('.git/index.lock'), ''),
    exit: 1,
    says: 'index.lock',
  },
  {
    when: 'the lock of the target is held',
    iter: 'waits, says so, and puts the checkout back',
    meanwhile: ({ at }) => writeFileSync(at('.git/refs/heads/main.lock'), ''),
    exit: 1,
    says: 'main.lock',
  },
  {
    when: 'the lock of the target is held, and nobody has it checked out',
    iter: 'waits, says so; nothing has changed',
    meanwhile: ({ at, git }) => {
      git('checkout', '--quiet', '-b', 'work');
      writeFileSync(at('.git/refs/heads/main.lock'), '');
    },
    exit: 1,
    says: 'main.lock',
  },
  {
    when: 'the tip cannot be kept under a ref first',
    iter: 'stops before anything moves, says what git says, exit 1',
    meanwhile: ({ git }) => void git('update-ref', 'refs/iter/backup', 'main'),
    exit: 1,
    says: 'refs/iter/backup',
  },
  {
    when: 'the disk is full in the middle of the files',
    iter: 'puts back what was new already, says what git says, exit 1',
    work: { T1: [BIG] },
    around: () => fullDisk('merge'),
    exit: 1,
    says: 'main and your checkout are as they were',
  },
  {
    when: 'a program of the settings that git runs on files fails in the middle',
    iter: 'puts back what was new already, says what git says, exit 1',
    work: { T1: [{ 'a.txt': 'new\n', 'x.psd': 'pointer\n' }] },
    meanwhile: (place) => {
      commit(place.root, { '.gitattributes': '*.psd filter=broken\n' }, 'attributes');
      settings('filter.broken.smudge=false', 'filter.broken.required=true')(place);
    },
    exit: 1,
    says: 'main and your checkout are as they were',
  },
  {
    when: 'git ends well and has moved nothing',
    iter: 'does not believe it: nothing is put on record, exit 1',
    around: () => otherGit('merge', 'exit 0'),
    exit: 1,
    says: 'git did not move main: it ended with 0',
  },
  {
    when: 'the repository has no identity to commit with',
    iter: 'lands as iter <iter@localhost>',
    exit: 0,
    lands: CHANGED_A,
    also: ({ git }) => expect(git('log', '-1', '--format=%cn <%ce>', 'main')).toBe('iter <iter@localhost>'),
  },
  {
    when: 'a commit whose author has no name, and whose message is empty',
    iter: 'lands it with what there is',
    byHand: ({ git, root }) => {
      const base = commitId(git('rev-parse', 'main'));
      const { head } = made(root, 'main', { says: 'x', files: CHANGED_A });
      const file = path.join(temporaryFolder(), 'commit');
      const who = ' <grace@example.org> 1700000000 +0000';
      writeFileSync(file, `tree ${git('rev-parse', `${head}^{tree}`)}\nparent ${base}\nauthor ${who}\ncommitter ${who}\n\n`);
      return { base, head: commitId(git('hash-object', '-t', 'commit', '-w', file)) };
    },
    exit: 0,
    lands: CHANGED_A,
    commits: ['Iter-Task: 001-story/T1'],
    also: ({ git }) => expect(git('log', '-1', '--format=%an <%ae>', 'main')).toBe('grace <grace@example.org>'),
  },
];
