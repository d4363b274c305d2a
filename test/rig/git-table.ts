/** Every git command iter may give, and what each may touch: the source is compared with it, and so is what a run really asks of git. */

/**
 * `reads` nothing changes · `objects` nothing that a name leads to · `worktree` index and files of a worktree iter made, or of an index file of its own ·
 * `refs` names below refs/iter and branches of tasks · `target` the branch people work on, with its checkout · `remote` one branch of a remote
 */
export type Touches = 'reads' | 'objects' | 'worktree' | 'refs' | 'target' | 'remote';

export interface GitCommand {
  readonly touches: Touches;
  /** The files of the source that may give it; any file when left out, which only what reads may do. */
  readonly in?: readonly string[];
}

export const GIT_COMMANDS: Readonly<Record<string, GitCommand>> = {
  '--version': { touches: 'reads' },
  'cat-file': { touches: 'reads' },
  'config --local': { touches: 'reads' },
  'config -z': { touches: 'reads' },
  'diff-index': { touches: 'reads' },
  'diff-tree': { touches: 'reads' },
  'for-each-ref': { touches: 'reads' },
  grep: { touches: 'reads' },
  'hash-object -t': { touches: 'reads' },
  log: { touches: 'reads' },
  'ls-files': { touches: 'reads' },
  'ls-remote': { touches: 'reads' },
  'ls-tree': { touches: 'reads' },
  'merge-base': { touches: 'reads' },
  remote: { touches: 'reads' },
  'remote get-url': { touches: 'reads' },
  'rev-list': { touches: 'reads' },
  'rev-parse': { touches: 'reads' },
  show: { touches: 'reads' },
  status: { touches: 'reads' },
  'symbolic-ref': { touches: 'reads' },
  'worktree list': { touches: 'reads' },

  'commit-tree': {
    touches: 'objects',
    in: ['src/effects/commit-objects.ts', 'src/effects/saved-work.ts', 'src/effects/worktree-backup.ts'],
  },
  // names a ref for its own sake, and takes the name back before it is written
  'fast-import': { touches: 'objects', in: ['src/effects/commit-batch.ts'] },
  'merge-tree': { touches: 'objects', in: ['src/effects/commit-objects.ts', 'src/effects/conflict-matrix.ts'] },
  'write-tree': { touches: 'objects', in: ['src/effects/saved-work.ts', 'src/effects/worktree-backup.ts'] },

  // saved-work commits what an agent left; rehearse makes the first commit of a repository of its own
  add: { touches: 'worktree', in: ['src/effects/saved-work.ts', 'src/effects/worktree-backup.ts', 'src/engine/rehearse-ground.ts'] },
  commit: { touches: 'worktree', in: ['src/effects/saved-work.ts', 'src/engine/rehearse-ground.ts'] },
  config: { touches: 'worktree', in: ['src/engine/rehearse-ground.ts'] },
  init: { touches: 'worktree', in: ['src/engine/rehearse-ground.ts'] },
  'reset --hard': { touches: 'worktree', in: ['src/effects/worktree-files.ts'] },

  'worktree add': { touches: 'refs', in: ['src/effects/worktree-registration.ts'] },

  // a branch of the remote that is iter's own
  push: { touches: 'remote', in: ['src/effects/remote.ts'] },

  // of its own index file, of a throw-away checkout, of a worktree that is brought back, or of the checkout of the target
  'read-tree': {
    touches: 'target',
    in: ['src/effects/saved-work.ts', 'src/effects/staged-checkout.ts', 'src/effects/worktree-backup.ts', 'src/engine/move-branch.ts'],
  },
  // resolve: in the worktree of a task, stopped at the conflict a person has asked for
  merge: { touches: 'target', in: ['src/engine/move-branch.ts', 'src/engine/resolve.ts'] },
  'update-index': { touches: 'target', in: ['src/engine/move-branch.ts'] },
  'reset -q': { touches: 'target', in: ['src/effects/repair-checkout.ts'] },
  'checkout-index': { touches: 'target', in: ['src/effects/repair-checkout.ts'] },
  'update-ref': {
    touches: 'target',
    in: [
      'src/effects/saved-work.ts',
      'src/effects/worktree-backup.ts',
      'src/effects/worktree-record.ts',
      'src/effects/worktree-registration.ts',
      'src/engine/accept.ts',
      'src/engine/archive.ts',
      'src/engine/landing.ts',
      'src/engine/move-branch.ts',
      'src/engine/rework.ts',
      'src/engine/undo.ts',
    ],
  },
  // a branch goes only after what it holds was saved: under refs/iter/backup, or under refs/iter/archive
  'update-ref -d': { touches: 'refs', in: ['src/engine/archive.ts', 'src/engine/clean.ts'] },
};

/** What each `update-ref` of the source names. Only the one of move-branch is a branch of people; the others are refs/iter or branches of tasks. */
export const REFS_MOVED: Readonly<Record<string, string>> = {
  'src/effects/saved-work.ts ref': 'refs/iter/archive: what an attempt left uncommitted',
  'src/effects/worktree-backup.ts ref': 'refs/iter/backup: a worktree or branch that is about to go',
  'src/effects/worktree-backup.ts branch': 'the branch of a task that is brought back, only where there is none of that name',
  'src/effects/worktree-record.ts wanted.branch': 'the branch of a task that has none yet',
  'src/effects/worktree-registration.ts kept': 'what the branch of a task held before it starts over',
  "src/engine/accept.ts '--stdin'": 'a list of the next row',
  'src/engine/accept.ts keepRef(iteration, id)': 'refs/iter/keep: accepted work',
  'src/engine/archive.ts ref': 'refs/iter/archive: the work of an earlier attempt; taken away again where it was archived before',
  'src/engine/clean.ts task.branch': 'the branch of a task goes, after it was saved below refs/iter/backup',
  'src/engine/landing.ts backup': 'refs/iter/backup: the tip before a landing',
  'src/engine/move-branch.ts branch': 'the target, for iter merge and iter undo',
  'src/engine/undo.ts kept': 'refs/iter/undone: a landing that is taken back',
  'src/engine/rework.ts archive': 'refs/iter/archive: work that is sent back for a conflict, or because others land without it',
  'src/engine/rework.ts onto': 'what such work has to go together with',
};

/** Where the source takes files or folders away, and why nothing of anybody's work goes with them. */
export const REMOVALS: Readonly<Record<string, string>> = {
  'src/acp/asking.ts': 'a question of an agent and its answer, once it was read',
  'src/effects/containers.ts': 'its own note of a container that is gone',
  'src/effects/event-log.ts': 'the name a new log was written under before it got its own',
  'src/effects/folder.ts': 'folders iter made for one call, and empty ones',
  'src/effects/lock.ts': 'locks of its own',
  'src/effects/outbox-files.ts': 'links in place of what iter writes for an agent; what they lead to stays',
  'src/effects/port-lease.ts': 'leases of its own',
  'src/effects/replace-file.ts': 'the file a text was written to before it replaced another',
  'src/effects/repair-checkout.ts': 'files that are byte for byte what a landing was about to write, or the beginning of it',
  'src/effects/saved-work.ts': 'an index file of its own',
  'src/effects/spawn-helper.ts': 'what the programs it had started wrote, once that was read',
  'src/effects/stale-locks.ts': 'locks of git once no git runs there',
  'src/effects/whole-folder.ts': 'the draft of a folder that was not finished',
  'src/effects/worktree-backup.ts': 'an index file of its own',
  'src/effects/worktree-record.ts': 'the draft of a record that was not finished',
  'src/effects/worktree-registration.ts': 'records of worktrees that a killed iter did not finish, and its own note of them',
  'src/effects/worktree.ts': 'worktrees with nothing uncommitted in them, or of which the caller says that it was saved (see DISCARDS)',
  'src/rehearsal/main.ts': 'what the rehearsal agent was told to delete, in its own worktree',
};

/** Who has worktrees removed with whatever is uncommitted in them, and why that is not lost. */
export const DISCARDS: Readonly<Record<string, string>> = {
  'src/engine/checkout.ts': 'throw-away checkouts of one commit, in which only commands of the criteria ran',
  'src/engine/clean.ts': 'saved below refs/iter/backup a moment before',
  'src/engine/prepare.ts': 'archived below refs/iter/archive a moment before',
  'src/engine/question-place.ts': 'the worktree of an agent that was asked a question and delivers an answer only',
};
