/** The little that travels through the engine: clock, environment, abort signal and where progress is said. */

import type { AgentDescriptor } from '../core/agent-descriptor.ts';

export interface Context {
  /** The time now; only for stamps and for showing ages. */
  readonly now: () => Date;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Says one line of progress to the person. */
  readonly say: (line: string) => void;
  /** The installed program: `process.execPath` and the files of the build; and agents besides those that come with it. */
  readonly program: {
    readonly node: string;
    readonly cli: string;
    readonly rehearsal: string;
    readonly acp: string;
    readonly agents?: readonly AgentDescriptor[];
  };
}
