/** `iter monitor`: the screen in a terminal, one line per change elsewhere. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { changeLines } from '../core/lines.ts';
import type { Snapshot } from '../core/view.ts';
import { whyText } from '../core/why.ts';
import { isFolder } from '../effects/folder.ts';
import { openFeed } from '../engine/feed.ts';
import type { Iteration } from '../engine/iteration.ts';
import { personalFolder } from '../engine/personal-folder.ts';
import { complain, json, result, say } from './out.ts';
import { statusJson } from './status-text.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('monitor', 'Watch a run and answer what it asks; without a terminal one line per change until it ends.', 'iter monitor')
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .option('--why <task>', 'print why this task is in its state, with the evidence and its age')
    .option('--once', 'print the lines up to now and end')
    .action(async (wanted: string | undefined, options: Common & { readonly once?: boolean; readonly why?: string }) => {
      const iteration = iterationAt(options, wanted);
      if (iteration === undefined) return finish(EXIT.usage);
      const screen =
        process.stdout.isTTY &&
        process.stdin.isTTY &&
        options.plain !== true &&
        options.json !== true &&
        process.env['TERM'] !== 'dumb' &&
        process.env['CI'] === undefined &&
        options.once !== true &&
        options.why === undefined;
      const context = contextOf(options, signal);
      // only the screen shows what agents say; how those write that come with iter is known without their descriptors
      const shows = screen && hasOwnAgents(iteration);
      const feed = openFeed(
        iteration,
        person(),
        shows ? (await import('./own-agents.ts')).withOwnAgents(context, options, iteration) : context,
      );
      try {
        if (options.why !== undefined) return finish(why(feed.snapshot(), options.why, options.json === true));
        if (options.json === true) {
          json(statusJson(iteration.plan, iteration.state, feed.snapshot()));
          return finish(EXIT.done);
        }
        if (screen) {
          const { startMonitor } = await import('../tui/start.tsx');
          await startMonitor(feed, { color: process.env['NO_COLOR'] === undefined });
          say('the run goes on without the monitor; iter stop ends it');
          return finish(EXIT.done);
        }
        return finish(await lines(feed, options.once === true, signal));
      } finally {
        feed.close();
      }
    });
}

function why(view: Snapshot, id: string, asJson: boolean): number {
  const task = view.tasks.find((one) => one.id === id);
  if (task === undefined) {
    complain([{ what: `there is no task "${id}"`, fix: `use ${view.tasks.map((one) => one.id).join(', ')}` }]);
    return EXIT.usage;
  }
  if (asJson) json({ iteration: view.iteration, task, decisions: view.decisions.filter((open) => open.task === id) });
  else result(whyText(view, task, Date.now()));
  return EXIT.done;
}

/** Prints changes until nobody runs the iteration any more. */
/** Whether a person or the repository has added agents; most have not, and their library takes longer to load than the screen. */
function hasOwnAgents({ repository, directory }: Iteration): boolean {
  return [join(repository.root, '.iter', 'agents'), join(personalFolder(process.env), 'agents'), join(directory, 'agents')].some(isFolder);
}

async function lines(feed: ReturnType<typeof openFeed>, once: boolean, signal: AbortSignal): Promise<number> {
  let before: Snapshot | undefined;
  const print = (): void => {
    const now = feed.snapshot();
    for (const line of changeLines(before, now)) result(line);
    before = now;
  };
  print();
  if (once) return exitOf(before);
  while (feed.isRunning() && !signal.aborted) {
    await feed.changed(signal);
    print();
  }
  return exitOf(before);
}

function exitOf(view: Snapshot | undefined): number {
  return view?.status === 'waiting-for-person' ? EXIT.waiting : EXIT.done;
}
