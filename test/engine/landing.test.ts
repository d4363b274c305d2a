import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import type { Chain } from '../../src/engine/chain.ts';
import { buildChain } from '../../src/engine/chain.ts';
import { commitId } from '../../src/core/ids.ts';
import type { Landing } from '../../src/engine/landing.ts';
import { land } from '../../src/engine/landing.ts';
import type { MergeOptions, MergeResult } from '../../src/engine/merge.ts';
import { merge } from '../../src/engine/merge.ts';
import { undo } from '../../src/engine/undo.ts';
import { Run } from '../../src/engine/run.ts';
import type { Ground } from '../rig/ground.ts';
import { accept, ground, made, put } from '../rig/ground.ts';
import { commit, sh } from '../rig/repository.ts';

const OLD = { 'a.txt': 'old a\n', 'b.txt': 'old b\n', 'run.sh': 'r\n', '.gitignore': '*.local\n' };
const NEW = { 'a.txt': 'new a\n', 'new.txt': 'n\n', 'run.sh': { program: 'r\n' }, 'gone.txt': undefined };
const MAIN: MergeOptions = { strategy: 'linear', target: 'refs/heads/main', dryRun: false, strict: false };

let on: Ground;
let before: string;

/** One task whose accepted work changes a.txt and run.sh and adds new.txt. */
beforeEach(async () => {
  on = await ground(OLD, 'T1 build', 'T2 build');
  before = on.plan.base;
  await accept(on, 'T1', made(on.root, 'main', { says: 'one', files: NEW }));
});

const at = (name: string): string => path.join(on.root, name);
const mine = (name: string): string => readFileSync(at(name), 'utf8');
const tip = (): string => sh(on.root, 'rev-parse', 'main');
/** What differs in the checkout, beside the iteration itself. */
const status = (): string => sh(on.root, 'status', '--porcelain', '--', '.', ':!iterations');
const only = (...tasks: readonly string[]): MergeOptions => ({ ...MAIN, tasks: tasks.map(taskId) });

async function chainOnto(ref = 'main'): Promise<Chain> {
  const tasks = new Set([taskId('T1')]);
  const built = await buildChain({
    root: on.root,
    plan: on.plan,
    state: on.run.state,
    tip: commitId(sh(on.root, 'rev-parse', ref)),
    strategy: 'linear',
    tasks,
  });
  if ('conflict' in built) throw new Error('a conflict');
  return built;
}

const landOn = (chain: Chain, target = 'refs/heads/main'): Promise<Landing> =>
  land(on.run, { sealed: { chain, signed: false, asked: [] }, options: { target }, tasks: [taskId('T1')], decision: 'GO' }, on.context);

/** How a merge of T1 ended, in a word, and why if it was blocked. */
async function merged(options = only('T1')): Promise<string> {
  const result: MergeResult = await merge(on.iteration, options, on.context);
  return result.outcome === 'blocked' ? `blocked: ${result.why}` : result.outcome;
}

describe('a landing', () => {
  it('moves the target and the checkout on it, and leaves nothing undone', async () => {
    const chain = await chainOnto();
    expect(await landOn(chain)).toEqual({ done: { before, after: chain.after, checkout: on.root } });
    expect(tip()).toBe(chain.after);
    expect([mine('a.txt'), mine('new.txt'), status()]).toEqual(['new a\n', 'n\n', '']);
  });

  it('keeps the tip before under a ref of its own', async () => {
    await landOn(await chainOnto());
    expect(sh(on.root, 'rev-parse', `refs/iter/backup/001-story/${before.slice(0, 12)}`)).toBe(before);
  });

  it('says on record that it begins before it moves anything, and that it has ended', async () => {
    await landOn(await chainOnto());
    const log = readFileSync(path.join(on.iteration.directory, '.run', 'events.jsonl'), 'utf8');
    expect([...log.matchAll(/"type":"(landing-[a-z]+)"/g)].map((match) => match[1])).toEqual(['landing-started', 'landing-finished']);
    expect(on.run.state.tasks['T1']?.phase.name).toBe('merged');
  });

  it('on a target that moved meanwhile changes nothing', async () => {
    const chain = await chainOnto();
    const moved = commit(on.root, { 'b.txt': 'meanwhile\n' }, 'meanwhile');
    expect(await landOn(chain)).toEqual({ moved: true });
    expect([tip(), status()]).toEqual([moved, '']);
  });

  it('on a target that moved meanwhile and that nobody has checked out, neither', async () => {
    sh(on.root, 'branch', 'release');
    const chain = await chainOnto('release');
    sh(on.root, 'branch', '--force', 'release', commit(on.root, { 'b.txt': 'meanwhile\n' }, 'meanwhile'));
    expect(await landOn(chain, 'refs/heads/release')).toEqual({ moved: true });
    expect(sh(on.root, 'rev-parse', 'release')).toBe(tip());
  });

  it('on a branch that is checked out nowhere leaves every checkout alone', async () => {
    sh(on.root, 'checkout', '--quiet', '-b', 'work');
    writeFileSync(at('a.txt'), 'mine\n');
    const chain = await chainOnto();
    expect(await landOn(chain)).toMatchObject({ done: { checkout: undefined } });
    expect([tip(), mine('a.txt'), sh(on.root, 'rev-parse', 'HEAD')]).toEqual([chain.after, 'mine\n', before]);
  });

  it('moves the target in the linked worktree that has it', async () => {
    const linked = path.join(path.dirname(on.root), 'linked');
    sh(on.root, 'checkout', '--quiet', '-b', 'work');
    sh(on.root, 'worktree', 'add', '--quiet', linked, 'main');
    expect(await landOn(await chainOnto())).toMatchObject({ done: { checkout: linked } });
    expect([readFileSync(path.join(linked, 'a.txt'), 'utf8'), mine('a.txt')]).toEqual(['new a\n', 'old a\n']);
  });
});

describe('what a person has in the checkout', () => {
  it.each<[string, string, () => void]>([
    ['an edit of a file that would change', 'a.txt', () => writeFileSync(at('a.txt'), 'mine\n')],
    ['a staged edit of it', 'a.txt', () => (writeFileSync(at('a.txt'), 'mine\n'), sh(on.root, 'add', 'a.txt'))],
    ['a mode it gave to such a file', 'a.txt', () => chmodSync(at('a.txt'), 0o755)],
    ['a file of its own where a new one would be', 'new.txt', () => writeFileSync(at('new.txt'), 'mine\n')],
  ])('%s stops the landing, by name', async (_what, name, edit) => {
    edit();
    const was = [tip(), status(), mine(name)];
    const landing = await landOn(await chainOnto());
    expect('refused' in landing ? landing.refused : landing).toContain(`uncommitted changes in what would land: ${name};`);
    expect([tip(), status(), mine(name)]).toEqual(was);
    expect(on.run.state.landing).toBeUndefined();
  });

  it('an edit elsewhere is kept as it is', async () => {
    writeFileSync(at('b.txt'), 'mine\n');
    writeFileSync(at('own.txt'), 'mine\n');
    sh(on.root, 'add', 'own.txt');
    expect(await landOn(await chainOnto())).toHaveProperty('done');
    expect(status()).toBe(' M b.txt\nA  own.txt');
    expect(mine('b.txt')).toBe('mine\n');
  });

  it('an ignored file is not overwritten', async () => {
    await accept(on, 'T2', made(on.root, 'main', { says: 'two', files: { '.gitignore': undefined, 'secret.local': 'theirs\n' } }));
    put(at('secret.local'), 'mine\n');
    expect(await merged(only('T2'))).toContain('has ignored files where others would land: secret.local;');
    expect([tip(), mine('secret.local'), status()]).toEqual([before, 'mine\n', '']);
  });

  it.each(['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG', 'rebase-merge/done', 'rebase-apply/next'])(
    'an operation under way stops the landing: %s',
    async (name) => {
      put(at(`.git/${name}`), `${before}\n`);
      const landing = await landOn(await chainOnto());
      expect('refused' in landing ? landing.refused : landing).toContain(`in the middle of something (${name.split('/')[0]})`);
      expect(tip()).toBe(before);
    },
  );
});

describe('iter merge', () => {
  it('follows a target that has moved since the work began', async () => {
    const meanwhile = commit(on.root, { 'b.txt': 'meanwhile\n' }, 'meanwhile');
    expect(await merged()).toBe('landed');
    expect(sh(on.root, 'rev-parse', 'main~1')).toBe(meanwhile);
    expect(status()).toBe('');
  });

  it('again lands nothing', async () => {
    expect([await merged(), await merged()]).toEqual(['landed', 'nothing']);
  });

  it('refuses while a task is not accepted', async () => {
    expect(await merged(MAIN)).toBe('refused');
    expect(tip()).toBe(before);
  });

  it('only says what would land when asked to', async () => {
    expect(await merged({ ...only('T1'), dryRun: true })).toBe('planned');
    expect([tip(), sh(on.root, 'for-each-ref', 'refs/iter')]).toEqual([before, '']);
  });

  it('sends work back that conflicts with the target, and leaves both as they are', async () => {
    const theirs = commit(on.root, { 'a.txt': 'theirs\n' }, 'meanwhile');
    expect(await merged()).toBe('conflict');
    expect([tip(), mine('a.txt'), status()]).toEqual([theirs, 'theirs\n', '']);
    expect(new Run(on.iteration, on.context).state.tasks['T1']).toMatchObject({ phase: { name: 'rejected' }, onto: theirs });
  });
});

describe('iter undo', () => {
  it('brings target, checkout and states back, and keeps what was undone', async () => {
    await merged();
    const after = tip();
    expect(await undo(on.iteration, on.context)).toMatchObject({ undone: { before: after, after: before } });
    expect([tip(), mine('a.txt'), status(), existsSync(at('new.txt'))]).toEqual([before, 'old a\n', '', false]);
    expect(sh(on.root, 'for-each-ref', '--format=%(objectname)', 'refs/iter/undone')).toBe(after);
    expect(await merged()).toBe('landed');
  });

  it('refuses when the target has moved since', async () => {
    await merged();
    const moved = commit(on.root, { 'b.txt': 'later\n' }, 'later');
    expect(await undo(on.iteration, on.context)).toHaveProperty('refused');
    expect(tip()).toBe(moved);
  });

  it('refuses when it would overwrite an edit', async () => {
    await merged();
    const landedAt = tip();
    writeFileSync(at('a.txt'), 'mine\n');
    expect(await undo(on.iteration, on.context)).toHaveProperty('refused');
    expect([tip(), mine('a.txt')]).toEqual([landedAt, 'mine\n']);
  });

  it('refuses when nothing has landed', async () => {
    expect(await undo(on.iteration, on.context)).toEqual({ refused: 'nothing of 001-story has landed' });
  });

  it('takes back only the last of two landings', async () => {
    await merged();
    const first = tip();
    await accept(on, 'T2', made(on.root, 'main', { says: 'two', files: { 'b.txt': 'new b\n' } }));
    await merged(MAIN);
    await undo(on.iteration, on.context);
    expect(tip()).toBe(first);
    const { tasks } = new Run(on.iteration, on.context).state;
    expect([tasks['T1']?.phase.name, tasks['T2']?.phase.name]).toEqual(['merged', 'accepted']);
    expect(await merged(MAIN)).toBe('landed');
    expect([mine('a.txt'), mine('b.txt')]).toEqual(['new a\n', 'new b\n']);
  });
});

describe('a merge that was killed in the middle', () => {
  let chain: Chain;

  /** The log as it stands once a landing has begun. */
  beforeEach(async () => {
    chain = await chainOnto();
    const { after, tree } = chain;
    const backup = 'refs/iter/backup/001-story/x';
    await on.run.record({
      type: 'landing-started',
      target: 'refs/heads/main',
      before: commitId(before),
      after,
      tree,
      tasks: [taskId('T1')],
      backup,
    });
  });

  it.each<[string, () => void]>([
    ['before it did anything', () => {}],
    ['with the index locked', () => writeFileSync(at('.git/index.lock'), '')],
    ['with one file new', () => put(at('a.txt'), NEW['a.txt'])],
    ['with one file torn and one new', () => (writeFileSync(at('a.txt'), 'new'), put(at('new.txt'), NEW['new.txt']))],
    ['with a file gone and the index locked', () => (put(at('a.txt'), undefined), writeFileSync(at('.git/index.lock'), ''))],
    ['with only a mode changed', () => put(at('run.sh'), NEW['run.sh'])],
    [
      'with files and index new and HEAD old',
      () => {
        for (const [name, change] of Object.entries(NEW)) put(at(name), change);
        sh(on.root, 'read-tree', chain.after);
      },
    ],
    ['with everything moved and no word of it in the log', () => void sh(on.root, 'merge', '--quiet', '--ff-only', chain.after)],
    [
      'with everything moved and HEAD still locked',
      () => {
        sh(on.root, 'merge', '--quiet', '--ff-only', chain.after);
        writeFileSync(at('.git/HEAD.lock'), '');
      },
    ],
    ['with the ref of the backup locked', () => put(at(`.git/refs/iter/backup/001-story/${before.slice(0, 12)}.lock`), '')],
  ])('%s is brought to its end by the next one', async (_when, cut) => {
    cut();
    expect(['landed', 'nothing']).toContain(await merged());
    expect([tip(), status(), mine('a.txt')]).toEqual([chain.after, '', 'new a\n']);
    expect(new Run(on.iteration, on.context).state).toMatchObject({
      landed: { after: chain.after },
      tasks: { T1: { phase: { name: 'merged' } } },
    });
    expect(new Run(on.iteration, on.context).state.landing).toBeUndefined();
    expect(
      readdirSync(at('.git'), { recursive: true, encoding: 'utf8' }).filter((name) => /(HEAD|main|[0-9a-f]{12})\.lock$/.test(name)),
    ).toEqual([]);
  });

  it('where nobody has the target checked out, and git left it locked, is brought to its end, too', async () => {
    sh(on.root, 'checkout', '--quiet', '--detach');
    put(at('.git/refs/heads/main.lock'), '');
    expect(await merged()).toBe('landed');
    expect([tip(), existsSync(at('.git/refs/heads/main.lock'))]).toEqual([chain.after, false]);
  });

  it('whose target was deleted since is on record as ended', async () => {
    sh(on.root, 'checkout', '--quiet', '--detach');
    sh(on.root, 'branch', '--quiet', '-D', 'main');
    expect(await merged()).toBe('invalid');
    expect(new Run(on.iteration, on.context).state.landing).toBeUndefined();
  });

  it('keeps what a person has written since, and moves nothing over it', async () => {
    put(at('new.txt'), NEW['new.txt']);
    writeFileSync(at('a.txt'), 'mine\n');
    expect(await merged()).toContain('blocked: ');
    expect([tip(), mine('a.txt'), status()]).toEqual([before, 'mine\n', ' M a.txt']);
    expect(on.said.join('\n')).toContain('because it is neither the old nor the new version: a.txt');
  });

  it('counts only the tasks it was landing as merged', async () => {
    await accept(on, 'T2', made(on.root, before, { says: 'two', files: { 'b.txt': 'new b\n' } }));
    sh(on.root, 'merge', '--quiet', '--ff-only', chain.after);
    expect(await merged()).toBe('nothing');
    expect(new Run(on.iteration, on.context).state.tasks['T2']?.phase.name).toBe('accepted');
    expect(await merged(MAIN)).toBe('landed');
    expect(mine('b.txt')).toBe('new b\n');
  });

  it('on a target that has moved elsewhere since is planned anew', async () => {
    const moved = commit(on.root, { 'b.txt': 'meanwhile\n' }, 'meanwhile');
    expect(await merged()).toBe('landed');
    expect(sh(on.root, 'rev-parse', 'main~1')).toBe(moved);
  });
});

describe('an undo that was killed in the middle', () => {
  let after: string;
  let kept: string;
  const old: Readonly<Record<string, string>> = OLD;

  /** The log as it stands once an undo has begun. */
  beforeEach(async () => {
    await merged();
    after = tip();
    kept = `refs/iter/undone/001-story/${after.slice(0, 12)}`;
    sh(on.root, 'update-ref', kept, after);
    const move = { target: 'refs/heads/main', before: commitId(after), after: commitId(before), kept };
    await new Run(on.iteration, on.context).record({ type: 'undo-started', ...move });
  });

  const files = (): void => {
    for (const name of Object.keys(NEW)) put(at(name), old[name]);
    sh(on.root, 'read-tree', before);
  };

  it.each<[string, () => void]>([
    ['before it did anything', () => {}],
    ['with the index locked and one file old', () => (put(at('.git/index.lock'), ''), put(at('a.txt'), old['a.txt']))],
    ['with one file torn and one gone', () => (writeFileSync(at('a.txt'), 'ol'), put(at('new.txt'), undefined))],
    ['with files and index old and the branch new', files],
    ['with files and index old and the branch locked', () => (files(), put(at('.git/refs/heads/main.lock'), ''))],
    ['with everything moved and no word of it in the log', () => (files(), void sh(on.root, 'update-ref', 'refs/heads/main', before))],
  ])('%s is finished by the next one', async (_when, cut) => {
    cut();
    expect(await undo(on.iteration, on.context)).toEqual({ undone: { target: 'refs/heads/main', before: after, after: before, kept } });
    expect([tip(), status(), sh(on.root, 'rev-parse', kept)]).toEqual([before, '', after]);
    const { state } = new Run(on.iteration, on.context);
    expect([state.undoing, state.landed, state.tasks['T1']?.phase.name]).toEqual([undefined, undefined, 'accepted']);
  });

  it('with everything moved is on record once the next merge begins, which lands it again', async () => {
    files();
    sh(on.root, 'update-ref', 'refs/heads/main', before);
    expect(await merged()).toBe('landed');
    expect([tip(), status()]).toEqual([after, '']);
  });

  it('with files old and the branch new leaves the landing as it was when a merge comes next', async () => {
    files();
    expect(await merged()).toBe('nothing');
    expect([tip(), status(), mine('a.txt')]).toEqual([after, '', 'new a\n']);
    expect(new Run(on.iteration, on.context).state).toMatchObject({ landed: { after } });
  });

  it('keeps what a person has written since', async () => {
    put(at('new.txt'), undefined);
    writeFileSync(at('a.txt'), 'mine\n');
    expect(await undo(on.iteration, on.context)).toHaveProperty('refused');
    expect([tip(), mine('a.txt')]).toEqual([after, 'mine\n']);
    expect(on.said.join('\n')).toContain('because it is neither the old nor the new version: a.txt');
  });
});
