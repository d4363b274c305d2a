/** A workflow file as written, in the shape schemas/workflow.schema.json promises. */
import type { Amounts } from '../core/budget.ts';
import type { Level, Place } from '../core/check.ts';
import { type ItemKind } from '../core/checklist.ts';
import type { TimeoutAnswer } from '../core/event.ts';
import type { Fields } from '../core/fields.ts';
import type { HumanStep } from '../core/human.ts';
import type { Models } from '../core/model.ts';
import type { MergeStrategy } from '../core/plan.ts';
import type { ContextRules } from '../core/prompt-context.ts';
import type { RetryCause } from '../core/retry.ts';
import type { SandboxSource } from '../core/sandbox.ts';
import type { InputValue, Step, Targets, Workflow } from '../core/workflow.ts';
import { type CheckSource } from './workflow-checks.ts';

export interface DeliverableSource {
  readonly id: string;
  readonly path: string;
  readonly in?: Place | 'worktree';
  readonly level?: Level;
  readonly fields?: Fields;
  readonly checks?: readonly CheckSource[];
}

export interface ContextSource {
  readonly budget?: number;
  readonly full?: number;
  readonly older?: ContextRules['older'];
  readonly summary_max?: number;
  readonly on_overflow?: ContextRules['onOverflow'];
}

export interface RetrySource {
  readonly max?: number;
  readonly backoff?: 'fixed' | 'exponential';
  readonly delay?: string;
  readonly max_delay?: string;
  readonly on?: readonly RetryCause[];
}

export interface BudgetSource extends Amounts {
  readonly wall?: string;
  readonly warn_at?: number;
  readonly on_exceed?: 'pause' | 'warn';
  readonly roles?: Readonly<Record<string, Amounts>>;
}

export interface Defaults {
  readonly context?: ContextSource;
  readonly agent?: string;
  readonly provider?: string;
  readonly timeout?: string;
  readonly stall_after?: string;
  readonly idle_timeout?: string;
  readonly max_turns?: number;
  readonly budget?: Amounts;
  readonly retry?: RetrySource;
  readonly permission?: NonNullable<Step['permission']>;
  readonly sandbox?: SandboxSource;
}

export interface HumanSource extends Pick<HumanStep, 'ask' | 'who' | 'mode'>, Partial<Pick<HumanStep, 'show' | 'may'>> {
  readonly timeout?: string;
  readonly on_timeout?: TimeoutAnswer;
}

export interface EnvironmentSource {
  readonly human: 'required' | 'optional';
  readonly timeout?: string;
  readonly on_timeout?: TimeoutAnswer;
}

export interface GateSource {
  readonly checklist?: string;
  readonly on_reject: {
    readonly goto: string;
    readonly max?: number;
    readonly then?: 'escalate' | 'fail' | 'proceed';
    readonly with?: 'findings' | 'full-review';
    readonly fresh?: boolean;
  };
}

export interface TargetsSource {
  /** `inputs.<name>`, `steps.<id>.outputs.<name>`, or the id of a step. */
  readonly from?: string;
  readonly glob?: string | readonly string[];
  readonly as?: string;
  readonly points?: number;
  readonly allocate?: {
    readonly strategy?: Targets['strategy'];
    readonly max_targets?: number;
    readonly max_points?: number;
    readonly on_high?: Targets['onHigh'];
  };
}

export interface StepSource extends Defaults {
  readonly id: string;
  readonly title?: string;
  readonly role?: string;
  readonly human?: HumanSource;
  readonly run?: string;
  readonly when?: string;
  readonly stage?: string;
  readonly needs?: readonly string[];
  readonly join?: 'all' | 'each';
  readonly alternatives?: number | readonly AlternativeSource[];
  readonly pick?: PickSource;
  /** A workflow whose steps stand in the place of this one: by name or path, or the one of several an expression names. */
  readonly uses?: string | { readonly by: string; readonly one_of: readonly string[] };
  /** Values for the inputs of the workflow that is used. */
  readonly with?: Readonly<Record<string, InputValue>>;
  /** What its agent or command finds as inputs, in the place of those of the workflow. */
  readonly values?: Readonly<Record<string, InputValue>>;
  readonly targets?: TargetsSource;
  readonly prompt?: string;
  readonly skills?: readonly string[];
  readonly deliverables?: readonly DeliverableSource[];
  readonly checks?: readonly CheckSource[];
  readonly checklist?: string;
  readonly model?: string;
  readonly gate?: GateSource;
  readonly estimate?: string;
  readonly points?: number;
}

export interface AlternativeSource {
  readonly id: string;
  readonly agent?: string;
  readonly prompt?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

export interface PickSource {
  readonly from: string;
  readonly by?: string;
  readonly score?: readonly { readonly metric: string; readonly weight?: number; readonly better?: 'higher' | 'lower' }[];
  readonly tie?: 'human' | 'first';
  readonly ask?: string;
}

export interface InputSource {
  readonly type: 'string' | 'number' | 'boolean' | 'list';
  readonly required?: boolean;
  readonly default?: InputValue;
  readonly description?: string;
}

export interface StageSource {
  readonly title?: string;
  readonly goal?: string;
  readonly checks?: readonly CheckSource[];
}

export interface WorkflowSource {
  readonly version: 1;
  readonly name: string;
  readonly description?: string;
  readonly triggers?: readonly string[];
  readonly inputs?: Readonly<Record<string, InputSource>>;
  readonly environments?: Readonly<Record<string, EnvironmentSource>>;
  readonly concurrency?: number | { readonly agents?: number; readonly per_provider?: Readonly<Record<string, number>> };
  readonly budget?: BudgetSource;
  readonly defaults?: Defaults;
  readonly models?: Models;
  readonly checklists?: Readonly<Record<string, Readonly<Partial<Record<ItemKind, readonly string[]>>>>>;
  readonly stages?: Readonly<Record<string, StageSource>>;
  readonly decision?: { readonly caution_margin?: number; readonly caution_approvers?: readonly string[] };
  readonly escalation?: { readonly to: string; readonly triage_within?: string };
  readonly steps: readonly StepSource[];
  readonly finally?: readonly StepSource[];
  readonly checks?: readonly CheckSource[];
  readonly merge?: { readonly strategy?: MergeStrategy };
  readonly templates?: Workflow['templates'];
  readonly skills?: Workflow['skills'];
}

/** A file that changes another workflow in place of saying a whole one. */
export interface OverlaySource extends Partial<Omit<WorkflowSource, 'version' | 'name' | 'inputs' | 'checklists' | 'stages'>> {
  readonly version: 1;
  readonly name: string;
  readonly extends: string;
  /** Null takes out what the workflow that is extended has under that name; so it does below. */
  readonly inputs?: Readonly<Record<string, InputSource | null>>;
  readonly checklists?: Readonly<Record<string, NonNullable<WorkflowSource['checklists']>[string] | null>>;
  readonly stages?: Readonly<Record<string, StageSource | null>>;
  readonly overlay?: readonly OperationSource[];
}

/** One change of an overlay; a sound one has exactly one of insert, replace, change and remove. */
export interface OperationSource {
  readonly insert?: readonly StepSource[];
  readonly after?: string;
  readonly before?: string;
  readonly replace?: string;
  readonly with?: StepSource;
  readonly change?: string;
  /** Null takes a key out. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: string;
}

/** The steps of `finally`, each of which waits for all that come before it. */
export function lastSteps(source: Pick<WorkflowSource, 'steps' | 'finally'>): StepSource[] {
  const last = source.finally ?? [];
  return last.map((step, index) => ({ ...step, needs: [...source.steps, ...last.slice(0, index)].map((other) => other.id) }));
}

/** `steps.plan.outputs.parts`: a list that a step delivers. */
export function outputPath(from: string): { readonly step: string; readonly field: string } | undefined {
  const [, step, field] = /^steps\.([^.]+)\.outputs\.([^.]+)$/.exec(from) ?? [];
  return step === undefined || field === undefined ? undefined : { step, field };
}
