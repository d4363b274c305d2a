/** What is put on top by whole files has to come to the same as git's merge, whatever the histories are. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commitId, taskId } from '../../src/core/ids.ts';
import type { CommitId } from '../../src/core/ids.ts';
import { applyChange } from '../../src/effects/commit-objects.ts';
import { treeOf } from '../../src/effects/git-facts.ts';
import { buildChain } from '../../src/engine/chain.ts';
import type { Made } from '../rig/ground.ts';
import { stateWith } from '../rig/ground.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { plan } from '../rig/story.ts';

const PATHS = ['a', 'a/z', 'b', 'd/x', 'd/y', 'e/x'] as const;
/** Alike enough to be taken for renamed files. */
const CONTENTS = ['one\ntwo\nthree\nfour\nfive\n', 'one\ntwo\nthree\nfour\nsix\n', 'zero\none\ntwo\nthree\nfour\nfive\n'];

type Files = Readonly<Partial<Record<(typeof PATHS)[number], string>>>;

const files = fc.record(
  Object.fromEntries(PATHS.map((name) => [name, fc.constantFrom(...CONTENTS)])) as Record<(typeof PATHS)[number], fc.Arbitrary<string>>,
  { requiredKeys: [] },
);
/** What becomes of one file, or of two. */
const edit = fc.array(fc.tuple(fc.constantFrom(...PATHS), fc.option(fc.constantFrom(...CONTENTS), { nil: undefined })), {
  minLength: 1,
  maxLength: 2,
});
const histories = fc.record({
  start: files,
  tip: fc.array(edit, { maxLength: 2 }),
  works: fc.array(fc.record({ onEarlier: fc.boolean(), commits: fc.array(edit, { minLength: 1, maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

const edited = (before: Files, changes: readonly (readonly [(typeof PATHS)[number], string | undefined])[]): Files =>
  changes.reduce<Files>((now, [name, text]) => ({ ...now, [name]: text }), before);

/** A file cannot lie below a file. */
const listed = (all: Files): [string, string][] =>
  Object.entries(all).filter(([name, text]) => text !== undefined && (name !== 'a/z' || all.a === undefined));

interface Story {
  readonly tip: CommitId;
  readonly works: Readonly<Record<string, Made>>;
}

/** Writes the histories with one git process. */
function written(root: string, { start, tip, works }: typeof histories extends fc.Arbitrary<infer Value> ? Value : never): Story {
  const stream: string[] = [];
  let mark = 0;
  const add = (all: Files, parent: number | undefined): number => {
    mark += 1;
    const lines = listed(all).map(([name, text]) => `M 100644 inline ${name}\ndata ${text.length}\n${text}\n`);
    const from = parent === undefined ? '' : `from :${parent}\n`;
    const head = `commit refs/heads/x${mark}\nmark :${mark}\nauthor Grace <g@example.org> 1700000000 +0130\ncommitter Ada <a@example.org> 1700000000 +0000\n`;
    stream.push(`${head}data 4\nc${String(mark).padStart(3, '0')}\n${from}deleteall\n${lines.join('')}\n`);
    return mark;
  };
  const grow = (all: Files, parent: number, edits: typeof tip): { all: Files; mark: number } =>
    edits.reduce(
      (at, changes) => {
        const next = edited(at.all, changes);
        return { all: next, mark: add(next, at.mark) };
      },
      { all, mark: parent },
    );
  const base = { all: start as Files, mark: add(start, undefined) };
  const target = grow(base.all, base.mark, tip);
  const ends: { all: Files; mark: number }[] = [];
  const spans = works.map(({ onEarlier, commits }) => {
    const from = (onEarlier ? ends.at(-1) : undefined) ?? base;
    const end = grow(from.all, from.mark, commits);
    ends.push(end);
    return { base: from.mark, head: end.mark };
  });
  const asked = Array.from({ length: mark }, (_, place) => `get-mark :${place + 1}\n`).join('');
  const ids = execFileSync('git', ['-C', root, 'fast-import', '--quiet', '--force', '--done'], {
    input: `${stream.join('')}${asked}done\n`,
    encoding: 'utf8',
  }).split('\n');
  const idOf = (of: number): CommitId => commitId(ids[of - 1] ?? '');
  return {
    tip: idOf(target.mark),
    works: Object.fromEntries(spans.map((span, place) => [`T${place + 1}`, { base: idOf(span.base), head: idOf(span.head) }])),
  };
}

/** The tree git's merge makes of one commit after the other, or what it stops at. */
async function merged(root: string, { tip, works }: Story): Promise<unknown> {
  let tree = await treeOf(root, tip);
  for (const [task, { base, head }] of Object.entries(works)) {
    for (const to of sh(root, 'rev-list', '--reverse', '--first-parent', `${base}..${head}`).split('\n')) {
      const next = await applyChange(root, tree, { from: commitId(sh(root, 'rev-parse', `${to}^`)), to: commitId(to) });
      if ('paths' in next) return { task, paths: next.paths };
      tree = next.tree;
    }
  }
  return tree;
}

it('comes to the tree git comes to, or stops where git stops', async () => {
  const root = repositoryWith({ 'start.txt': 'x\n' });
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const story = written(root, history);
      const whole = plan(...Object.keys(story.works).map((id) => `${id} build`));
      const built = await buildChain({
        root,
        plan: { ...whole, base: story.works['T1']?.base ?? story.tip },
        state: stateWith(whole, story.works),
        tip: story.tip,
        strategy: 'linear',
        tasks: new Set(Object.keys(story.works).map(taskId)),
      });
      const own = 'conflict' in built ? { task: built.conflict.task, paths: built.conflict.paths } : built.tree;
      expect(own).toEqual(await merged(root, story));
    }),
    { seed: Number(process.env['ITER_SEED'] ?? 20), numRuns: Number(process.env['ITER_RUNS'] ?? 12) },
  );
});
