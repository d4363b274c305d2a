import { describe, expect, it } from 'vitest';
import {
  type Ruling,
  type StepPermission,
  answerFile,
  isRequestOf,
  permissionQuestion,
  readRequest,
  requestFile,
  requestText,
  ruling,
} from '../../src/core/permission.ts';

const TREE = '/home/ada/shop-worktrees/001-x/T1';

describe('what an agent that asks is told', () => {
  // kind, paths, read, edit, ask, full
  it.each<[string, readonly string[], Ruling, Ruling, Ruling, Ruling]>([
    ['read', ['/etc/hosts'], 'allow', 'allow', 'allow', 'allow'],
    ['search', [], 'allow', 'allow', 'allow', 'allow'],
    ['think', [], 'allow', 'allow', 'allow', 'allow'],
    ['edit', [`${TREE}/src/a.ts`], 'deny', 'allow', 'ask', 'allow'],
    ['edit', ['src/a.ts'], 'deny', 'allow', 'ask', 'allow'],
    ['edit', [], 'deny', 'allow', 'ask', 'allow'],
    ['edit', [`${TREE}/.iter/out/REVIEW.md`], 'allow', 'allow', 'allow', 'allow'],
    ['edit', [`${TREE}/.iter/out/REVIEW.md`, `${TREE}/src/a.ts`], 'deny', 'allow', 'ask', 'allow'],
    ['edit', [`${TREE}/.iter/../src/a.ts`], 'deny', 'allow', 'ask', 'allow'],
    ['edit', [`${TREE}/.iterate/a`], 'deny', 'allow', 'ask', 'allow'],
    ['edit', [`${TREE}/../T2/src/a.ts`], 'deny', 'deny', 'ask', 'allow'],
    ['edit', [`${TREE}-2/a.ts`], 'deny', 'deny', 'ask', 'allow'],
    ['delete', ['/home/ada/.ssh/id'], 'deny', 'deny', 'ask', 'allow'],
    ['move', [`${TREE}/a`, '/tmp/a'], 'deny', 'deny', 'ask', 'allow'],
    ['execute', [], 'deny', 'allow', 'ask', 'allow'],
    ['execute', [`${TREE}/.iter/out`], 'deny', 'allow', 'ask', 'allow'],
    ['fetch', [], 'deny', 'deny', 'ask', 'allow'],
    ['switch_mode', [], 'deny', 'deny', 'deny', 'allow'],
    ['other', [], 'deny', 'allow', 'ask', 'allow'],
    ['something new', [], 'deny', 'allow', 'ask', 'allow'],
  ])('%s of %j', (kind, paths, ...expected) => {
    const all: readonly StepPermission[] = ['read', 'edit', 'ask', 'full'];
    expect(all.map((permission) => ruling(permission, { title: 'x', kind, paths }, TREE))).toEqual(expected);
  });
});

describe('a question to a person', () => {
  it('has a file whose name is of its attempt alone', () => {
    const name = requestFile({ task: 'T1', attempt: 2, pid: 77, number: 3 });
    expect({ name, answer: answerFile(name) }).toEqual({ name: 'T1-2-77-3.json', answer: 'T1-2-77-3.answer' });
    const names = [
      name,
      'T1-2-77-3.answer',
      'T1-22-7-3.json',
      'T1-2-x-3.json',
      'T1-2-77-3.json.new',
      'T11-2-77-3.json',
      'T1-2-../../x.json',
    ];
    expect(names.filter((one) => isRequestOf(one, { task: 'T1', attempt: 2 }))).toEqual([name]);
  });

  it('quotes what is asked in one line without anything a terminal would act on, however long it is', () => {
    const text = requestText({
      title: 'run\u001b[2J it',
      kind: 'execute',
      command: `rm -r build\n${'x'.repeat(5000)}`,
      paths: Array.from({ length: 50 }, (_, index) => `src/${index}.ts`),
    });
    const asked = readRequest(text);
    if (asked === undefined) throw new Error('unreadable');
    expect({ lines: text.split('\n').length, title: asked.title, command: asked.command?.length, paths: asked.paths.length }).toEqual({
      lines: 1,
      title: 'run it',
      command: 400,
      paths: 11,
    });
    expect(permissionQuestion('T1', asked)).toMatch(
      /^T1 asks whether it may run a command: "run it": rm -r build x+…; about src\/0\.ts, .*, and 40 more$/,
    );
  });

  it('says the command once where the title has it, and what kind of thing is asked where that is known', () => {
    expect(permissionQuestion('T1', { title: 'npm test (in shop)', kind: 'execute', command: 'npm test', paths: [] })).toBe(
      'T1 asks whether it may run a command: "npm test (in shop)"',
    );
    expect(permissionQuestion('T2', { title: 'report', kind: 'other', paths: [] })).toBe('T2 asks whether it may use a tool: "report"');
  });

  it.each(['', 'null', '[]', '{}', '{"title":1,"kind":"edit","paths":[]}', '{"title":"a","kind":"edit","paths":"b"}', '{"title":'])(
    'is none in %j',
    (text) => expect(readRequest(text)).toBeUndefined(),
  );
});
