import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter } from '../rig/cli.ts';
import { fingerprint } from '../rig/fingerprint.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh, temporaryFolder, write } from '../rig/repository.ts';

const FILES = { 'README.md': '# Shop\n' };

interface Case {
  readonly what: string;
  /** Makes the place and says where in it the command is called. */
  readonly place: () => string | Promise<string>;
  readonly argv: readonly string[] | ((root: string) => readonly string[]);
  readonly exit: number;
  /** What the message says, each of them. */
  readonly says: readonly RegExp[];
}

const project = (): string => repositoryWith(FILES);

function plainFolder(): string {
  const folder = path.join(temporaryFolder(), 'plain');
  mkdirSync(folder);
  return folder;
}

/** A repository beside which a workflow file with this text lies. */
function withWorkflow(change: (text: string) => string): () => string {
  return () => {
    const root = project();
    const file = partsWorkflow(root);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    return root;
  };
}

const NEW = ['new', 'try', '--agent', 'rehearsal'];
const FROM_FILE = [...NEW, '-w', '../parts.yaml'];

const NEW_CASES: readonly Case[] = [
  { what: 'a folder without git', place: plainFolder, argv: NEW, exit: 2, says: [/is not inside a git repository/, /git init/] },
  {
    what: 'a repository without commits',
    place: () => {
      const root = plainFolder();
      sh(root, 'init', '--quiet', '--initial-branch=main');
      return root;
    },
    argv: NEW,
    exit: 2,
    says: [/has no commit to start from/, /git commit/],
  },
  {
    what: 'a detached HEAD',
    place: () => {
      const root = project();
      sh(root, 'switch', '--quiet', '--detach');
      return root;
    },
    argv: NEW,
    exit: 2,
    says: [/HEAD is detached/, /git switch/],
  },
  {
    what: 'a bare repository',
    place: () => {
      const root = temporaryFolder();
      sh(root, 'init', '--quiet', '--bare', 'bare.git');
      return path.join(root, 'bare.git');
    },
    argv: NEW,
    exit: 2,
    says: [/is a bare repository/, /clone/],
  },
  {
    what: 'a submodule',
    place: () => {
      const inner = project();
      const outer = project();
      sh(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'inner');
      return path.join(outer, 'inner');
    },
    argv: NEW,
    exit: 2,
    says: [/is a submodule of/, /clone/],
  },
  {
    what: 'a name that is taken',
    place: async () => {
      const root = project();
      await done(root, NEW);
      return root;
    },
    argv: NEW,
    exit: 2,
    says: [/iterations\/001-try: the iteration "try" exists already/, /iter launch 001-try/],
  },
  { what: 'a name that is no name', place: project, argv: ['new', 'Big Plans'], exit: 2, says: [/"Big Plans" is no name/, /big-plans/] },
  {
    what: 'an unknown workflow',
    place: project,
    argv: [...NEW, '-w', 'plan-build-reveiw-doc'],
    exit: 2,
    says: [/unknown workflow "plan-build-reveiw-doc"/, /plan-build-review-doc/],
  },
  {
    what: 'an unknown role in a workflow',
    place: withWorkflow((text) => text.replace('role: builder', 'role: plumber')),
    argv: FROM_FILE,
    exit: 2,
    says: [/step "build" has the unknown role "plumber"/, /builder/],
  },
  { what: 'an unknown agent', place: project, argv: ['new', 'try', '--agent', 'clod'], exit: 2, says: [/unknown agent "clod"/, /claude/] },
  {
    what: 'an unknown input',
    place: project,
    argv: [...NEW, '--input', 'isue=7'],
    exit: 2,
    says: [/"isue"/, /issue/],
  },
  {
    what: 'a required input that is missing',
    place: withWorkflow((text) => text.replace('inputs:\n', 'inputs:\n  ticket: { type: string, required: true }\n')),
    argv: FROM_FILE,
    exit: 2,
    says: [/"ticket"/, /--input ticket=/],
  },
  {
    what: 'a workflow that is not YAML',
    place: withWorkflow((text) => text.replace('    role: builder', '   role: [builder')),
    argv: FROM_FILE,
    exit: 2,
    says: [/parts\.yaml:\d+:\d+: /],
  },
  {
    what: 'a configuration with unknown and wrong settings, all of them at once',
    place: () => {
      const root = project();
      write(root, { '.iter/config.yaml': 'agnet: claude\nmax_parallel: many\n' });
      return root;
    },
    argv: NEW,
    exit: 2,
    says: [/\.iter\/config\.yaml:1\b.*agnet/, /\.iter\/config\.yaml:2\b.*max_parallel/],
  },
  { what: '--max-parallel 0', place: project, argv: [...NEW, '--max-parallel', '0'], exit: 2, says: [/--max-parallel "0"/, /from 1/] },
  {
    what: 'targets that match nothing',
    place: project,
    argv: [...NEW, '--targets', 'lib/*.rs'],
    exit: 2,
    says: [/lib\/\*\.rs/, /matches/],
  },
  {
    what: 'a mistake the rehearsal agent does not know',
    place: project,
    argv: [...NEW, '--rehearse', 'T2=explode'],
    exit: 2,
    says: [/unknown behaviour "explode"/, /fail/],
  },
  {
    what: 'a branch that is in the way',
    place: () => {
      const root = project();
      sh(root, 'branch', 'iter/001-try/T1');
      return root;
    },
    argv: NEW,
    exit: 2,
    says: [/iter\/001-try\/T1/, /git branch -m/],
  },
  { what: 'an unknown command', place: project, argv: ['lunch'], exit: 2, says: [/unknown command "lunch"; did you mean launch\?/] },
  { what: 'an unknown flag', place: project, argv: [...NEW, '--paralel', '3'], exit: 2, says: [/--paralel/] },
  { what: 'no iteration to launch', place: project, argv: ['launch'], exit: 2, says: [/there is no iteration yet/, /iter new/] },
];

const PLAN = 'iterations/001-try/MULTI_AGENT_PLAN.md';
const CRITERIA = 'iterations/001-try/COMPLETION_CRITERIA.md';
const EVENTS = 'iterations/001-try/.run/events.jsonl';

/** An iteration with three tasks in which one file was changed by hand. */
function edited(file: string, change: (text: string) => string): () => Promise<string> {
  return async () => {
    const root = project();
    await done(root, [...NEW, '-w', partsWorkflow(root), '--input', 'parts=one,two,three']);
    const place = path.join(root, file);
    const before = readFileSync(place, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing to change in ${file}`);
    writeFileSync(place, after);
    return root;
  };
}

/** Changes one cell of the row of a task; the first one after the bar is 1. */
function cell(task: string, column: number, value: string): (text: string) => string {
  return (text) =>
    text.replace(new RegExp(`^\\| ${task} .*$`, 'm'), (row) => {
      const cells = row.split(' | ');
      cells[column - 1] = value;
      return cells.join(' | ');
    });
}

const LAUNCH_CASES: readonly Case[] = [
  {
    what: 'an unknown word in a Status cell',
    place: edited(PLAN, cell('T2', 7, 'Done       ')),
    argv: ['launch'],
    exit: 2,
    says: [/MULTI_AGENT_PLAN\.md:\d+: unknown status "Done"; use one of Not Started, In Progress, Blocked, Completed, Failed/],
  },
  {
    what: 'a row of the plan that is gone',
    place: edited(PLAN, (text) => text.replace(/^\| T2 .*\n/m, '')),
    argv: ['launch'],
    exit: 2,
    says: [/MULTI_AGENT_PLAN\.md.*the row of T2 is gone/],
  },
  {
    what: 'tasks that need each other',
    place: edited(PLAN, (text) => cell('T2', 8, 'T1')(cell('T1', 8, 'T2')(text))),
    argv: ['launch'],
    exit: 2,
    says: [/MULTI_AGENT_PLAN\.md:\d+: .*T1, T2 go round in a circle/],
  },
  {
    what: 'two tasks on one branch',
    place: edited(PLAN, cell('T2', 5, '`iter/001-try/T1`')),
    argv: ['launch'],
    exit: 2,
    says: [/MULTI_AGENT_PLAN\.md:\d+: .*iter\/001-try\/T1/],
  },
  {
    what: 'a plan without its matrix',
    place: edited(PLAN, (text) => text.replace(/^\|.*\n/gm, '')),
    argv: ['launch'],
    exit: 2,
    says: [/MULTI_AGENT_PLAN\.md/],
  },
  {
    what: 'criteria with two faults, both of them at once',
    place: edited(CRITERIA, (text) =>
      text.replace('`T1.commits`', '`T2.commits`').replace('MUST `T3.commits` branch', 'MUST `T3.commits` branch changes nothing in'),
    ),
    argv: ['launch'],
    exit: 2,
    says: [/COMPLETION_CRITERIA\.md:\d+: /],
  },
  {
    what: 'an event log with a broken line in the middle',
    place: edited(
      EVENTS,
      (text) => `${text}{"at":"2026\n${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', type: 'launch-ended', outcome: 'done' })}\n`,
    ),
    argv: ['launch'],
    exit: 2,
    says: [/events\.jsonl:3: /],
  },
  {
    what: 'a manifest that is not JSON',
    place: edited('iterations/001-try/manifest.json', (text) => text.slice(0, 40)),
    argv: ['launch'],
    exit: 2,
    says: [/manifest\.json/],
  },
  {
    what: 'an agent that is not installed',
    place: edited(CRITERIA, (text) => `${text}\n`),
    argv: ['launch', '--agent', 'codex'],
    exit: 4,
    says: [/"codex" was not found/, /npm install/],
  },
  {
    what: 'a command line whose program is not there',
    place: edited(CRITERIA, (text) => `${text}\n`),
    argv: ['launch', '--agent', 'command:no-such-program --fast'],
    exit: 4,
    says: [/"no-such-program" was not found/],
  },
  {
    what: '--max-parallel 0',
    place: edited(CRITERIA, (text) => `${text}\n`),
    argv: ['launch', '--max-parallel', '0'],
    exit: 2,
    says: [/--max-parallel "0"/],
  },
  {
    what: 'a task that is not there',
    place: edited(CRITERIA, (text) => `${text}\n`),
    argv: ['launch', '--only', 'T9'],
    exit: 2,
    says: [/no task "T9"/, /T1, T2, T3/],
  },
  {
    what: 'an iteration that is not there',
    place: edited(CRITERIA, (text) => `${text}\n`),
    argv: ['launch', '7'],
    exit: 2,
    says: [/unknown iteration "7"/, /001-try/],
  },
];

async function refusal({ place, argv }: Case): Promise<{ exit: number | string; stdout: string; stderr: string; written: boolean }> {
  const root = await place();
  const whole = path.dirname(root);
  const before = fingerprint(whole);
  const { exit, stdout, stderr } = await iter(root, typeof argv === 'function' ? argv(root) : argv);
  return { exit, stdout, stderr, written: fingerprint(whole) !== before };
}

describe('what iter new cannot work with', () => {
  it.each(NEW_CASES)('is refused and changes nothing: $what', async (one) => {
    const { exit, stdout, stderr, written } = await refusal(one);
    expect({ exit, stdout, written, missing: one.says.filter((words) => !words.test(stderr)), stderr }).toEqual({
      exit: one.exit,
      stdout: '',
      written: false,
      missing: [],
      stderr,
    });
  });
});

describe('what iter launch cannot work with', () => {
  it.each(LAUNCH_CASES)('is refused and changes nothing: $what', async (one) => {
    const { exit, stdout, stderr, written } = await refusal(one);
    expect({ exit, stdout, written, missing: one.says.filter((words) => !words.test(stderr)), stderr }).toEqual({
      exit: one.exit,
      stdout: '',
      written: false,
      missing: [],
      stderr,
    });
  });

  it('is not a last line of the event log that was cut off: it is said, and the run goes on', async () => {
    const root = await edited(CRITERIA, (text) => `${text}\n`)();
    appendFileSync(path.join(root, EVENTS), '{"at":"2026-01-01T00:00:00.000Z","type":"task-fai');
    const launched = await iter(root, ['launch']);
    const types = eventsOf(path.join(root, 'iterations', '001-try')).map((event) => event.type);
    expect({
      exit: launched.exit,
      said: /events\.jsonl.*the last line was cut off/.test(launched.stderr),
      accepted: types.filter((type) => type === 'task-accepted').length,
    }).toEqual({ exit: 0, said: true, accepted: 3 });
  });
});
