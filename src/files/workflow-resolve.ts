/** A workflow with everything said that it leaves unsaid, and where each step comes from: what the program will do with it. */
import { Document, isMap, isSeq, parse, parseDocument } from 'yaml';
import { hasAgent } from '../core/actor.ts';
import { durationText } from '../core/duration.ts';
import { needsOf } from '../core/stages.ts';
import type { Step } from '../core/workflow.ts';
import { isSeedForm, type SeedSource, seedWorkflow } from './seed-form.ts';
import type { LoadedWorkflow } from './workflow.ts';
import type { LineOfFile, StepOrigin } from './step-origins.ts';
import type { WorkflowSource } from './workflow-source.ts';

/** YAML that loads to the same workflow, with no defaults left to look up; a comment above each step names its origin. */
export function resolvedText(text: string, file: string, loaded: LoadedWorkflow): string {
  const { workflow, origins = [], removals = [], combined } = loaded;
  if (workflow === undefined) throw new Error(`${file} has problems, and so does not say what it means`);
  const document =
    combined === undefined ? (isSeedForm(text) ? inOwnForm(text) : parseDocument(text, { uniqueKeys: false })) : documentOf(combined);
  const needs = needsOf(workflow.steps);
  const gone = removals.map(({ step, at, order }) => ` ${step} removed by ${at}: ${order}`);
  document.commentBefore = [` ${workflow.name} from ${file}, with everything it leaves unsaid`, ...gone].join('\n');
  document.delete('defaults');
  const { concurrency, perProvider } = workflow;
  const places = perProvider === undefined ? concurrency : { agents: concurrency, per_provider: perProvider };
  document.set('concurrency', document.createNode(places, { flow: true }));
  document.set('merge', document.createNode(workflow.merge, { flow: true }));
  const steps = listsIn(document);
  if (steps.length === 0) throw new Error(`workflow "${workflow.name}" has no list of steps`);
  steps.forEach((item, index) => {
    const step = workflow.steps[index];
    if (step === undefined || !isMap(item)) return;
    for (const [key, value] of Object.entries(said(step, needs.get(step.id) ?? []))) {
      if (value !== undefined) item.set(key, document.createNode(value, { flow: true }));
    }
    item.flow = false;
    const origin = origins[index];
    item.commentBefore = origin === undefined ? ` from ${file}` : originLines(origin).join('\n');
  });
  return document.toString({ lineWidth: 0 });
}

/** A workflow made of several files, said in one. */
export function combinedText(source: WorkflowSource): string {
  return documentOf(source).toString({ lineWidth: 0 });
}

/** The steps in the order they are done in. */
function listsIn(document: Document): unknown[] {
  return ['steps', 'finally'].flatMap((key) => {
    const list: unknown = document.get(key);
    return isSeq(list) ? list.items : [];
  });
}

function originLines({ from, changed, used }: StepOrigin): string[] {
  const at = ({ file, line }: LineOfFile): string => [file, line].filter((part) => part !== undefined).join(':');
  return [
    ` from ${at(from)}`,
    ...(used.length === 0 ? [] : [` in the place of ${used.map(at).join(', ')}`]),
    ...(changed.length === 0 ? [] : [` changed by ${changed.map(at).join(', ')}`]),
  ];
}

/** The other form of workflow, said in this one; the roles that stand in such a file stay behind. */
function inOwnForm(text: string): Document {
  return documentOf(seedWorkflow(parse(text) as SeedSource).source);
}

function documentOf(source: WorkflowSource): Document {
  return new Document(source, { aliasDuplicateObjects: false });
}

function backoffSaid(backoff: Step['backoff']): Readonly<Record<string, string>> {
  if (backoff === undefined) return {};
  return { backoff: backoff.grows, delay: durationText(backoff.delay), max_delay: durationText(backoff.longest) };
}

/** What a step has been completed with; people have no attempts, no time limit and no agent. */
function said(step: Step, needs: readonly string[]): Readonly<Record<string, unknown>> {
  const always = { title: step.title, needs };
  if (step.human !== undefined) return always;
  return {
    ...always,
    ...(hasAgent(step) ? { agent: step.agent, provider: step.provider } : {}),
    retry: { max: step.retries, ...backoffSaid(step.backoff), on: step.retryOn },
    timeout: durationText(step.timeout),
    stall_after: step.stallAfter === undefined ? undefined : durationText(step.stallAfter),
    idle_timeout: step.idleTimeout === undefined ? undefined : durationText(step.idleTimeout),
    max_turns: step.maxTurns,
    budget: step.budget,
    permission: step.permission,
    sandbox: step.sandbox,
    estimate: durationText(step.estimate * 60_000),
    points: step.points,
  };
}
