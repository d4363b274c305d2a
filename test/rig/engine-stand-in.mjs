#!/usr/bin/env node
/**
 * Answers as podman does, without walls: "containers" are processes of this machine that nobody but this program can find, and that outlive the call which
 * has started them. For what happens to containers where there is no engine; what is seen in one is for real engines.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [verb, ...words] = process.argv.slice(2);
const state = process.env['CONTAINER_STAND_IN'];
const placeOf = (name) => path.join(state, 'containers', name);

function refuse(text) {
  process.stderr.write(`Error: ${text}\n`);
  process.exit(125);
}

/** All of a container, whatever session it has moved to. */
function processesOf(name) {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`STAND_IN=${name}`);
    } catch {
      return false;
    }
  });
}

/** Again and again: one that is being born is not seen by one look. */
function end(name) {
  for (let found = processesOf(name); found.length > 0; found = processesOf(name))
    for (const pid of found)
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // it has ended meanwhile
      }
}

function run() {
  const image = words.findIndex((word) => !word.startsWith('--'));
  const of = (option) => words.slice(0, image).flatMap((word) => (word.startsWith(`--${option}=`) ? [word.slice(option.length + 3)] : []));
  const [[name], [folder], [program]] = [of('name'), of('workdir'), of('entrypoint')];
  if (!existsSync(path.join(state, 'images', words[image]))) refuse(`${words[image]}: image not known`);
  if (words.slice(0, image).includes('--no-such-option')) refuse('unknown flag: --no-such-option');
  if (existsSync(placeOf(name))) refuse(`the container name "${name}" is already in use`);
  mkdirSync(path.dirname(placeOf(name)), { recursive: true });
  writeFileSync(placeOf(name), words.slice(0, image).join('\n'));
  // without the mark of iter: where the engine is another machine none of its processes is seen
  const handed = of('env').filter((variable) => variable !== 'ITER_RUN_ID' && process.env[variable] !== undefined);
  const env = Object.fromEntries(handed.map((variable) => [variable, process.env[variable]]));
  const child = spawn(program, words.slice(image + 1), {
    cwd: folder,
    env: { ...env, PATH: process.env['PATH'], STAND_IN: name },
    detached: true,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    end(name);
    rmSync(placeOf(name), { force: true });
    process.exit(code ?? (signal === 'SIGKILL' ? 137 : 130));
  });
}

const name = words.at(-1);
if (verb === 'run') run();
else if (verb === 'info') process.stdout.write('host:\n');
else if (verb === 'image') {
  if (!existsSync(path.join(state, 'images', name))) refuse(`inspecting object: ${name}: image not known`);
} else if (!existsSync(placeOf(name))) {
  if (verb !== 'rm') refuse(`no container with name or ID "${name}" found: no such container`);
} else if (verb === 'container') process.stdout.write('true\n');
else if (verb === 'kill') end(name);
else if (verb === 'rm') {
  end(name);
  rmSync(placeOf(name));
}
