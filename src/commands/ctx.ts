/** `iter ctx`: values that agents keep for each other, by key. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { readText } from '../effects/disk.ts';
import { contextKeys, getContext, keyProblem, setContext } from '../engine/context-store.ts';
import { redactorOf } from '../engine/redaction.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly iteration?: string;
}

export function command(finish: Finish): Command {
  const ctx = verb('ctx', 'Values that agents keep for each other, by key.', 'iter ctx set plan.tasks @tasks.json')
    .option('--iteration <iteration>', 'number, slug or folder; ITER_ITERATION when left out')
    .configureHelp({ showGlobalOptions: true });
  ctx
    .command('set')
    .description('set a key; the value before stays below .run/history')
    .argument('<key>', 'words with dots between them: plan.tasks')
    .argument('<value>', 'the text, or @file')
    .action(async (key: string, value: string, _: Flags, own: Command) => finish(await set(key, value, own.optsWithGlobals<Flags>())));
  ctx
    .command('get')
    .description('print the value of a key as it was set; without a key, the keys there are')
    .argument('[key]', 'words with dots between them: plan.tasks')
    .action((key: string | undefined, _: Flags, own: Command) => finish(get(key, own.optsWithGlobals<Flags>())));
  return ctx;
}

async function set(key: string, given: string, options: Flags): Promise<number> {
  const iteration = iterationAt(options, options.iteration ?? process.env['ITER_ITERATION']);
  if (iteration === undefined) return EXIT.usage;
  const file = given.startsWith('@') ? given.slice(1) : undefined;
  const value = file === undefined ? given : readText(resolve(options.directory, file));
  const problem =
    value === undefined
      ? { file: file ?? '', what: 'there is no such file', fix: 'check the path behind @' }
      : await setContext(iteration, key, redactorOf({ environment: process.env }).text(value));
  if (problem !== undefined) {
    complain([problem]);
    return EXIT.usage;
  }
  if (options.json === true) json({ iteration: iteration.name, key });
  else if (options.quiet !== true) result(`${key} is set`);
  return EXIT.done;
}

function get(key: string | undefined, options: Flags): number {
  const iteration = iterationAt(options, options.iteration ?? process.env['ITER_ITERATION']);
  if (iteration === undefined) return EXIT.usage;
  if (key === undefined) {
    const keys = contextKeys(iteration);
    if (options.json === true) json({ iteration: iteration.name, keys });
    else result(keys.length === 0 ? 'no key is set' : keys.join('\n'));
    return EXIT.done;
  }
  const problem = keyProblem(key);
  if (problem !== undefined) {
    complain([problem]);
    return EXIT.usage;
  }
  const value = getContext(iteration, key);
  if (value === undefined) {
    complain([{ what: `nobody has set "${key}"`, fix: 'iter ctx get lists the keys there are' }]);
    return EXIT.failed;
  }
  if (options.json === true) json({ iteration: iteration.name, key, value });
  else result(value);
  return EXIT.done;
}
