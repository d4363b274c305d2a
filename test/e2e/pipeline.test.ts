/** Seed 000's pipeline: nine steps by four roles with four checkpoints, played with the rehearsal agent. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

interface Place {
  readonly root: string;
  readonly directory: string;
}

async function made(environment: string): Promise<Place> {
  const root = repositoryWith({ 'README.md': '# Operator\n' });
  const flags = ['-w', 'feature-pipeline', '--agent', 'rehearsal', '--env', environment];
  await done(root, ['new', 'rotation', ...flags, '--input', 'scope=rotate keys,report status']);
  return { root, directory: path.join(root, 'iterations', '001-rotation') };
}

interface Asked {
  readonly exit: number | string;
  readonly step: string | undefined;
}

/** Launches until iter stops; gives the exit code and the step whose person is asked. */
async function launched({ root }: Place): Promise<Asked> {
  const { exit } = await iter(root, ['launch']);
  const { tasks, decisions } = jsonOf(await done(root, ['status', '--json', '1'])) as {
    tasks: { id: string; step: string }[];
    decisions: { task: string }[];
  };
  return { exit, step: tasks.find((task) => task.id === decisions[0]?.task)?.step };
}

/** The steps of the attempts since the nth event, in the order in which they started. */
async function worked({ root, directory }: Place, since = 0): Promise<string[]> {
  const { tasks } = jsonOf(await done(root, ['status', '--json', '1'])) as { tasks: { id: string; step: string }[] };
  const steps = new Map(tasks.map((task) => [task.id, task.step]));
  return eventsOf(directory)
    .slice(since)
    .filter((event) => event.type === 'attempt-started')
    .map((event) => steps.get(event.task ?? '') ?? '');
}

/** Fifteen tasks one after the other: long on a busy machine. */
const LONG = { timeout: 480_000 };

const BEFORE = ['design', 'design-review', 'test-cases'];
const OUTLINE = ['implementation-outline', 'quality-feedback', 'code-review'];
const AFTER = ['resolution', 'write-up', 'customer-doc'];

describe('the feature pipeline', () => {
  it(
    'in prod stops at every checkpoint; a no at the third has outline, feedback, review and resolution done again and nothing before them',
    LONG,
    async () => {
      const place = await made('prod');
      const { root, directory } = place;
      const stops: Asked[] = [];
      const approve = async (): Promise<void> => {
        stops.push(await launched(place));
        await done(root, ['approve']);
      };
      await approve();
      await approve();
      await approve();
      stops.push(await launched(place));
      expect((await worked(place)).toSorted()).toEqual([...BEFORE, ...OUTLINE].toSorted());
      const sentBack = eventsOf(directory).length;
      await done(root, ['reject', '-m', 'rotate without a restart']);
      await approve();
      stops.push(await launched(place));
      expect(await worked(place, sentBack)).toEqual([...OUTLINE, ...AFTER]);
      await done(root, ['approve']);
      stops.push(await launched(place));
      expect(stops).toEqual([
        { exit: 5, step: 'scope' },
        { exit: 5, step: 'checkpoint-1' },
        { exit: 5, step: 'checkpoint-2' },
        { exit: 5, step: 'checkpoint-3' },
        { exit: 5, step: 'checkpoint-3' },
        { exit: 5, step: 'checkpoint-4' },
        { exit: 0, step: undefined },
      ]);
      await done(root, ['merge']);
      expect(sh(root, 'ls-tree', '--name-only', 'main', 'docs/')).toBe('docs/rotation.md');
    },
  );

  it('in dev goes through alone', LONG, async () => {
    const place = await made('dev');
    expect(await launched(place)).toEqual({ exit: 0, step: undefined });
    expect((await worked(place)).toSorted()).toEqual([...BEFORE, ...OUTLINE, ...AFTER].toSorted());
    await done(place.root, ['merge']);
    expect(sh(place.root, 'ls-tree', '--name-only', 'main', 'docs/')).toBe('docs/rotation.md');
  });
});
