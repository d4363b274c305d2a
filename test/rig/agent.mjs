/**
 * An agent that does what a test says. It announces itself in the control folder ($ITER_TEST_CONTROL), waits for its orders there
 * (`T1-2.json` for one attempt, `T1.json`, or `any.json`) and carries them out one after the other. It never lives longer than a minute.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const LIFE = Number(process.env.ITER_TEST_LIFE ?? 60_000);
const STUBBORN = `
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
  require('node:fs').writeFileSync(process.env.ITER_TEST_READY, 'ready');
  setTimeout(() => {}, ${LIFE});
`;

/** Commits of the same work have the same id in every run. */
const DATED = { ...process.env, GIT_AUTHOR_DATE: '2026-01-10T12:00:00Z', GIT_COMMITTER_DATE: '2026-01-10T12:00:00Z' };

const control = process.env.ITER_TEST_CONTROL ?? '.';
const task = process.env.ITER_TASK ?? 'T0';
const attempt = process.env.ITER_ATTEMPT ?? '0';
setTimeout(() => process.exit(99), LIFE).unref();

const birth = birthOf(process.pid);
noteIfAlreadyRunning();
announce({ pid: process.pid, birth, port: process.env.ITER_PORT, temporary: process.env.TMPDIR });
const orders = [`${task}-${attempt}.json`, `${task}.json`, 'any.json'].map((name) => path.join(control, name));
let found;
while ((found = orders.find((file) => existsSync(file))) === undefined) await pause(10);
for (const order of JSON.parse(readFileSync(found, 'utf8'))) await carryOut(order);

async function carryOut(order) {
  switch (order.do) {
    case 'write':
      return write(filled(order.path), filled(order.text));
    case 'commit':
      return commit();
    case 'work':
      return pause(order.milliseconds);
    case 'wait-for':
      while (!existsSync(path.join(control, order.file))) await pause(10);
      return undefined;
    case 'hang':
      return pause(LIFE);
    case 'exit':
      return process.exit(order.code);
    case 'escape':
      return escape();
    case 'ignore-signals':
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
      return undefined;
    case 'print':
      return print(order.megabytes);
    case 'git':
      return execFileSync('git', order.argv, { cwd: order.cwd, stdio: 'inherit' });
    case 'claim':
      return alone('saving', () => claim(order.word, order.task ?? task));
    case 'report':
      return execFileSync('iter', ['report', order.word, '-m', order.message], { stdio: 'inherit' });
    default:
      throw new Error(`unknown order ${JSON.stringify(order)}`);
  }
}

function filled(text) {
  return text.replaceAll('{task}', task).replaceAll('{attempt}', attempt);
}

function write(file, text) {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, text);
}

function commit() {
  const git = (...argv) =>
    execFileSync('git', ['-c', 'user.name=Driven', '-c', 'user.email=driven@localhost', ...argv], { encoding: 'utf8', env: DATED });
  git('add', '--all', '--', '.', ':!.iter');
  if (git('diff', '--cached', '--name-only') !== '') git('commit', '--quiet', '--message', `Work of ${task}`);
}

/** Starts a process that leaves the group and the session, and takes no notice of polite signals. */
async function escape() {
  const ready = path.join(control, `escaped-${task}-${attempt}-${process.pid}`);
  const env = { ...process.env, ITER_TEST_READY: ready };
  const child = spawn(process.execPath, ['-e', STUBBORN], { detached: true, stdio: 'ignore', env });
  while (!existsSync(ready)) await pause(5);
  announce({ pid: child.pid, birth: birthOf(child.pid), escaped: true });
  child.unref();
}

/** Numbered lines of a kilobyte: what is left of them shows what was cut. */
function print(megabytes) {
  for (let megabyte = 0; megabyte < megabytes; megabyte += 1) {
    const lines = Array.from({ length: 1024 }, (_, line) => `${megabyte * 1024 + line} `.padEnd(1023, 'x'));
    writeSync(1, `${lines.join('\n')}\n`);
  }
}

/** One agent at a time: of two that save the same file at the same moment one would take back what the other has written. */
async function alone(name, act) {
  const held = path.join(control, name);
  for (;;) {
    try {
      writeFileSync(held, task, { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      await pause(5);
    }
  }
  try {
    act();
  } finally {
    rmSync(held);
  }
}

/** Edits a Status cell of the plan, as a rule its own, the way an editor saves: the whole file in one go. */
function claim(word, whose) {
  const file = path.join(process.env.ITER_DIR ?? '.', 'MULTI_AGENT_PLAN.md');
  const row = new RegExp(`^(\\| ${whose} .*\\| )(Not Started|In Progress|Blocked|Completed|Failed)( *\\| [^|]*\\| [^|]*\\|)$`, 'm');
  const before = readFileSync(file, 'utf8');
  if (!row.test(before)) throw new Error(`no row of ${whose} in ${file}`);
  writeFileSync(`${file}.${process.pid}`, before.replace(row, `$1${word}$3`));
  renameSync(`${file}.${process.pid}`, file);
}

function announce(about) {
  const name = `started-${task}-${attempt}-${about.pid}.json`;
  writeFileSync(path.join(control, `${name}.new`), JSON.stringify({ task, attempt: Number(attempt), ...about }));
  renameSync(path.join(control, `${name}.new`), path.join(control, name));
}

/** Leaves a note when another agent is at work on the same task at this moment. */
function noteIfAlreadyRunning() {
  const file = path.join(control, `running-${task}`);
  const mine = `${process.pid} ${birth}`;
  if (existsSync(file)) {
    const [pid, since] = readFileSync(file, 'utf8').split(' ');
    if (birthOf(pid) === since) writeFileSync(path.join(control, `twice-${task}-${process.pid}`), `${pid} and ${process.pid}`);
  }
  writeFileSync(file, mine);
}

/** When a process started, in clock ticks; undefined when it is gone. */
function birthOf(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
