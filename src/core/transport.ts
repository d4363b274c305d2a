/** In which of two ways an agent is driven: by the lines it prints, or, where its name ends in `+acp`, in a conversation by the Agent Client Protocol. */

const ACP = '+acp';

/** The name under which an agent is driven by the protocol. */
export const overAcp = (name: string): string => `${name}${ACP}`;

/** Whose descriptor that is: the name without the transport. A command line is taken as it is. */
export function agentOf(name: string): string {
  return name.endsWith(ACP) && !name.startsWith('command:') ? name.slice(0, -ACP.length) : name;
}
