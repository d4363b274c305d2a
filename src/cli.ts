/** argv → one command, imported only when it is called → exit code. The only place that ends the process. */

import type { Command } from 'commander';

interface Verb {
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: (finish: Finish, signal: AbortSignal) => Command }>;
}

/** How a command hands over its exit code. */
export type Finish = (code: number) => void;

declare const ITER_VERSION: string;

const VERBS: Readonly<Record<string, Verb>> = {
  init: { summary: 'write .iter/config.yaml for this repository', load: () => import('./commands/init.ts') },
  new: { summary: 'make an iteration folder from a workflow', load: () => import('./commands/new.ts') },
  launch: { summary: 'start agents in worktrees, and continue after any interruption', load: () => import('./commands/launch.ts') },
  run: { summary: 'new, launch, validate and merge in one go', load: () => import('./commands/run.ts') },
  monitor: { summary: 'watch a run, answer what it asks', load: () => import('./commands/monitor.ts') },
  status: { summary: 'where every task stands', load: () => import('./commands/status.ts') },
  validate: { summary: 'judge what would land', load: () => import('./commands/validate.ts') },
  merge: { summary: 'land what passes the gate', load: () => import('./commands/merge.ts') },
  undo: { summary: 'take the last landing back', load: () => import('./commands/undo.ts') },
  refresh: { summary: 'make prompts anew from the roles, skills and templates of today', load: () => import('./commands/refresh.ts') },
  compare: { summary: 'alternatives side by side', load: () => import('./commands/compare.ts') },
  decide: { summary: 'answer a pending decision, or list them', load: () => import('./commands/decide.ts') },
  approve: { summary: 'answer a pending decision with yes', load: () => import('./commands/approve.ts') },
  reject: { summary: 'answer a pending decision with no', load: () => import('./commands/reject.ts') },
  resolve: { summary: 'settle a conflict by hand', load: () => import('./commands/resolve.ts') },
  retry: { summary: 'have tasks done again, and what needs them', load: () => import('./commands/retry.ts') },
  skip: { summary: 'leave a task out, or do it with files of yours', load: () => import('./commands/skip.ts') },
  report: { summary: 'for agents: say where a task stands', load: () => import('./commands/report.ts') },
  message: { summary: 'what agents and people tell each other', load: () => import('./commands/message.ts') },
  inbox: { summary: 'for agents: what is addressed to you', load: () => import('./commands/inbox.ts') },
  block: { summary: 'for agents: say what stands in the way', load: () => import('./commands/block.ts') },
  ctx: { summary: 'for agents: values kept for each other', load: () => import('./commands/ctx.ts') },
  mcp: { summary: 'for agents: the same doors as a server of tools', load: () => import('./commands/mcp.ts') },
  logs: { summary: 'what an agent said', load: () => import('./commands/logs.ts') },
  stop: { summary: 'end agents with everything they started', load: () => import('./commands/stop.ts') },
  clean: { summary: 'remove worktrees and branches after saving them', load: () => import('./commands/clean.ts') },
  restore: { summary: 'bring back what clean removed', load: () => import('./commands/restore.ts') },
  workflow: { summary: 'list, show, check and resolve workflows', load: () => import('./commands/workflow.ts') },
  plan: { summary: 'have an agent draft an iteration for a goal', load: () => import('./commands/plan.ts') },
  triage: { summary: 'which workflow to take for a request', load: () => import('./commands/triage.ts') },
  graph: { summary: 'a workflow or a run as a chart', load: () => import('./commands/graph.ts') },
  schema: { summary: 'the JSON Schemas of the files people write', load: () => import('./commands/schema.ts') },
  rehearse: { summary: 'play a workflow in a throw-away repository', load: () => import('./commands/rehearse.ts') },
  roles: { summary: 'the personas steps are given to', load: () => import('./commands/roles.ts') },
  agents: { summary: 'the command lines iter can start, and what their output means', load: () => import('./commands/agents.ts') },
  trust: { summary: 'say that you have looked at the commands a repository runs in worktrees', load: () => import('./commands/trust.ts') },
  doctor: { summary: 'look whether everything iter needs is there', load: () => import('./commands/doctor.ts') },
};

async function main(argv: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = argv;
  if (name === '--version' || name === '-V') {
    process.stdout.write(`${ITER_VERSION}\n`);
    return 0;
  }
  if (name === '--help' || name === '-h' || name === 'help') return help(rest[0]);
  // `iter -C dir status` is what users of git type
  if (name === '-C' && rest.length > 1) return main([rest[1] ?? '', '-C', rest[0] ?? '.', ...rest.slice(2)]);
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) {
    const { nearest } = await import('./core/nearest.ts');
    const close = nearest(name, Object.keys(VERBS));
    process.stderr.write(`unknown command "${name}"${close === undefined ? '' : `; did you mean ${close}?`}; see iter --help\n`);
    return 2;
  }
  return perform(verb, rest);
}

async function perform(verb: Verb, argv: readonly string[]): Promise<number> {
  const { command } = await verb.load();
  const controller = new AbortController();
  let interrupted: number | undefined;
  const interrupt = (code: number) => (): void => {
    // a second signal does not wait for anything
    if (interrupted !== undefined) process.exit(code);
    interrupted = code;
    controller.abort(code === 130 ? 'interrupted' : 'terminated');
  };
  process.on('SIGINT', interrupt(130));
  process.on('SIGTERM', interrupt(143));
  let exit = 0;
  try {
    await command((code) => (exit = code), controller.signal).parseAsync(
      argv.filter((word) => word !== '--no-input'),
      { from: 'user' },
    );
    return interrupted ?? exit;
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (typeof code === 'string' && code.startsWith('commander.')) return (error as { readonly exitCode?: number }).exitCode === 0 ? 0 : 2;
    const { exitFor } = await import('./commands/verb.ts');
    const known = exitFor(error) ?? interrupted;
    if (known !== undefined) return known;
    const { visible } = await import('./core/visible.ts');
    const text = visible(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.stderr.write(
      `this is a bug in iter ${ITER_VERSION}; nothing that was recorded is lost. Please report it with this:\n${text}\n`,
    );
    return 70;
  }
}

async function help(name: string | undefined): Promise<number> {
  const verb = name === undefined || !Object.hasOwn(VERBS, name) ? undefined : VERBS[name];
  if (verb !== undefined) return perform(verb, ['--help']);
  const width = Math.max(...Object.keys(VERBS).map((one) => one.length));
  const lines = Object.entries(VERBS).map(([one, { summary }]) => `  ${one.padEnd(width)}  ${summary}`);
  process.stdout.write(
    `iter: run several coding agents on one repository; agents claim, iter checks, people decide\n\nUsage: iter <command> [options]\n\n${lines.join('\n')}\n\nEach command has its own --help. Start with: iter new <slug>, then iter launch\n`,
  );
  return 0;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // the reader of a pipe has seen enough
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// where a command waits for something that nothing keeps alive, Node would end in the middle of it and call that 0
process.exitCode = 70;
// rejects only on our own mistakes: they end the process with their stack
void main(process.argv.slice(2)).then((code) => process.exit(code));
