/**
 * Loaded into an iter by NODE_OPTIONS: names everything that iter does to the world (events, files written, moved, linked and removed, programs
 * started) and ends it with SIGKILL right after one of these steps. The product knows nothing of it.
 * The nth step of a name in a run, over all its processes, is `<name> #<n>`.
 *   KILL_AFTER  JSON list of steps after which the run is killed, once each
 *   KILL_TRACES folder with one file for each process of the run so far: its steps, one a line; a file of this process is added
 */
const childProcess = require('node:child_process');
const fs = require('node:fs');
const promises = require('node:fs/promises');
const { syncBuiltinESMExports } = require('node:module');
const path = require('node:path');

// git hands the variables on to whatever it starts; only iter itself is meant
if (process.argv[1]?.endsWith(`${path.sep}cli.js`) && process.env.KILL_TRACES !== undefined) {
  hook(process.env.KILL_TRACES, JSON.parse(process.env.KILL_AFTER ?? '[]'));
}

function hook(traces, wanted) {
  const { writeFileSync, readdirSync, readFileSync } = fs;
  const earlier = readdirSync(traces).toSorted((a, b) => Number(a) - Number(b));
  const before = earlier.flatMap((name) => readFileSync(path.join(traces, name), 'utf8').split('\n'));
  const trace = path.join(traces, String(earlier.length + 1));
  const counts = new Map();
  const numbered = (name) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return `${name} #${counts.get(name)}`;
  };
  for (const step of before) numbered(step.replace(/ #\d+.*$/, ''));
  const pending = new Set(wanted.filter((step) => !before.includes(`${step} KILLED`)));
  const steps = [];
  const names = new Map();
  const step = (what, place = '') => {
    const file = [place].join('');
    // locks come and go with every step: they are held at a kill anyway
    if (/\.lock($|\.)/.test(file) || file.startsWith('/dev/')) return;
    const plain = path
      .basename(file)
      .replace(/^(iter-index-).*/, '$1')
      .replace(/\.\d{5,}$/, '')
      .replace(/\.\d+\.new/, '.new');
    const name = numbered(`${what} ${plain}`.trim());
    const last = pending.has(name);
    steps.push(last ? `${name} KILLED` : name);
    if (!last) return;
    writeFileSync(trace, steps.join('\n'));
    process.kill(process.pid, 'SIGKILL');
  };
  const after = (module, name, label) => {
    const real = module[name];
    module[name] = (...given) => {
      const result = real(...given);
      if (typeof result?.then !== 'function') label(result, ...given);
      else return result.then((value) => (label(value, ...given), value));
      return result;
    };
  };
  after(fs, 'openSync', (fd, file) => names.set(fd, file));
  after(fs, 'writeSync', (_, fd, bytes) => {
    const file = names.get(fd) ?? '';
    if (!file.endsWith('events.jsonl')) return step('write', file);
    const events = String(bytes)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return step(`event ${events.map((event) => [event.type, event.task, event.attempt].filter(Boolean).join(' ')).join(' + ')}`);
  });
  for (const name of ['writeFileSync', 'unlinkSync', 'rmSync', 'mkdtempSync']) after(fs, name, (_, file) => step(name, String(file)));
  for (const name of ['renameSync', 'linkSync', 'copyFileSync', 'cpSync']) after(fs, name, (_, from, to) => step(name, String(to)));
  after(promises, 'rm', (_, file) => step('rm', String(file)));
  after(promises, 'open', (handle, file) => {
    const { write } = handle;
    handle.write = async (...given) => {
      const result = await write.apply(handle, given);
      step('append', String(file));
      return result;
    };
  });
  after(childProcess, 'spawnSync', (_, program, given) =>
    step(program === 'perl' ? 'exchange' : `start ${path.basename(program)}`, given.at(-1)),
  );
  const gitStep = (given) => {
    const words = given.filter((word, index) => word !== '-c' && given[index - 1] !== '-c');
    step(`git ${words[0]} ${words[0] === 'update-ref' ? (words.find((word) => word.startsWith('refs/')) ?? '') : ''}`.trim());
  };
  after(childProcess, 'execFile', (_, program, given) => program === 'git' && gitStep(given));
  after(childProcess, 'spawn', (child, program, given) => {
    if (program === 'git') return gitStep(given);
    if (program !== 'sh' || child.stdin === null) return step(`start ${path.basename(program)}`);
    // a shell that starts git for iter: each line it is told is a step
    const { stdin } = child;
    const write = stdin.write.bind(stdin);
    stdin.write = (line) => {
      const written = write(line);
      const [, called] = /exec ('git' .*?)\) >'/s.exec(line) ?? [];
      if (called !== undefined) gitStep([...called.matchAll(/'((?:[^']|'\\'')*)'/g)].map(([, word]) => word).slice(1));
      return written;
    };
  });
  syncBuiltinESMExports();
  process.on('exit', () => writeFileSync(trace, steps.join('\n')));
}
