/** Decides what the rehearsal agent changes in the repository: small additions that keep a test suite green, or red where it is asked to. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface ChangeRequest {
  readonly root: string;
  readonly task: string;
  readonly iteration: string;
  /** Existing files to work on. */
  readonly targets: readonly string[];
  /** Globs the task may change; everything when empty. */
  readonly scope: readonly string[];
  readonly red: boolean;
  readonly conflict: boolean;
  /** This attempt starts from the work it conflicted with. */
  readonly resolving: boolean;
  readonly outside: boolean;
  /** A review wants more: this attempt adds the edge cases it asks for. */
  readonly reworking: boolean;
}

export interface Change {
  readonly path: string;
  /** Undefined removes the file. */
  readonly text: string | undefined;
  readonly verb: 'Add' | 'Extend' | 'Remove';
}

const OUTSIDE = 'iterations/outside.txt';

/** The changes of one attempt; doing them twice gives the same files. */
export function changeFor(request: ChangeRequest): Change[] {
  const changes = request.targets.length === 0 ? [newFile(request)] : request.targets.flatMap((target) => extend(request, target));
  if (request.outside) changes.push({ path: OUTSIDE, text: `${request.task} wrote where it must not\n`, verb: 'Add' });
  else if (existsSync(path.join(request.root, OUTSIDE))) changes.push({ path: OUTSIDE, text: undefined, verb: 'Remove' });
  if (request.conflict) changes.push(shared(request));
  return changes;
}

function newFile(request: ChangeRequest): Change {
  const first = request.scope[0];
  const folder =
    first === undefined
      ? `rehearsal/${request.iteration}`
      : first
          .split('/')
          .filter((part) => !/[*?[\]{}]/.test(part))
          .join('/') || '.';
  return {
    path: path.posix.join(folder, `${request.task.toLowerCase()}.md`),
    text: `# ${request.iteration}, ${request.task}\n\nWritten by the rehearsal agent.\n${request.reworking ? '\nReworked after a review.\n' : ''}`,
    verb: 'Add',
  };
}

function extend(request: ChangeRequest, target: string): Change[] {
  const extension = path.extname(target);
  const before = readFileSync(path.join(request.root, target), 'utf8');
  const marker = `${request.iteration} ${request.task}`;
  if (extension !== '.js' && extension !== '.mjs') {
    const line =
      extension === '.md' || extension === '.txt' || extension === '' ? `${marker}: looked at by the rehearsal agent.\n` : undefined;
    // a comment in a language nobody here knows could break a build: leave the file and say so in a new one
    if (line === undefined) return [newFile(request)];
    return [{ path: target, text: before.includes(line) ? before : `${before.replace(/\n?$/, '\n')}\n${line}`, verb: 'Extend' }];
  }
  return extendModule(request, { target, before, marker });
}

function extendModule(request: ChangeRequest, module: { target: string; before: string; marker: string }): Change[] {
  const { target, before, marker } = module;
  const name = `describe_${path.posix
    .basename(target)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/\W/g, '_')}_${request.iteration.replaceAll(/\W/g, '_')}`;
  const code = `\n/** Says which module this is (${marker}). */\nexport function ${name}() {\n  return '${path.posix.basename(target)}';\n}\n`;
  const isModule = /^\s*(export|import)\b/m.test(before);
  if (!isModule)
    return [{ path: target, text: before.includes(marker) ? before : `${before.replace(/\n?$/, '\n')}// ${marker}\n`, verb: 'Extend' }];
  const extended: Change = { path: target, text: before.includes(name) ? before : before.replace(/\n?$/, '\n') + code, verb: 'Extend' };
  const tests = ['test', 'tests'].find((folder) => existsSync(path.join(request.root, folder)));
  if (tests === undefined) return [extended];
  const from = path.posix.relative(tests, target);
  const expected = request.red ? 'not-written-yet.js' : path.posix.basename(target);
  const test = `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { ${name} } from '${from.startsWith('.') ? from : `./${from}`}';\n\ntest('${path.posix.basename(target)} says which module it is', () => {\n  assert.equal(${name}(), '${expected}');\n});\n${request.reworking ? EDGE(name) : ''}`;
  return [
    extended,
    { path: `${tests}/${path.posix.basename(target).replace(/\.[^.]*$/, '')}.${request.iteration}.test.js`, text: test, verb: 'Add' },
  ];
}

const EDGE = (name: string): string =>
  `\ntest('it says so every time, whatever it is called with', () => {\n  assert.equal(${name}(undefined), ${name}());\n});\n`;

/** One file that several tasks want to be different: the way to a conflict, and out of it. */
function shared(request: ChangeRequest): Change {
  const file = 'rehearsal/shared.txt';
  const place = path.join(request.root, file);
  const before = existsSync(place) ? readFileSync(place, 'utf8') : '';
  const line = `${request.task} was here\n`;
  const text = before.includes(line) ? before : request.resolving ? before + line : line;
  return { path: file, text, verb: 'Add' };
}
