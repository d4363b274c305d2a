/** `iter rehearse`: plays workflows with the built-in agent, to test their wiring before it costs anything. */
import { setMaxListeners } from 'node:events';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { exists } from '../effects/folder.ts';
import { locate } from '../effects/repository.ts';
import { rehearse } from '../engine/rehearse.ts';
import type { Covered, Rehearsal } from '../engine/rehearse-coverage.ts';
import { personalFolder } from '../engine/personal-folder.ts';
import { findWorkflow, libraryWorkflows } from '../engine/workflow-library.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, verb } from './verb.ts';

interface Flags extends Common {
  readonly workflow?: string;
  readonly all?: boolean;
  readonly verbose?: boolean;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'rehearse',
    'Play a workflow with the rehearsal agent in a throw-away repository: conditions both ways, every gate once, every environment.',
    'iter rehearse -w feature-pipeline',
  )
    .option('-w, --workflow <name>', 'name or path of a workflow')
    .option('--all', 'every workflow there is')
    .option('--verbose', 'say what happens while it is played')
    .action(async (options: Flags) => finish(await perform(options, signal)));
}

async function perform(options: Flags, signal: AbortSignal): Promise<number> {
  const directory = resolve(options.directory);
  const root = locate(directory)?.root;
  const places = { ...(root === undefined ? {} : { root }), personal: personalFolder(process.env) };
  if (options.all !== true && options.workflow === undefined) {
    complain([{ what: 'no workflow is named', fix: 'give -w NAME, or --all' }]);
    return EXIT.usage;
  }
  const named =
    options.all === true
      ? libraryWorkflows(places).filter((entry) => entry.hiddenBy === undefined)
      : [findWorkflow(options.workflow ?? '', directory, places)].map((one) => ('found' in one ? one.found : one));
  const roles = root !== undefined && exists(join(root, 'roles')) ? join(root, 'roles') : undefined;
  // every launch listens to it, and there are many here
  setMaxListeners(0, signal);
  const context = { ...contextOf(options, signal), ...(options.verbose === true ? {} : { say: () => {} }) };
  const played: Rehearsal[] = [];
  for (const one of named) {
    const done =
      'problem' in one
        ? { problems: [one.problem] }
        : await rehearse({ name: one.name, workflow: one, personal: places.personal, ...(roles === undefined ? {} : { roles }) }, context);
    if ('problems' in done) {
      complain(done.problems);
      return EXIT.usage;
    }
    played.push(done);
    if (options.json !== true) result(rehearsalText(done));
  }
  const bad = played.filter((one) => one.missed.length > 0);
  if (options.json === true) json({ rehearsals: played });
  else if (options.all === true) result(`${played.length} workflows played, ${bad.length} of them with something missing`);
  return bad.length === 0 ? EXIT.done : EXIT.failed;
}

function rehearsalText({ workflow, passes, conditions, gates, checkpoints, missed }: Rehearsal): string {
  const of = (what: string, { reached, wanted }: Covered): string[] => (wanted === 0 ? [] : [`${reached} of ${wanted} ${what}`]);
  const parts = [...of('ways of conditions', conditions), ...of('gates rejected once', gates), ...of('checkpoints reached', checkpoints)];
  return [
    `${workflow}: ${passes} ${passes === 1 ? 'pass' : 'passes'}${parts.length === 0 ? '' : `, ${parts.join(', ')}`}`,
    ...missed.map((line) => `  ${line}`),
  ].join('\n');
}
