/** The types of mcp-client.mjs, which agents run without a build. */
import type { SpawnOptions } from 'node:child_process';

export interface Client {
  readonly ask: (method: string, params?: unknown) => Promise<unknown>;
  readonly start: () => Promise<unknown>;
  readonly call: (name: string, given?: unknown) => Promise<string>;
  readonly raw: (text: string) => void;
  readonly ended: () => Promise<number | null>;
}

export function connect(line: readonly string[], options?: SpawnOptions): Client;
