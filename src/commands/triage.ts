/** `iter triage`: which workflow to take for a request, and why. Compares words; asks no model. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { Candidate, Ranked } from '../core/triage.ts';
import { triage } from '../core/triage.ts';
import { libraryWorkflows } from '../engine/workflow-library.ts';
import { loadWorkflow } from '../files/workflow.ts';
import { libraryPlaces } from './library-places.ts';
import { json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, verb } from './verb.ts';

export function command(finish: Finish): Command {
  return verb('triage', 'Which workflow to take for a request, and why.', 'iter triage "the login page answers 500 since the upgrade"')
    .argument('<text...>', 'the request, in your words')
    .action((words: readonly string[], options: Common) => {
      const request = words.join(' ');
      const candidates = libraryWorkflows(libraryPlaces(options))
        .filter((entry) => entry.hiddenBy === undefined)
        .flatMap(({ name, text, file, related }): Candidate[] => {
          const { workflow } = loadWorkflow(text, file, related);
          return workflow === undefined ? [] : [{ name, description: workflow.description, triggers: workflow.triggers }];
        });
      const ranked = triage(request, candidates);
      if (options.json === true) json({ request, workflows: ranked });
      else result(ranked.length === 0 ? nothingText(request, candidates) : rankedText(ranked));
      return finish(EXIT.done);
    });
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
