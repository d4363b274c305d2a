/** `iter logs`: what an agent said, cleaned of whatever a terminal would act on; `--raw` gives the bytes. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { descriptorOf } from '../agents/table.ts';
import { createTranscript } from '../agents/transcript.ts';
import type { Finish } from '../cli.ts';
import { readText } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import { followText } from '../effects/follow.ts';
import { ownAgents } from '../engine/agent-library.ts';
import { redactorOf } from '../engine/redaction.ts';
import { libraryPlaces } from './library-places.ts';
import { complain, json, piece, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly follow?: boolean;
  readonly raw?: boolean;
  readonly attempt?: string;
  readonly prompt?: boolean;
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('logs', 'What the agent of a task said.', 'iter logs T2 -f')
    .argument('<task>', 'the task')
    .option('-f, --follow', 'go on as the log grows; ends with Ctrl-C')
    .option('--raw', 'the bytes as they are; escape sequences will act on your terminal')
    .option('--prompt', 'what the agent was told instead of what it said')
    .option('--attempt <n>', 'which attempt; the last when left out')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (task: string, options: Flags) => {
      const iteration = iterationAt(options, options.iteration);
      if (iteration === undefined) return finish(EXIT.usage);
      const state = iteration.state.tasks[task];
      if (state === undefined) {
        complain([{ what: `there is no task "${task}"`, fix: `use ${iteration.plan.tasks.map((one) => one.id).join(', ')}` }]);
        return finish(EXIT.usage);
      }
      const attempt = options.attempt ?? String(state.attempt);
      const told = join(iteration.directory, '.run', 'prompts', `${task}-${attempt}`);
      const file = options.prompt === true ? `${told}.md` : join(iteration.directory, '.run', 'logs', `${task}-${attempt}.log`);
      if (!exists(file)) {
        say(
          state.attempt === 0
            ? `${task} has not started yet`
            : `attempt ${attempt} of ${task} left no ${options.prompt === true ? 'prompt' : 'log'}`,
        );
        return finish(EXIT.failed);
      }
      const own = ownAgents({ ...libraryPlaces(options), iteration: iteration.directory }).agents;
      const agent = descriptorOf(iteration.plan.tasks.find((one) => one.id === task)?.agent ?? '', own);
      const read = createTranscript(options.prompt === true ? 'text' : (agent?.format ?? 'text'));
      const { text: redacted } = redactorOf({ environment: process.env });
      const about = { iteration: iteration.name, task, attempt: Number(attempt) };
      const promptManifest = exists(`${told}.manifest.json`) ? { promptManifest: `${told}.manifest.json` } : {};
      if (options.json === true) json({ ...about, ...promptManifest, [options.prompt === true ? 'prompt' : 'log']: readText(file) ?? '' });
      else if (options.follow === true)
        await followText(file, (text) => (options.raw === true ? process.stdout.write(text) : piece(redacted(read(text)))), signal);
      else if (options.raw === true) process.stdout.write(readText(file) ?? '');
      else shown(redacted((read(readText(file) ?? '') + read('\n')).replace(/\n$/, '')));
      return finish(EXIT.done);
    });
}

function shown(text: string): void {
  if (text !== '') result(text.replace(/\n$/, ''));
}
