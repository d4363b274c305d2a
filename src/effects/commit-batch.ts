/** Reads and writes many commits with one git process each time. No checkout and no ref that anybody sees is touched. */
import type { Entry, PathChange } from '../core/path-merge.ts';
import type { CommitId, TreeId } from '../core/ids.ts';
import { commitId, treeId } from '../core/ids.ts';
import type { CommitText, NewCommit, Signature } from './commit-objects.ts';
import { readCommit } from './commit-objects.ts';
import { git, gitBytes } from './git.ts';
import { commitsBetween, treeOf } from './git-facts.ts';

export interface CommitFacts extends CommitText {
  readonly tree: TreeId;
}

/** What an id names never changes. */
const known = new Map<CommitId, CommitFacts>();

/** Reads these commits, each once in the life of the process; throws for an id that is none. */
export async function readCommits(root: string, ids: Iterable<CommitId>): Promise<(id: CommitId) => CommitFacts> {
  const [lost] = await readThose(
    root,
    [...new Set(ids)].filter((id) => !known.has(id)),
  );
  if (lost !== undefined) throw new Error(`${lost} is no commit`);
  return (id) => {
    const found = known.get(id);
    if (found === undefined) throw new Error(`${id} was not read`);
    return found;
  };
}

/** Those of these ids that are no commits of the repository now; the others are read at the same time. */
export function commitsLost(root: string, ids: Iterable<CommitId>): Promise<readonly CommitId[]> {
  return readThose(root, [...new Set(ids)]);
}

/** Reads commits into what is known; gives those that are none. */
async function readThose(root: string, ids: readonly CommitId[]): Promise<readonly CommitId[]> {
  const lost: CommitId[] = [];
  if (ids.length > 0) {
    const output = Buffer.from(await gitBytes(root, ['cat-file', '--batch'], { input: `${ids.join('\n')}\n` }));
    let at = 0;
    for (const id of ids) {
      // id, type, size, line feed, content, line feed
      const end = output.indexOf(0x0a, at);
      const [, type, size] = output.toString('latin1', at, end).split(' ');
      const text = output.subarray(end + 1, end + 1 + Number(size ?? 0));
      // `<id> missing` has nothing behind it
      at = size === undefined ? end + 1 : end + 2 + Number(size);
      if (type !== 'commit') lost.push(id);
      else known.set(id, commitIn(text) ?? { ...(await readCommit(root, id)), tree: await treeOf(root, id) });
    }
  }
  return lost;
}

/** A commit object (gitformat: header lines, an empty line, the message); undefined for one that needs git's own eye: another encoding, odd signatures. */
function commitIn(bytes: Buffer): CommitFacts | undefined {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\n\n');
  const head = text.slice(0, end === -1 ? undefined : end).split('\n');
  const valuesOf = (name: string): string[] => head.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  const [tree] = valuesOf('tree');
  const author = signatureIn(valuesOf('author')[0]);
  const committer = signatureIn(valuesOf('committer')[0]);
  if (tree === undefined || author === undefined || committer === undefined || valuesOf('encoding').length > 0) return undefined;
  return {
    tree: treeId(tree),
    parents: valuesOf('parent').map(commitId),
    author,
    committer,
    message: end === -1 ? '' : text.slice(end + 2).trimEnd(),
  };
}

const SIGNATURE = /^([^<>]*[^<> ]) <([^<>]*)> (\d+ [+-]\d{4})$/;

function signatureIn(line = ''): Signature | undefined {
  const [, name, email, date] = SIGNATURE.exec(line) ?? [];
  return name === undefined || email === undefined || date === undefined ? undefined : { name, email, date };
}

/** The commits of each head that are not in its base, oldest first, following first parents only; asked for at once where all of it began at `start`. */
export async function commitsOfAll(
  root: string,
  start: CommitId,
  works: readonly { readonly base: CommitId; readonly head: CommitId }[],
): Promise<(readonly CommitId[])[]> {
  const nameOf = ({ base, head }: { readonly base: CommitId; readonly head: CommitId }): string => `${base} ${head}`;
  const asked = works.filter((work) => work.base !== work.head && !histories.has(nameOf(work)));
  const heads = [...new Set(asked.map(({ head }) => head))];
  const listed =
    heads.length < 2 ? '' : await git(root, ['rev-list', '--parents', '--stdin'], { input: `${[...heads, `^${start}`].join('\n')}\n` });
  const firstParents = new Map(listed.split('\n').map((line) => line.split(' ', 2) as [CommitId, CommitId | undefined]));
  for (const work of asked) {
    const found: CommitId[] = [];
    let at: CommitId | undefined = work.head;
    for (; at !== undefined && at !== work.base; at = firstParents.get(at)) found.push(at);
    // what leads past its base has a history of its own
    histories.set(nameOf(work), at === work.base ? found.toReversed() : await commitsBetween(root, work.base, work.head));
  }
  return works.map((work) => histories.get(nameOf(work)) ?? []);
}

const histories = new Map<string, readonly CommitId[]>();

/** Lists the paths in which the commits of each pair differ, in the order of the pairs; a rename counts as two paths. */
export async function changedPathsOfAll(
  root: string,
  works: readonly { readonly base: CommitId; readonly head: CommitId }[],
): Promise<string[][]> {
  const read = await readCommits(
    root,
    works.flatMap(({ base, head }) => [base, head]),
  );
  const changes = await changesBetween(
    root,
    works.map(({ base, head }) => ({ from: read(base).tree, to: read(head).tree })),
  );
  return changes.map((one) => one.map(({ path }) => Buffer.from(path, 'latin1').toString('utf8')));
}

export interface TreePair {
  readonly from: TreeId;
  readonly to: TreeId;
}

/** What differed between two trees never changes; only the latest answers are kept. */
const differences = new Map<string, PathChange[]>();
/** Pairs of trees that are remembered. */
const REMEMBERED = 500;

/** What differs between the trees of each pair, file by file, in the order of the pairs. Paths are bytes, as latin1. */
export async function changesBetween(root: string, pairs: readonly TreePair[]): Promise<PathChange[][]> {
  const nameOf = ({ from, to }: TreePair): string => `${from} ${to}`;
  const names = [...new Set(pairs.filter(({ from, to }) => from !== to).map(nameOf))];
  const asked = names.filter((name) => !differences.has(name));
  const found = new Map<string, PathChange[]>(names.map((name) => [name, differences.get(name) ?? []]));
  if (asked.length > 0) {
    // what hides changes of submodules (.gitmodules of the checkout, ignore) is for people's eyes
    const argv = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-ext-diff', '--ignore-submodules=none', '--stdin'];
    const fields = Buffer.from(await gitBytes(root, argv, { input: `${asked.join('\n')}\n` }))
      .toString('latin1')
      .split('\0');
    let current: PathChange[] = [];
    for (let at = 0; at < fields.length; at += 1) {
      let field = fields[at] ?? '';
      for (let header = HEADER.exec(field); header !== null; header = HEADER.exec(field)) {
        current = found.get(header[1] ?? '') ?? [];
        field = field.slice(header[0].length);
      }
      const [, oldMode, newMode, oldId, newId] = CHANGE.exec(field) ?? [];
      if (oldMode === undefined || newMode === undefined || oldId === undefined || newId === undefined) continue;
      at += 1;
      current.push({ path: fields[at] ?? '', before: entryOf(oldMode, oldId), after: entryOf(newMode, newId) });
    }
  }
  for (const name of asked) differences.set(name, found.get(name) ?? []);
  for (const name of [...differences.keys()].slice(0, Math.max(0, differences.size - REMEMBERED))) differences.delete(name);
  return pairs.map((pair) => found.get(nameOf(pair)) ?? []);
}

const HEADER = /^([0-9a-f]{40,64} [0-9a-f]{40,64})\n/;
const CHANGE = /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z]$/;
const NONE = '000000';

const entryOf = (mode: string, id: string): Entry | undefined => (mode === NONE ? undefined : { mode, id });

export interface ImportedCommit extends Omit<NewCommit, 'tree' | 'parents'> {
  readonly changes: readonly PathChange[];
}

/** git takes other characters out of the ends of names. */
const PLAIN = /^[^\s<>\0.,:;"\\'](?:[^<>\n\0]*[^\s<>\0.,:;"\\'])?$/;

/** True for signatures that come out of an import as they went in. */
export function isImportable({ name, email, date }: Signature): boolean {
  return PLAIN.test(name) && PLAIN.test(email) && /^\d{1,12} [+-](?:0\d|1[0-3])[0-5]\d$/.test(date);
}

/** Writes commits on top of each other, the first one on `onto`; gives their ids, and the tree of the last (git-fast-import). */
export async function importCommits(
  root: string,
  onto: CommitId,
  commits: readonly ImportedCommit[],
): Promise<{ readonly ids: readonly CommitId[]; readonly tree: TreeId }> {
  const parts: Buffer[] = [];
  const say = (text: string, encoding: 'utf8' | 'latin1' = 'utf8'): void => void parts.push(Buffer.from(text, encoding));
  const signature = ({ name, email, date }: Signature): string => `${name} <${email}> ${date}`;
  for (const [place, { author, committer, message, changes }] of commits.entries()) {
    say(`commit ${SCRATCH}\nmark :${place + 1}\nauthor ${signature(author)}\ncommitter ${signature(committer)}\n`);
    say(`data ${Buffer.byteLength(message)}\n${message}\nfrom ${place === 0 ? onto : `:${place}`}\n`);
    for (const { path, after } of changes)
      say(after === undefined ? `D ${quoted(path)}\n` : `M ${after.mode} ${after.id} ${quoted(path)}\n`, 'latin1');
    say(`\nget-mark :${place + 1}\n`);
  }
  // the ref is needed by the form alone, and is gone again before it is written
  say(`ls :${commits.length} ""\nreset ${SCRATCH}\nfrom ${'0'.repeat(onto.length)}\n\ndone\n`);
  const output = Buffer.from(
    await gitBytes(root, ['fast-import', '--quiet', '--done', '--date-format=raw'], { input: Buffer.concat(parts) }),
  );
  const lines = output.toString('latin1').split('\n');
  const [, tree = ''] = /^040000 tree ([0-9a-f]+)\t/.exec(lines[commits.length] ?? '') ?? [];
  return { ids: lines.slice(0, commits.length).map(commitId), tree: treeId(tree) };
}

const SCRATCH = 'refs/iter/scratch/import';

const quoted = (path: string): string => `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
