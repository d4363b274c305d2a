/** What the program that talks to an agent by the Agent Client Protocol is told when it is started, as its first argument. */
import type { AcpTransport } from '../core/agent-descriptor.ts';
import type { StepPermission } from '../core/permission.ts';

export interface AcpRun {
  readonly permission: StepPermission;
  /** The mode its session is put into. */
  readonly mode?: string;
  /** Goes on with this session. */
  readonly session?: string;
  /** A server of tools for this run, started by the agent. */
  readonly mcp?: { readonly command: string; readonly args: readonly string[] };
}

/** The arguments of that program: what it is told, and the command line of the agent behind `--`. */
export function acpArguments(run: Omit<AcpRun, 'mode'>, { modes }: AcpTransport, command: readonly string[]): string[] {
  const mode = modes[run.permission];
  return [JSON.stringify({ ...run, ...(mode === undefined ? {} : { mode }) }), '--', ...command];
}

/** Its arguments read again; throws where nobody has written them for it. */
export function readAcpArguments(argv: readonly string[]): { readonly run: AcpRun; readonly command: readonly string[] } {
  const [told, dashes, ...command] = argv;
  if (told === undefined || dashes !== '--' || command.length === 0)
    throw new Error('this program is started by iter: <what to do> -- <command line of an agent>');
  return { run: JSON.parse(told) as AcpRun, command };
}
