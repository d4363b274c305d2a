import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLog } from '../../src/effects/event-log.ts';
import { locate, type Repository } from '../../src/effects/repository.ts';
import { createIteration, type Created } from '../../src/engine/create.ts';
import type { CreateRequest } from '../../src/engine/create-request.ts';
import { openIteration } from '../../src/engine/iteration.ts';

let folder: string;
let root: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'iter-create-')));
  root = join(folder, 'shop');
  makeRepository(root);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A repository with one commit that is the same everywhere. */
function makeRepository(at: string, files: Readonly<Record<string, string>> = { 'a.txt': 'a\n' }): void {
  mkdirSync(at, { recursive: true });
  git(at, 'init', '--quiet', '--initial-branch=main');
  for (const [name, text] of Object.entries(files)) put(at, name, text);
  git(at, 'add', '--all');
  git(at, 'commit', '--quiet', '--allow-empty', '--message=Start');
}

function git(at: string, ...argv: string[]): string {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@localhost',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@localhost',
    GIT_AUTHOR_DATE: '2026-01-10T10:00:00Z',
    GIT_COMMITTER_DATE: '2026-01-10T10:00:00Z',
  };
  return execFileSync('git', argv, { cwd: at, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function put(at: string, name: string, text: string): void {
  mkdirSync(dirname(join(at, name)), { recursive: true });
  writeFileSync(join(at, name), text);
}

function request(changes: Partial<CreateRequest> = {}): CreateRequest {
  return {
    root,
    slug: 'try',
    workflow: 'plan-build-review-doc',
    inputs: ['parts=tax,rate', 'test_command=true'],
    context: [],
    agent: 'rehearsal',
    knownAgents: ['claude', 'manual', 'rehearsal'],
    now: '2026-01-10T12:00:00.000Z',
    dryRun: false,
    ...changes,
  };
}

async function created(changes: Partial<CreateRequest> = {}): Promise<Created> {
  const answer = await createIteration(request(changes));
  if ('problems' in answer) throw new Error(JSON.stringify(answer.problems));
  return answer;
}

/** The problems as `what; fix`; an iteration folder that was made all the same is the last line. */
async function refusal(changes: Partial<CreateRequest> = {}): Promise<string[]> {
  const before = listing(root);
  const answer = await createIteration(request(changes));
  if (!('problems' in answer)) return ['not refused'];
  const left = listing(root).filter((file) => !before.includes(file));
  return [...answer.problems.map((problem) => [problem.what, problem.fix].filter((part) => part !== undefined).join('; ')), ...left];
}

/** Everything below a folder except git's own, folders included. */
function listing(at: string): string[] {
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== '.git' && !name.startsWith('.git/'))
    .toSorted();
}

describe('the folder', () => {
  test('it has every file from the first moment, and nothing else', async () => {
    const { directory, files } = await created();
    expect(directory).toBe(join(root, 'iterations', '001-try'));
    expect(listing(directory)).toEqual(
      [...new Set(['.run', '.run/.gitignore', '.run/events.jsonl', 'agent-prompts', 'context', 'feedback', ...files])].toSorted(),
    );
    expect(readdirSync(join(root, 'iterations'))).toEqual(['001-try']);
  });

  test('the same request and clock give the same bytes', async () => {
    const other = join(folder, 'copy', 'shop');
    makeRepository(other);
    const [one, two] = [await created(), await created({ root: other })];
    const bytes = (directory: string): string[] =>
      listing(directory)
        .filter((name) => name.includes('.'))
        .map(
          (name) => `${name}: ${existsSync(join(directory, name)) && name !== '.run' ? readFileSync(join(directory, name), 'latin1') : ''}`,
        );
    expect(bytes(two.directory)).toEqual(bytes(one.directory));
  });

  test('it can be opened, with the creation as its first event', async () => {
    const { plan, directory } = await created();
    const opened = openIteration(locate(root) as Repository);
    expect('iteration' in opened ? opened.iteration.plan : opened.problems).toEqual(plan);
    expect(readLog(join(directory, '.run', 'events.jsonl')).events).toEqual([
      {
        at: '2026-01-10T12:00:00.000Z',
        type: 'iteration-created',
        iteration: '001-try',
        workflow: 'plan-build-review-doc',
        tasks: ['T1', 'T2', 'T3', 'T4', 'T5'],
      },
    ]);
  });

  test('the next one gets the next number', async () => {
    await created();
    mkdirSync(join(root, 'iterations', '041-old'));
    expect((await created({ slug: 'again' })).plan.iteration).toBe('042-again');
  });

  test('two at once get two numbers', async () => {
    const both = await Promise.all([created({ slug: 'one' }), created({ slug: 'two' })]);
    expect(both.map(({ plan }) => plan.iteration.slice(0, 3)).toSorted()).toEqual(['001', '002']);
  });

  test('git sees the documents but not the run', async () => {
    await created();
    const seen = git(root, 'status', '--porcelain', '--untracked-files=all');
    expect([seen.includes('MULTI_AGENT_PLAN.md'), seen.includes('.run/')]).toEqual([true, false]);
  });

  test('a dry run answers the same and writes nothing', async () => {
    const answer = await created({ dryRun: true });
    expect(listing(root)).toEqual(['a.txt']);
    expect(await created()).toEqual(answer);
  });

  test('given files are copied and named in CONTEXT.md and in every prompt', async () => {
    put(root, 'docs/law.md', 'The law.\n');
    const { directory, files } = await created({ cwd: join(root, 'docs'), context: ['law.md'] });
    expect(files).toContain('context/given/law.md');
    expect(readFileSync(join(directory, 'context/given/law.md'), 'utf8')).toBe('The law.\n');
    expect(readFileSync(join(directory, 'CONTEXT.md'), 'utf8')).toContain('- `context/given/law.md` (a copy of `law.md`');
    expect(readFileSync(join(directory, 'agent-prompts/T2-builder-agent-prompt.md'), 'utf8')).toContain(
      '- `.iter/context/context/given/law.md`: given',
    );
  });

  test('targets become the tasks of the step that takes targets', async () => {
    const { plan } = await created({ inputs: [], targets: ['src/tax.js', 'src/rate.js', 'src/cart.js'] });
    expect(plan.tasks.filter((task) => task.step === 'build').map((task) => task.targets.join())).toEqual([
      'src/tax.js',
      'src/rate.js',
      'src/cart.js',
    ]);
  });

  test('a workflow and a role of the repository stand before those of the library', async () => {
    put(root, 'workflows/small.yaml', SMALL);
    put(root, 'roles/builder.md', '---\nname: builder\ndescription: Our own.\n---\nWe build it our way.\n');
    const { directory, plan } = await created({ workflow: 'small', inputs: [] });
    expect(plan.workflow).toBe('small');
    expect(readFileSync(join(directory, plan.tasks[0]?.prompt ?? ''), 'utf8')).toMatch(/^We build it our way\./);
    expect(readFileSync(join(directory, 'workflow.lock.yaml'), 'utf8')).toMatch(
      /source: workflows\/small.yaml[^]*source: roles\/builder.md/,
    );
  });

  test('from a linked worktree it is made in the main checkout', async () => {
    git(root, 'worktree', 'add', '--quiet', '-b', 'side', join(folder, 'side'));
    const { directory, plan } = await created({ root: join(folder, 'side') });
    expect([directory, plan.target]).toEqual([join(root, 'iterations', '001-try'), 'refs/heads/main']);
  });

  test('when it cannot be written, nothing stays', async () => {
    writeFileSync(join(root, 'iterations'), 'a file where the folder should be\n');
    await expect(createIteration(request())).rejects.toThrow();
    expect(listing(root)).toEqual(['a.txt', 'iterations']);
  });

  test('what a killed one left behind is swept away', async () => {
    put(root, 'iterations/.new/half.md', 'half\n');
    const { directory } = await created();
    expect(readdirSync(join(root, 'iterations'))).toEqual(['001-try']);
    expect(existsSync(join(directory, 'half.md'))).toBe(false);
  });
});

const SMALL = `version: 1
name: small
description: One task.
steps:
  - id: build
    role: builder
    title: Build it
    checks:
      - commits: { min: 1 }
`;

describe('a refusal writes nothing and says', () => {
  test('that there is no repository', async () => {
    expect(await refusal({ root: folder })).toEqual([`"${folder}" is not inside a git repository; change to one, or make one: git init`]);
  });

  test('that the repository is bare', async () => {
    const bare = join(folder, 'bare.git');
    git(folder, 'init', '--quiet', '--bare', bare);
    expect(await refusal({ root: bare })).toEqual([`"${bare}" is a bare repository; work in a clone with a checkout: git clone`]);
  });

  test('that it is a submodule', async () => {
    makeRepository(join(folder, 'part'));
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(folder, 'part'), 'part');
    expect(await refusal({ root: join(root, 'part') })).toEqual([`"${root}/part" is a submodule of "${root}"; work in a clone of its own`]);
  });

  test('that there is no commit yet', async () => {
    git(root, 'switch', '--quiet', '--orphan', 'empty');
    expect(await refusal()).toEqual([
      'the branch "refs/heads/empty" has no commit to start from; commit something first: git commit --allow-empty -m "Start"',
    ]);
  });

  test('that HEAD is detached', async () => {
    git(root, 'switch', '--quiet', '--detach');
    expect(await refusal()).toEqual(['HEAD is detached, so there is no branch to land on; switch to one: git switch <branch>']);
  });

  test.each([
    ['Try It', 'try-it'],
    ['../x', 'x'],
    ['-a', 'a'],
    ['a--b', 'a-b'],
    ['a'.repeat(41), 'a'.repeat(40)],
  ])('that "%s" is no name, and one that is', async (slug, better) => {
    expect(await refusal({ slug })).toEqual([
      `"${slug}" is no name for an iteration; use lower-case letters, digits and single dashes, at most 40: ${better}`,
    ]);
  });

  test('that the iteration exists already', async () => {
    await created();
    expect(await refusal()).toEqual(['the iteration "try" exists already; choose another name, or go on with it: iter launch 001-try']);
  });

  test('which workflow was meant', async () => {
    expect(await refusal({ workflow: 'plan-build-reveiw-doc' })).toEqual([
      'unknown workflow "plan-build-reveiw-doc"; did you mean "plan-build-review-doc"?',
    ]);
  });

  test('that a workflow file is not there', async () => {
    expect(await refusal({ workflow: './none.yaml' })).toEqual([
      'there is no workflow file "./none.yaml"; check the path; a workflow of the library is given by its name alone',
    ]);
  });

  test('where a workflow is wrong', async () => {
    put(root, 'flow.yaml', SMALL.replace('role:', 'rool:'));
    const answer = await createIteration(request({ workflow: 'flow.yaml', inputs: [] }));
    expect('problems' in answer ? answer.problems.map(({ file, line }) => `${file}:${line}`) : []).toContain('flow.yaml:6');
  });

  test('that a role is unknown', async () => {
    put(root, 'flow.yaml', SMALL.replace('role: builder', 'role: bilder'));
    expect(await refusal({ workflow: 'flow.yaml', inputs: [] })).toEqual([
      'step "build" has the unknown role "bilder"; did you mean "builder"?',
    ]);
  });

  test('that a role in use is broken, once', async () => {
    put(root, 'roles/builder.md', 'no front matter\n');
    put(root, 'flow.yaml', SMALL);
    expect(await refusal({ workflow: 'flow.yaml', inputs: [] })).toHaveLength(1);
  });

  test('that an agent is unknown, in the request and in a step', async () => {
    put(root, 'flow.yaml', SMALL.replace('role: builder', 'role: builder\n    agent: cloude'));
    expect(await refusal({ workflow: 'flow.yaml', inputs: [], agent: 'rehersal' })).toEqual([
      'unknown agent "rehersal"; did you mean "rehearsal"?',
      'step "build": unknown agent "cloude"; did you mean "claude"?',
    ]);
  });

  test('that a command line needs a shell', async () => {
    expect((await refusal({ agent: 'command:node a.js | tee log' })).join()).toMatch(/^agent "command:node a.js \| tee log": /);
    expect((await created({ agent: 'command:node a.js --fast' })).plan.tasks[0]?.agent).toBe('command:node a.js --fast');
  });

  test('that an environment is unknown', async () => {
    expect(await refusal({ environment: 'prd' })).toEqual(['unknown environment "prd"; did you mean "prod"?']);
  });

  test('what is wrong with inputs, targets and given files, all at once', async () => {
    symlinkSync(join(root, 'a.txt'), join(root, 'link.txt'));
    expect(
      await refusal({
        slug: 'No',
        inputs: ['part=x', 'issue', 'parts=a', 'parts=b'],
        targets: ['c'],
        context: ['none.md', 'link.txt', 'a.txt', './a.txt'],
      }),
    ).toEqual([
      '"No" is no name for an iteration; use lower-case letters, digits and single dashes, at most 40: no',
      'input "issue" has no value; write --input issue=…',
      'input "parts" is given twice; give it once; items of a list are separated by commas',
      'the targets are given twice: with --targets and with --input parts; leave out one of them',
      'there is no such file; check the path given with --context',
      'is a symbolic link; give a regular file with --context',
      'another given file has the same name; rename one of them',
      'workflow "plan-build-review-doc" has no input "part"; did you mean "parts"?',
    ]);
  });

  test('that a required input is missing', async () => {
    put(root, 'flow.yaml', SMALL.replace('steps:', 'inputs:\n  goal: { type: string, required: true }\nsteps:'));
    expect(await refusal({ workflow: 'flow.yaml', inputs: [] })).toEqual(['input "goal" is missing; give it with --input goal=…']);
  });

  test('that targets match nothing, or that no step takes them', async () => {
    put(root, 'flow.yaml', SMALL);
    expect(await refusal({ inputs: [], targets: [] })).toEqual([
      'no file matches --targets; check the pattern; quote it so that the shell leaves it alone',
    ]);
    expect(await refusal({ workflow: 'flow.yaml', inputs: [], targets: ['a'] })).toEqual([
      'no step of workflow "small" has targets; leave out --targets',
    ]);
  });

  test.each(['iter', 'iter/001-try', 'iter/001-try/T2', 'iter/001-try/T3/more'])('that the branch %s is in the way', async (branch) => {
    git(root, 'branch', branch);
    expect(await refusal()).toEqual([
      `the branch "${branch}" is in the way of the branches of 001-try; rename it: git branch -m ${branch} ${branch.replaceAll('/', '-')}-old`,
    ]);
  });

  test('nothing about branches of other iterations', async () => {
    git(root, 'branch', 'iter/001-tryout/T1');
    git(root, 'branch', 'iterate');
    expect((await created()).plan.iteration).toBe('001-try');
  });
});

describe('a warning is given when', () => {
  test('the checkout has changes that agents will not see', async () => {
    put(root, 'a.txt', 'changed\n');
    put(root, 'new.txt', 'new\n');
    put(root, 'iterations/note.md', 'does not count\n');
    expect((await created()).warnings).toEqual([
      `agents start from the commit ${git(root, 'rev-parse', 'HEAD').slice(0, 7)}; 2 uncommitted paths are not seen by them`,
    ]);
  });

  test('there are submodules', async () => {
    put(root, '.gitmodules', '[submodule "x"]\n\tpath = x\n\turl = ./x\n');
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message=Modules');
    expect((await created()).warnings).toEqual(['the repository has submodules; they are left empty in the worktrees of agents']);
  });

  test('package.json has a test script that no check runs', async () => {
    const commit = (script: string): void => {
      put(root, 'package.json', JSON.stringify({ scripts: { test: script } }));
      git(root, 'commit', '--quiet', '--all', '--message=Package');
    };
    put(root, 'package.json', '{');
    git(root, 'add', '--all');
    commit('vitest run');
    const warning = 'package.json has a test script, but no check runs it; to add it: --input test_command="npm test"';
    expect((await created({ inputs: [], slug: 'one' })).warnings).toEqual([warning]);
    expect((await created({ slug: 'two' })).warnings).toEqual([]);
    commit('echo "Error: no test specified" && exit 1');
    expect((await created({ inputs: [], slug: 'three' })).warnings).toEqual([]);
  });
});
