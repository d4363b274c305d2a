/**
 * Ends containers, and looks what is there for them. A container outlives the program that has started it, and its processes need not be on this machine:
 * who starts one leaves a note, and whoever finds the note can end it by its name.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import type { Runtime } from '../core/sandbox.ts';
import { RUNTIMES } from '../core/sandbox.ts';
import { readText } from './disk.ts';
import { listFiles, writeText } from './folder.ts';

export interface Named {
  readonly runtime: Runtime;
  readonly name: string;
  /** Folder of notes. */
  readonly notes: string;
}

export interface Called {
  readonly environment: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly exitCode: number | undefined;
  /** Output and errors. */
  readonly said: string;
}

/** Milliseconds for what takes a running engine a fraction of a second. */
const PATIENCE = 30_000;
/** Milliseconds between two questions. */
const LOOK = 50;

/** Calls podman or docker with words that start nothing. */
export async function askRuntime(runtime: Runtime, argv: readonly string[], { environment }: Called): Promise<Answer> {
  const result = await execa(runtime, argv, {
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: PATIENCE,
  });
  return { exitCode: result.exitCode, said: result.all === '' ? (result.message ?? '') : result.all };
}

/** Notes that a container of this name is about to be made. */
export function noteContainer({ runtime, name, notes }: Named): void {
  writeText(path.join(notes, name), `${runtime}\n`);
}

/** Takes the note back: none was made. */
export function forgetContainer({ name, notes }: Named): void {
  rmSync(path.join(notes, name), { force: true });
}

/** Ends and removes a container; it need not be there. True when it was still running. The note stays when the engine does not answer. */
export async function endContainer({ runtime, name, notes }: Named, called: Called): Promise<boolean> {
  const killed = await askRuntime(runtime, ['kill', name], called);
  let removed = await askRuntime(runtime, ['rm', '--force', name], called);
  // the engine removes it by itself when it ends, and two at the same thing are in each other's way
  for (const begun = performance.now(); /already in progress/i.test(removed.said) && performance.now() - begun < PATIENCE;) {
    await pause(LOOK);
    removed = await askRuntime(runtime, ['rm', '--force', name], called);
  }
  if (removed.exitCode === 0 || /no such container/i.test(removed.said)) forgetContainer({ runtime, name, notes });
  return killed.exitCode === 0;
}

/** Ends every container there is a note of. Gives how many were still running, and the names of those that may still be there. */
export async function endNoted(notes: string, called: Called): Promise<{ readonly ended: number; readonly left: readonly string[] }> {
  let ended = 0;
  for (const name of listFiles(notes)) {
    const runtime = RUNTIMES.find((one) => one === readText(path.join(notes, name))?.trim());
    if (runtime !== undefined && (await endContainer({ runtime, name, notes }, called))) ended += 1;
  }
  return { ended, left: listFiles(notes) };
}
