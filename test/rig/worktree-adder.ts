/** Adds one worktree, and is meant to be killed while it does. */
import { commitId } from '../../src/core/ids.ts';
import { addWorktree } from '../../src/effects/worktree.ts';

const [root = '', path = '', branch = '', commit = '', lock = ''] = process.argv.slice(2);
await addWorktree(root, { path, branch, commit: commitId(commit), lock });
