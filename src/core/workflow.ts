/** A workflow as loaded: what may happen. `files/workflow.ts` reads it from YAML; `core/expand.ts` turns it into tasks. */
import type { StepPermission } from './permission.ts';
import type { Amounts, Budget } from './budget.ts';
import type { Criterion, Level, Place } from './check.ts';
import type { ChecklistItem } from './checklist.ts';
import type { TimeoutAnswer } from './event.ts';
import type { Fields } from './fields.ts';
import type { HumanStep } from './human.ts';
import type { Models } from './model.ts';
import type { Backoff, DecisionRules, Escalation, Gate, MergeStrategy } from './plan.ts';
import type { ContextRules } from './prompt-context.ts';
import type { RetryCause } from './retry.ts';
import type { Sandbox } from './sandbox.ts';

export interface Input {
  readonly type: 'string' | 'number' | 'boolean' | 'list';
  readonly description?: string;
  readonly required: boolean;
  readonly default?: InputValue;
}

export type InputValue = string | number | boolean | readonly string[];
export type Inputs = Readonly<Record<string, InputValue>>;

/** A check of a step before expansion: texts may hold `{{ inputs.x }}`, `{{ target }}`, `{{ target.id }}`, `{{ iteration.slug }}`. */
export interface CheckTemplate {
  readonly id?: string;
  readonly level: Level;
  readonly criterion: Criterion;
  /** Quoted to the agent when the check fails. */
  readonly hint?: string;
}

export interface DeliverableTemplate {
  readonly id: string;
  readonly path: string;
  readonly in: Place;
  readonly level: Level;
  /** Read from the front matter of the file. */
  readonly fields?: Fields;
  readonly checks: readonly CheckTemplate[];
}

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly stage?: string;
  readonly needs?: readonly string[];
  /** The role that does it; `human` for a person, `run` for a command. */
  readonly role: string;
  readonly human?: HumanStep;
  /** A command line in place of an agent. */
  readonly run?: string;
  /** CEL; when it is false the step is skipped. */
  readonly when?: string;
  readonly agent?: string;
  /** Whose limits its tasks share, where it is not the agent's name. */
  readonly provider?: string;
  /** What this step is asked to do, beyond its role; a template. */
  readonly prompt?: string;
  /** In place of the skills of its role, in the order of use. */
  readonly skills?: readonly string[];
  /** What goes into its prompts, where the workflow says. */
  readonly context?: ContextRules;
  /** What the work of this step is done on; without it, the iteration as a whole. */
  readonly targets?: Targets;
  /** A task waits only for those tasks of other steps that have its targets, not for all of them. */
  readonly join?: 'each';
  /** The same work done several ways; exactly one of them lands, the one a later step picks. */
  readonly alternatives?: readonly Alternative[];
  readonly pick?: PickStep;
  /** Done at the end, whatever became of the other steps. */
  readonly finally?: boolean;
  readonly deliverables: readonly DeliverableTemplate[];
  readonly checks: readonly CheckTemplate[];
  readonly gate?: Omit<Gate, 'report'>;
  /** Name of a checklist the step has to answer. */
  readonly checklist?: string;
  /** A tier, or a model as the agent calls it; in place of the tier of the role. */
  readonly model?: string;
  /** What one task may use over all its attempts. */
  readonly budget?: Amounts;
  /** What it finds as inputs in the place of those of the workflow; texts to be filled in. */
  readonly values?: Inputs;
  readonly retries: number;
  /** After which ends there is another try; after any when left out. */
  readonly retryOn?: readonly RetryCause[];
  readonly backoff?: Backoff;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds without a sign of work: after these a person is asked, or the attempt ended. */
  readonly stallAfter?: number;
  readonly idleTimeout?: number;
  /** How often the agent may turn to its tools in one attempt. */
  readonly maxTurns?: number;
  /** What the workflow says; without it the role does. */
  readonly permission?: StepPermission;
  readonly sandbox?: Sandbox;
  /** Minutes of wall clock expected for one task. */
  readonly estimate: number;
  /** Complexity points for one target (seed 002); 1 when not said. */
  readonly points: number;
}

/** One way of doing a step. */
export interface Alternative {
  readonly id: string;
  readonly agent?: string;
  /** What is asked of this one beyond the prompt of the step. */
  readonly prompt?: string;
  /** Texts of the step say them as `{{ alternative.<name> }}`. */
  readonly values: Readonly<Record<string, string>>;
}

/** How one of the alternatives of a step is taken. Without `by` and `score` a person picks. */
export interface PickStep {
  /** The step with the alternatives. */
  readonly from: string;
  /** CEL: the id of the winner; or, where it speaks of `alternative`, a number for each (the highest wins) or whether it qualifies. */
  readonly by?: string;
  readonly score?: readonly ScorePart[];
  /** Who settles a tie: a person, or the order of the alternatives. */
  readonly tie: 'human' | 'first';
  /** The question, when a person picks. */
  readonly ask?: string;
}

/** A figure that counts towards a score. */
export interface ScorePart {
  /** CEL over `alternative` and what conditions may use; gives a number. */
  readonly metric: string;
  readonly weight: number;
  readonly better: 'higher' | 'lower';
}

export interface Workflow {
  readonly version: 1;
  readonly name: string;
  readonly description: string;
  readonly triggers: readonly string[];
  readonly inputs: Readonly<Record<string, Input>>;
  readonly environments: Readonly<Record<string, Environment>>;
  readonly concurrency: number;
  readonly perProvider?: Readonly<Record<string, number>>;
  readonly budget?: Budget;
  readonly models?: Models;
  readonly checklists?: Readonly<Record<string, readonly ChecklistItem[]>>;
  readonly stages?: Readonly<Record<string, Stage>>;
  readonly decision?: DecisionRules;
  readonly escalation?: Escalation;
  readonly steps: readonly Step[];
  /** Checks on the whole of what lands. */
  readonly checks: readonly CheckTemplate[];
  readonly merge: { readonly strategy: MergeStrategy };
  /** Files in place of the template of prompts, by role; paths in the repository. */
  readonly templates?: Readonly<Record<string, string>>;
  /** Versions of the skills it was written for, by name. */
  readonly skills?: Readonly<Record<string, string>>;
}

export interface Environment {
  /** `required`: a person starts the merge, and steps of people wait for them. */
  readonly human: 'required' | 'optional';
  /** Milliseconds a person has for a decision. */
  readonly timeout?: number;
  readonly onTimeout?: TimeoutAnswer;
}

/** What a stage is for, and what has to be true when its last step is done; texts may hold placeholders. */
export interface Stage {
  readonly title?: string;
  readonly goal?: string;
  readonly checks: readonly CheckTemplate[];
}

/** Where the targets of a step come from, and how they are shared out among its tasks. */
export interface Targets {
  /** A list input, files of the repository, or the same as an earlier step. */
  readonly from:
    | { readonly is: 'input'; readonly input: string }
    | { readonly is: 'glob'; readonly globs: readonly string[] }
    | { readonly is: 'step'; readonly step: string }
    /** A list that an earlier step delivers: known only while the iteration runs. */
    | { readonly is: 'output'; readonly step: string; readonly field: string };
  /** A second name for `target` in texts. */
  readonly as?: string;
  readonly strategy: 'one-each' | 'balanced';
  /** In place of the complexity threshold of the role. */
  readonly maxTargets?: number;
  /** Complexity points one task may hold. */
  readonly maxPoints?: number;
  readonly onHigh: OnHigh;
}

/** What happens to a task of high risk: it is split where it can be; refused; or a person is told. */
export type OnHigh = 'split' | 'confirm' | 'refuse' | 'warn';

/** A persona: `roles/<name>.md`. */
export interface Role {
  readonly name: string;
  readonly description: string;
  /** What kind of trade it is, such as lead, implementer or gate. */
  readonly type?: string;
  /** Model tier asked of the agent: strong, standard or fast. */
  readonly model?: string;
  /** For steps of which the workflow does not say. */
  readonly permission?: 'read' | 'edit';
  /** Other names a workflow may call it by. */
  readonly aka?: readonly string[];
  /** Prompt tokens a task of this role starts with, before its targets. */
  readonly promptTokens: number;
  readonly tokenBudget: number;
  /** Targets one agent of this role may hold. */
  readonly complexityThreshold: number;
  readonly skills: readonly string[];
  /** The persona prompt. */
  readonly body: string;
}
