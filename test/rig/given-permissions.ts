/** What iter has answered to the requests of an agent in a conversation, by the log of it. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

interface Message {
  readonly params?: { readonly options?: readonly { readonly optionId: string; readonly kind: string }[] };
  readonly result?: { readonly outcome?: { readonly optionId?: string } };
}

/** The kinds of the options that were taken, in their order, in all logs of an iteration. */
export function permissionsIn(directory: string): readonly string[] {
  const logs = path.join(directory, '.run', 'logs');
  const files = readdirSync(logs).toSorted();
  const lines = files.flatMap((name) => readFileSync(path.join(logs, name), 'utf8').split('\n'));
  const kinds = new Map<string, string>();
  return lines
    .filter((one) => one.startsWith('{"from":'))
    .flatMap((line) => {
      const { message } = JSON.parse(line) as { readonly message?: Message };
      for (const { optionId, kind } of message?.params?.options ?? []) kinds.set(optionId, kind);
      const { optionId } = message?.result?.outcome ?? {};
      return optionId === undefined ? [] : [kinds.get(optionId) ?? 'nothing that was offered'];
    });
}
