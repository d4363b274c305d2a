/** A workflow with everything said that it leaves unsaid, and where each step comes from: what the program will do with it. */
import { Document, isMap, isSeq, LineCounter, parse, parseDocument } from 'yaml';
import { hasAgent } from '../core/actor.ts';
import { durationText } from '../core/duration.ts';
import { needsOf } from '../core/stages.ts';
import type { Step, Workflow } from '../core/workflow.ts';
import { isSeedForm, type SeedSource, seedWorkflow } from './seed-form.ts';

export interface Origin {
  readonly step: string;
  /** 1-based. */
  readonly line: number;
}

/** The line each step starts on. */
export function stepOrigins(text: string): Origin[] {
  const lines = new LineCounter();
  const steps = parseDocument(text, { lineCounter: lines, uniqueKeys: false }).get('steps');
  if (!isSeq(steps)) return [];
  return steps.items.flatMap((item) =>
    isMap(item) && item.range ? [{ step: String(item.get('id')), line: lines.linePos(item.range[0]).line }] : [],
  );
}

/** YAML that loads to the same workflow, with no defaults left to look up; a comment above each step names its origin. */
export function resolvedText(text: string, file: string, workflow: Workflow): string {
  const document = isSeedForm(text) ? inOwnForm(text) : parseDocument(text, { uniqueKeys: false });
  const origins = stepOrigins(text);
  const needs = needsOf(workflow.steps);
  document.commentBefore = ` ${workflow.name} from ${file}, with everything it leaves unsaid`;
  document.delete('defaults');
  document.set('concurrency', workflow.concurrency);
  document.set('merge', document.createNode(workflow.merge, { flow: true }));
  const steps = document.get('steps');
  if (!isSeq(steps)) throw new Error(`workflow "${workflow.name}" has no list of steps`);
  steps.items.forEach((item, index) => {
    const step = workflow.steps[index];
    if (step === undefined || !isMap(item)) return;
    for (const [key, value] of Object.entries(said(step, needs.get(step.id) ?? []))) {
      if (value !== undefined) item.set(key, document.createNode(value, { flow: true }));
    }
    item.flow = false;
    item.commentBefore = ` from ${[file, origins[index]?.line].filter((part) => part !== undefined).join(':')}`;
  });
  return document.toString({ lineWidth: 0 });
}

/** The other form of workflow, said in this one; the roles that stand in such a file stay behind. */
function inOwnForm(text: string): Document {
  return new Document(seedWorkflow(parse(text) as SeedSource).source, { aliasDuplicateObjects: false });
}

/** What a step has been completed with; people have no attempts, no time limit and no agent. */
function said(step: Step, needs: readonly string[]): Readonly<Record<string, unknown>> {
  const always = { title: step.title, needs };
  if (step.human !== undefined) return always;
  return {
    ...always,
    ...(hasAgent(step) ? { agent: step.agent } : {}),
    retry: { max: step.retries },
    timeout: durationText(step.timeout),
    permission: step.permission,
    estimate: durationText(step.estimate * 60_000),
    points: step.points,
  };
}
