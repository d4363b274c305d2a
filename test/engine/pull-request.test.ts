/** `iter merge --pr` with a repository beside it as the remote, and a gh that writes down what it is asked. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { merge } from '../../src/engine/merge.ts';
import type { MergeOptions, MergeResult } from '../../src/engine/merge.ts';
import { eventsOf } from '../rig/cli.ts';
import type { Ground } from '../rig/ground.ts';
import { accept, ground, made } from '../rig/ground.ts';
import { sh, temporaryFolder } from '../rig/repository.ts';

const PR: MergeOptions = { strategy: 'linear', target: 'refs/heads/main', dryRun: false, strict: false, pullRequest: true };
const BRANCH = 'refs/heads/iter/001-story/landing';
const URL = 'https://example.org/pull/7';

/** Lists what is in `open`, and opens a request by writing it there. */
const GH = `#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/asked"
case "$1 $2" in
  "--version ") echo gh version 2;;
  "pr list") cat "$here/open" 2>/dev/null || echo '[]';;
  "pr create") cat > "$here/body"; echo '[{"number":7,"url":"${URL}"}]' > "$here/open"; echo "Creating"; echo "${URL}";;
  "pr edit") cat > "$here/body";;
esac
`;

let on: Ground;
let gh: string;
let remote: string;
let before: string;

beforeEach(async () => {
  on = await ground({ 'a.txt': 'a\n' }, 'T1 build', 'T2 build');
  gh = temporaryFolder();
  remote = path.join(temporaryFolder(), 'remote.git');
  program(path.join(gh, 'gh'), GH);
  sh(on.root, 'init', '--quiet', '--bare', remote);
  sh(on.root, 'remote', 'add', 'origin', remote);
  sh(on.root, 'push', '--quiet', 'origin', 'main');
  before = sh(on.root, 'rev-parse', 'main');
  await accept(on, 'T1', made(on.root, 'main', { says: 'one', files: { 'a.txt': 'new\n' } }));
  await accept(on, 'T2', made(on.root, 'main', { says: 'two', files: { 'b.txt': 'b\n' } }));
});

function program(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

const asked = (): string[] => readFileSync(path.join(gh, 'asked'), 'utf8').trim().split('\n');
const pushed = (): string => sh(remote, 'for-each-ref', '--format=%(objectname)', BRANCH);
const mine = (): string[] => [sh(on.root, 'rev-parse', 'main'), sh(on.root, 'status', '--porcelain', '--', ':!iterations')];

function merged(search = `${gh}:${process.env['PATH'] ?? ''}`): Promise<MergeResult> {
  return merge(on.iteration, PR, { ...on.context, environment: { ...on.context.environment, PATH: search } });
}

/** Why nothing was proposed. */
async function refused(search?: string): Promise<string> {
  const result = await merged(search);
  if (result.outcome === 'invalid') return result.problems.map(({ what }) => what).join('; ');
  return result.outcome === 'blocked' ? result.why : result.outcome;
}

describe('iter merge --pr', () => {
  it('pushes the commit that was judged and opens a pull request with the report, and moves nothing here', async () => {
    const result = await merged();
    const after = pushed();
    expect(result).toMatchObject({
      outcome: 'proposed',
      chain: { before, after },
      proposal: { remote: 'origin', branch: 'iter/001-story/landing', url: URL },
    });
    expect(sh(on.root, 'log', '--format=%s', `${before}..${after}`).split('\n')).toEqual(['two', 'one']);
    expect(mine()).toEqual([before, '']);
    expect(asked()).toEqual([
      '--version',
      'pr list --head iter/001-story/landing --base main --state open --json number,url',
      'pr create --base main --head iter/001-story/landing --title 001-story: 2 tasks --body-file -',
    ]);
    expect(readFileSync(path.join(gh, 'body'), 'utf8')).toContain(
      `Proposed for \`main\` as \`${after}\`, on the branch \`iter/001-story/landing\` of origin.`,
    );
    expect(eventsOf(on.iteration.directory).filter(({ type }) => type.startsWith('landing-'))).toMatchObject([
      { type: 'landing-proposed', after },
      { type: 'landing-proposed', after, url: URL },
    ]);
  });

  it('asked again, gives the open request the new text, and pushes what is new over what it had pushed', async () => {
    await merged();
    const first = pushed();
    sh(on.root, 'commit', '--quiet', '--allow-empty', '--message', 'meanwhile');
    expect(await merged()).toMatchObject({ outcome: 'proposed', proposal: { url: URL } });
    expect(pushed()).not.toBe(first);
    expect(on.said.join('\n')).toContain(`warning: main on origin is at ${before.slice(0, 10)}, and this was judged on`);
    expect(asked().at(-1)).toBe('pr edit 7 --title 001-story: 2 tasks --body-file -');
  });

  it('once it was merged there and fetched, has nothing more to land', async () => {
    await merged();
    sh(on.root, 'merge', '--quiet', '--no-ff', '--message', 'pull request', pushed());
    expect(await merged()).toMatchObject({ outcome: 'nothing' });
    expect(eventsOf(on.iteration.directory).at(-1)).toMatchObject({ type: 'landing-finished', commits: 0 });
  });

  it('goes on where gh had failed: the branch is there, and the request is opened', async () => {
    program(path.join(gh, 'gh'), '#!/bin/sh\n[ "$1" = --version ] || { echo "not signed in" >&2; exit 4; }\n');
    expect(await refused()).toBe(
      'iter/001-story/landing is on origin, and there is no pull request: gh pr list ended with 4: not signed in',
    );
    const first = pushed();
    program(path.join(gh, 'gh'), GH);
    expect(await merged()).toMatchObject({ outcome: 'proposed', chain: { after: first } });
  });

  it('without gh says so, and pushes nothing', async () => {
    const empty = temporaryFolder();
    expect(await refused(empty)).toBe('the program "gh" was not found, which opens pull requests');
    expect(pushed()).toBe('');
  });

  it('leaves a branch alone that somebody else has pushed under that name', async () => {
    sh(on.root, 'push', '--quiet', 'origin', `main:${BRANCH}`);
    expect(await refused()).toBe(`iter/001-story/landing on origin is at ${before.slice(0, 10)}, which iter did not push`);
    expect(pushed()).toBe(before);
  });

  it('wants the branch to be on the remote', async () => {
    sh(remote, 'update-ref', '-d', 'refs/heads/main');
    expect(await refused()).toBe('origin has no branch "main"');
  });

  it('asks pre-push, with the branch of the remote, and not reference-transaction', async () => {
    const hooks = path.join(on.root, '.git', 'hooks');
    program(path.join(hooks, 'reference-transaction'), '#!/bin/sh\n[ "$1" != prepared ] || ! grep -q refs/heads/main\n');
    program(path.join(hooks, 'pre-push'), '#!/bin/sh\necho "$*"; cut -d" " -f3,4; exit 1\n');
    expect((await refused()).split('\n').slice(1, 3)).toEqual([`  origin ${remote}`, `  ${BRANCH} ${'0'.repeat(40)}`]);
    expect([pushed(), existsSync(path.join(gh, 'body'))]).toEqual(['', false]);
  });
});
