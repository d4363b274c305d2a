/** Real repositories in temporary folders, made with plain git and without the configuration of whoever runs the tests. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new temporary folder, by its real path. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(path.join(tmpdir(), 'iter-test-')));
}

/** Runs plain git, as a person would. */
export function sh(directory: string, ...argv: readonly string[]): string {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', ...PERSON };
  return execFileSync('git', argv, { cwd: directory, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

const PERSON = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

/** A repository on `main` with one commit of these files. */
export function repositoryWith(files: Readonly<Record<string, string>>, parent = temporaryFolder()): string {
  const root = path.join(parent, 'project');
  mkdirSync(root);
  sh(root, 'init', '--quiet', '--initial-branch=main');
  commit(root, files, 'first');
  return root;
}

/** Commits these files and gives the id. */
export function commit(root: string, files: Readonly<Record<string, string>>, message: string): string {
  write(root, files);
  sh(root, 'add', '--all');
  sh(root, 'commit', '--quiet', '--message', message);
  return sh(root, 'rev-parse', 'HEAD');
}

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
}
