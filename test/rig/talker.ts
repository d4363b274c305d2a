/** The descriptor of an agent that speaks the Agent Client Protocol and does what the test lists; see `acp-agent.mjs`. */
import path from 'node:path';

const PROGRAM = path.resolve(import.meta.dirname, 'acp-agent.mjs');

/** The text of `.iter/agents/<name>.yaml`; `acp` has more lines for that part of it. */
export function talker(name: string, deeds: readonly object[], ...acp: readonly string[]): string {
  return `name: ${name}
about: Speaks the protocol.
binary: ${process.execPath}
arguments: []
prompt: stdin
format: text
acp:
${[`arguments: ${JSON.stringify([PROGRAM, JSON.stringify(deeds)])}`, ...acp].map((line) => `  ${line}\n`).join('')}install: ask around
`;
}
