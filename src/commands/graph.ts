/** `iter graph`: a workflow, or an iteration with the state of its tasks, as a chart in the language of Mermaid. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { runGraph, workflowGraph } from '../core/graph.ts';
import { snapshot } from '../core/snapshot.ts';
import { findWorkflow } from '../engine/workflow-library.ts';
import { loadWorkflow } from '../files/workflow.ts';
import { libraryPlaces } from './library-places.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, isRunning, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly iteration?: string;
  readonly format: string;
}

export function command(finish: Finish): Command {
  return verb('graph', 'A workflow, or an iteration with the state of its tasks, as a chart.', 'iter graph plan-build-review-doc')
    .argument('[workflow]', 'name or path of a workflow; left out, the newest unfinished iteration is drawn')
    .option('--iteration <iteration>', 'number, slug or folder')
    .option('--format <name>', 'mermaid', 'mermaid')
    .action((wanted: string | undefined, options: Flags) => {
      const drawn = drawing(wanted, options);
      if (drawn === undefined) return finish(EXIT.usage);
      if (options.json === true) json({ ...drawn, format: options.format });
      else result(drawn.graph.replace(/\n$/, ''));
      return finish(EXIT.done);
    });
}

/** The chart and what it is of, or undefined after saying what is wrong. */
function drawing(
  wanted: string | undefined,
  options: Flags,
): { readonly workflow: string; readonly iteration?: string; readonly graph: string } | undefined {
  if (options.format !== 'mermaid') {
    complain([{ what: `unknown format "${options.format}"`, fix: 'use mermaid' }]);
    return undefined;
  }
  if (wanted !== undefined && options.iteration !== undefined) {
    complain([{ what: 'a workflow and an iteration are named', fix: 'name one of them' }]);
    return undefined;
  }
  if (wanted === undefined) {
    const iteration = iterationAt(options, options.iteration);
    if (iteration === undefined) return undefined;
    const { plan, state, directory, name } = iteration;
    return {
      workflow: plan.workflow,
      iteration: name,
      graph: runGraph(plan, snapshot(plan, state, { directory, running: isRunning(iteration) })),
    };
  }
  const chosen = findWorkflow(wanted, resolve(options.directory), libraryPlaces(options));
  if ('problem' in chosen) {
    complain([chosen.problem]);
    return undefined;
  }
  const { workflow, problems } = loadWorkflow(chosen.found.text, chosen.found.file, chosen.found.related);
  if (workflow === undefined) {
    complain(problems);
    return undefined;
  }
  return { workflow: workflow.name, graph: workflowGraph(workflow) };
}
