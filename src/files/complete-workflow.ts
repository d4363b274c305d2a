/** A workflow as the program reads it: what its file says, completed with what it leaves unsaid. */
import type { Budget } from '../core/budget.ts';
import { checklistItems } from '../core/checklist.ts';
import { said } from '../core/said.ts';
import type { Environment, Stage, Workflow } from '../core/workflow.ts';
import { duration, stepOf } from './complete-step.ts';
import { checkOf, type Reports, reportsOf } from './workflow-checks.ts';
import type { BudgetSource, EnvironmentSource, StageSource, WorkflowSource } from './workflow-source.ts';
import { lastSteps } from './workflow-source.ts';

/** Values for what a workflow leaves unsaid. */
const UNSAID = { concurrency: 3, strategy: 'linear' } as const;

/** Completes a workflow with what it leaves unsaid. */
export function workflowOf(source: WorkflowSource): Workflow {
  const reports = reportsOf([...source.steps, ...(source.finally ?? [])]);
  const { checklists, stages, escalation, defaults = {} } = source;
  const { caution_margin: cautionMargin, caution_approvers: cautionApprovers } = source.decision ?? {};
  return said({
    version: 1 as const,
    name: source.name,
    description: source.description ?? '',
    triggers: source.triggers ?? [],
    inputs: each(source.inputs ?? {}, (input) => ({ ...input, required: input.required ?? false })) as Workflow['inputs'],
    environments: each(source.environments ?? {}, environmentOf),
    ...concurrencyOf(source.concurrency),
    budget: source.budget === undefined ? undefined : budgetOf(source.budget),
    models: source.models,
    checklists: checklists === undefined ? undefined : each(checklists, checklistItems),
    stages: stages === undefined ? undefined : each(stages, (stage) => stageOf(stage, reports)),
    decision: source.decision === undefined ? undefined : said({ cautionMargin, cautionApprovers }),
    escalation: escalation === undefined ? undefined : said({ to: escalation.to, triageWithin: duration(escalation.triage_within) }),
    steps: [
      ...source.steps.map((step) => stepOf(step, defaults, reports)),
      ...lastSteps(source).map((step) => ({ ...stepOf(step, defaults, reports), finally: true })),
    ],
    checks: (source.checks ?? []).flatMap((check) => checkOf(check, reports) ?? []),
    merge: { strategy: source.merge?.strategy ?? UNSAID.strategy },
    templates: source.templates,
    skills: source.skills,
  });
}

function each<From, To>(named: Readonly<Record<string, From>>, make: (one: From) => To): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(named).map(([name, one]) => [name, make(one)]));
}

function environmentOf({ human, timeout, on_timeout: onTimeout }: EnvironmentSource): Environment {
  return said({ human, timeout: duration(timeout), onTimeout });
}

function concurrencyOf(written: WorkflowSource['concurrency']): Pick<Workflow, 'concurrency' | 'perProvider'> {
  if (typeof written !== 'object') return { concurrency: written ?? UNSAID.concurrency };
  const { agents = UNSAID.concurrency, per_provider: perProvider } = written;
  return said({ concurrency: agents, perProvider });
}

function budgetOf({ wall, warn_at: warnAt, on_exceed: onExceed, ...amounts }: BudgetSource): Budget {
  return said({ ...amounts, wall: duration(wall), warnAt, onExceed: onExceed === 'warn' ? onExceed : undefined });
}

function stageOf({ title, goal, checks = [] }: StageSource, reports: Reports): Stage {
  return said({ title, goal, checks: checks.flatMap((check) => checkOf(check, reports) ?? []) });
}
