/** `iter triage`: which workflow to take for a request, and why. Compares words; asks a model only when an agent is named. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { inputWords } from '../core/plan-draft.ts';
import { shellLine } from '../core/shell-words.ts';
import type { Candidate, Ranked } from '../core/triage.ts';
import { triage } from '../core/triage.ts';
import { draftPlan } from '../engine/draft-plan.ts';
import { settingsOf } from '../engine/settings.ts';
import { knownWorkflows } from './known-workflows.ts';
import { libraryPlaces } from './library-places.ts';
import { complain, json, result } from './out.ts';
import { withOwnAgents } from './own-agents.ts';
import type { Common } from './verb.ts';
import { contextOf, EXIT, repositoryAt, verb } from './verb.ts';

interface TriageFlags extends Common {
  readonly agent?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('triage', 'Which workflow to take for a request, and why.', 'iter triage "the login page answers 500 since the upgrade"')
    .argument('<text...>', 'the request, in your words')
    .option('--agent <name>', 'have this agent choose, in the role of the lead, instead of counting words')
    .action(async (words: readonly string[], options: TriageFlags) => {
      const request = words.join(' ');
      return finish(options.agent === undefined ? byWords(request, options) : await byAgent(request, options.agent, { options, signal }));
    });
}

function byWords(request: string, options: Common): number {
  const candidates = Object.values(knownWorkflows(libraryPlaces(options)));
  const ranked = triage(request, candidates);
  if (options.json === true) json({ request, workflows: ranked });
  else result(ranked.length === 0 ? nothingText(request, candidates) : rankedText(ranked));
  return EXIT.done;
}

async function byAgent(
  request: string,
  agent: string,
  { options, signal }: { readonly options: Common; readonly signal: AbortSignal },
): Promise<number> {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return EXIT.usage;
  const settings = await settingsOf(repository, { environment: process.env, directory: options.directory, targets: [], inputs: [] });
  if ('problems' in settings) {
    complain(settings.problems);
    return EXIT.usage;
  }
  const places = libraryPlaces(options);
  const workflows = knownWorkflows(places);
  const answered = await draftPlan(
    { repository, places, request, agent, models: settings.models, workflows, wanted: 'choice', obstacles: () => Promise.resolve([]) },
    withOwnAgents(contextOf(options, signal), options),
  );
  if ('problems' in answered) {
    complain(answered.problems);
    return answered.exit;
  }
  const { workflow, inputs, reason } = answered.value;
  const next = `iter new <slug> -w ${workflow} ${shellLine(inputWords(inputs))}`.trimEnd();
  if (options.json === true) json({ request, agent, workflow, inputs, reason });
  else result(`${workflow}: ${reason}\nnext: ${next}`);
  return EXIT.done;
}

function rankedText(ranked: readonly Ranked[]): string {
  const width = Math.max(...ranked.map((one) => one.name.length));
  const lines = ranked.map(({ name, score, matches, triggers }) => {
    const words = matches.map((match) => `${match.word} (${match.in})`).join(', ');
    const whole = triggers.map((trigger) => `; "${trigger}"`).join('');
    return `${String(score).padStart(3)}  ${name.padEnd(width)}  ${words}${whole}`;
  });
  return [...lines, `next: iter new <slug> -w ${ranked[0]?.name ?? ''}`].join('\n');
}

function nothingText(request: string, candidates: readonly Candidate[]): string {
  const width = Math.max(...candidates.map((one) => one.name.length));
  const lines = candidates.map(({ name, description }) => `  ${name.padEnd(width)}  ${description.replaceAll(/\s+/g, ' ').trim()}`);
  return [`no workflow has a word of "${request}"; there are:`, ...lines].join('\n');
}
