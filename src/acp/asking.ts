/** Answers what the agent asks before it acts: by the permission of the step, or by what a person says, who is asked with a file. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { PermissionOption, RequestPermissionRequest, RequestPermissionResponse, ToolCallUpdate } from '@agentclientprotocol/sdk';
import { type Asked, PERMISSIONS, type StepPermission, answerFile, requestFile, requestText, ruling } from '../core/permission.ts';
import { denied } from './record.ts';

export type Answerer = (request: RequestPermissionRequest, signal: AbortSignal) => Promise<RequestPermissionResponse>;

/** Milliseconds between two looks for the answer of a person. */
const LOOK = 100;

/** `stopping` aborts when the whole run is to end: nobody waits for an answer then. */
export function createAnswerer(permission: StepPermission, worktree: string, stopping: AbortSignal): Answerer {
  let number = 0;
  const sayTo = async (asked: Asked, signal: AbortSignal): Promise<'allow' | 'deny' | undefined> => {
    const said = ruling(permission, asked, worktree);
    if (said !== 'ask') return said;
    number += 1;
    const shown = { ...asked, paths: asked.paths.map((file) => shownIn(worktree, file)) };
    return askPerson(shown, number, AbortSignal.any([signal, stopping]));
  };
  return async ({ toolCall, options }, signal) => {
    const said = await sayTo(askedIn(toolCall), signal);
    if (said === 'deny') denied(toolCall.toolCallId);
    return chosen(options, said);
  };
}

/** Only for this once; an agent that offers nothing of the kind hears that its turn is over, which does nothing. */
function chosen(options: readonly PermissionOption[], said: 'allow' | 'deny' | undefined): RequestPermissionResponse {
  const kind = said === 'allow' ? 'allow_once' : 'reject_once';
  const option = said === undefined ? undefined : options.find((one) => one.kind === kind);
  return { outcome: option === undefined ? { outcome: 'cancelled' } : { outcome: 'selected', optionId: option.optionId } };
}

function askedIn({ title, kind, rawInput, locations, content }: ToolCallUpdate): Asked {
  const command = typeof rawInput === 'object' && rawInput !== null && 'command' in rawInput ? rawInput.command : undefined;
  const changed = (content ?? []).flatMap((one) => (one.type === 'diff' ? [one.path] : []));
  return {
    title: title ?? 'something without a name',
    kind: kind ?? 'other',
    ...(typeof command === 'string' ? { command } : {}),
    paths: [...new Set([...(locations ?? []).map((one) => one.path), ...changed])],
  };
}

/** As a person would name it who stands in the worktree. */
function shownIn(worktree: string, file: string): string {
  return file.startsWith(`${worktree}/`) ? file.slice(worktree.length + 1) : file;
}

/** Puts the question where the launch sees it and waits; undefined when nobody needs the answer any more. Nothing stays behind. */
async function askPerson(asked: Asked, number: number, signal: AbortSignal): Promise<'allow' | 'deny' | undefined> {
  const folder = path.join(process.env['ITER_DIR'] ?? '.', PERMISSIONS);
  const { ITER_TASK: task = 'T0', ITER_ATTEMPT: attempt = '0' } = process.env;
  const name = requestFile({ task, attempt, pid: process.pid, number });
  mkdirSync(folder, { recursive: true });
  const [request, answer] = [path.join(folder, name), path.join(folder, answerFile(name))];
  writeFileSync(`${request}.new`, requestText(asked));
  renameSync(`${request}.new`, request);
  const takeBack = (): void => {
    // the question first: an answer without a question is nobody's
    rmSync(request, { force: true });
    rmSync(answer, { force: true });
  };
  // at once: this process may have no time left after it
  signal.addEventListener('abort', takeBack, { once: true });
  try {
    while (!signal.aborted) {
      const said = textOf(answer);
      if (said === 'allow' || said === 'deny') return said;
      await pause(LOOK);
    }
    return undefined;
  } finally {
    takeBack();
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
