/** `iter schema`: the JSON Schemas (draft-07) of the files people write, for editors and for reading. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { didYouMean } from '../core/nearest.ts';
import { schemas } from '../generated/library.js';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, verb } from './verb.ts';

export function command(finish: Finish): Command {
  return verb(
    'schema',
    'The JSON Schema of a file people write; without a name, which there are.',
    'iter schema workflow > workflow.schema.json',
  )
    .argument('[name]', Object.keys(schemas).join(', '))
    .action((name: string | undefined, options: Common) => finish(print(name, options)));
}

function print(name: string | undefined, options: Common): number {
  const names = Object.keys(schemas);
  if (name === undefined) {
    if (options.json === true) json({ schemas: names });
    else result(names.join('\n'));
    return EXIT.done;
  }
  const text = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (text === undefined) {
    complain([{ what: `there is no schema "${name}"`, fix: didYouMean(name, names) }]);
    return EXIT.usage;
  }
  if (options.json === true) json({ name, schema: JSON.parse(text) as unknown });
  else result(text.replace(/\n$/, ''));
  return EXIT.done;
}
