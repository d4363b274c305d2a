/** The test's side of agent.mjs: gives orders, and sees which processes have announced themselves. */
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type Order =
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'commit' | 'hang' | 'escape' | 'ignore-signals' }
  /** So many MB of numbered lines of a kilobyte. */
  | { readonly do: 'print'; readonly megabytes: number }
  | { readonly do: 'git'; readonly cwd: string; readonly argv: readonly string[] }
  | { readonly do: 'work'; readonly milliseconds: number }
  | { readonly do: 'wait-for'; readonly file: string }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'claim'; readonly word: string; readonly task?: string }
  | { readonly do: 'report'; readonly word: string; readonly message: string };

/** A process that belongs to an agent: the agent itself, or what it let escape. */
export interface Announced {
  readonly task: string;
  readonly attempt: number;
  readonly pid: number;
  /** Clock ticks since boot, which tells it from a later process of the same number. */
  readonly birth: string;
  readonly escaped?: true;
  /** ITER_PORT and TMPDIR of the agent itself. */
  readonly port?: string;
  readonly temporary?: string;
}

export interface Driven {
  /** For `--agent`. */
  readonly agent: string;
  /** For the environment of `iter`. */
  readonly env: Readonly<Record<string, string>>;
  /** What `T1`, `T1-2` (its second attempt) or `any` task is to do. */
  order(who: string, orders: readonly Order[]): void;
  /** Lets agents go on that wait for this file. */
  release(file: string): void;
  announced(): Announced[];
  /** Tasks that had two agents at the same time. */
  twice(): string[];
}

/** Agents under the control of this test. */
export function drivenAgents(): Driven {
  const control = mkdtempSync(path.join(tmpdir(), 'iter-control-'));
  const named = (start: string): string[] => readdirSync(control).filter((name) => name.startsWith(start) && !name.endsWith('.new'));
  return {
    agent: `command:node ${path.join(import.meta.dirname, 'agent.mjs')}`,
    env: { ITER_TEST_CONTROL: control },
    order: (who, orders) => writeFileSync(path.join(control, `${who}.json`), JSON.stringify(orders)),
    release: (file) => writeFileSync(path.join(control, file), ''),
    announced: () => named('started-').map((name) => JSON.parse(readFileSync(path.join(control, name), 'utf8')) as Announced),
    twice: () => named('twice-'),
  };
}

/** One file of its own, committed: the least that counts as work. */
export const PIECE: readonly Order[] = [{ do: 'write', path: 'pieces/{task}.txt', text: 'made by {task}\n' }, { do: 'commit' }];

/** True while that very process runs. */
export function runs({ pid, birth }: Pick<Announced, 'pid' | 'birth'>): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && fields[19] === birth;
  } catch {
    return false;
  }
}

/** All running processes that carry the mark of an iteration and, if asked for, this entry in their environment. */
export function processesOf(directory: string, entry = ''): Pick<Announced, 'pid' | 'birth'>[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = `\0${readFileSync(`/proc/${name}/environ`, 'utf8')}`;
        const marked = environment.includes(`\0ITER_RUN_ID=${directory}:`) && environment.includes(`\0${entry}`);
        return marked ? [{ pid: Number(name), birth: birthOf(name) }] : [];
      } catch {
        // it has ended since the listing
        return [];
      }
    })
    .filter(runs);
}

/** The command lines of all running processes that work in this folder or below, or were told of it; whether iter would find them or not. */
export function processesNear(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [command, environment] = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`, 'utf8'));
        const isNear = [command, environment, readlinkSync(`/proc/${name}/cwd`)].some((text) => text?.includes(folder));
        return isNear && runs({ pid: Number(name), birth: birthOf(name) }) ? [(command ?? '').replaceAll('\0', ' ')] : [];
      } catch {
        // it has ended since the listing
        return [];
      }
    });
}

/** True while an agent of this task runs a program of this name. */
export function isRunning(directory: string, task: string, program: string): boolean {
  return processesOf(directory, `ITER_TASK=${task}\0`).some(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8') === `${program}\n`;
    } catch {
      return false;
    }
  });
}

/** Clock ticks between the start of the machine and that of a process; throws when it is gone. */
function birthOf(pid: string): string {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
