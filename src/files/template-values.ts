/** What each template is given: the contract between the code that knows the values and the texts in templates/. */
import type { Decision, Level, Place, Result } from '../core/check.ts';
import type { Failure } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import type { Finding } from '../core/review.ts';

/** The templates by name (without `.njk`), with the values each one prints. */
export interface TemplateValues {
  readonly 'README.md': IterationValues;
  readonly 'CONTEXT.md': IterationValues;
  readonly 'COMPLETION_CRITERIA.md': IterationValues;
  readonly 'MULTI_AGENT_PLAN.template.md': IterationValues;
  readonly 'INTER_AGENT_MESSAGES.md': IterationValues;
  readonly 'agent-prompt.md': PromptValues;
  readonly 'task.md': AttemptValues;
  readonly 'session.md': SessionValues;
  readonly 'consult.md': ConsultValues;
  readonly 'integration-report.md': ReportValues;
  readonly 'orchestration-log.md': LogValues;
  readonly 'escalation.md': EscalationValues;
}

/** A new iteration; times, tokens and shares are already texts for people. */
export interface IterationValues {
  readonly iteration: string;
  readonly repository: string;
  readonly workflow: {
    readonly name: string;
    readonly description: string;
    readonly sha256: string;
  };
  readonly created: string;
  readonly createdText: string;
  /** Short name of the branch. */
  readonly target: string;
  readonly base: string;
  readonly baseShort: string;
  readonly environment: string;
  readonly human: 'required' | 'optional';
  readonly strategy: string;
  readonly strategyText: string;
  readonly mergeOrder: readonly string[];
  readonly maxParallel: number;
  readonly budget: readonly string[];
  /** Folder of this iteration's worktrees, relative to the repository. */
  readonly worktrees: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly value: string;
    readonly description: string;
  }[];
  readonly references: readonly Reference[];
  readonly context: ContextSections;
  readonly tasks: readonly TaskValues[];
  readonly roles: readonly { readonly name: string; readonly sha256: string }[];
  readonly groups: readonly GroupValues[];
  /** The groups of which the workflow says what they are for. */
  readonly stages: readonly GroupValues[];
  readonly outputs: readonly {
    readonly task: TaskId;
    readonly path: string;
    readonly in: Place;
    readonly level: Level;
  }[];
  readonly wholeCriteria: readonly string[];
  readonly successCriteria: readonly string[];
  readonly decisionMatrix: readonly {
    readonly question: string;
    readonly answer: string;
    readonly from: string;
  }[];
  readonly drawing: readonly string[];
  readonly overlaps: readonly string[];
  readonly gates: readonly { readonly task: TaskId; readonly goto: string; readonly max: number }[];
  readonly retriesText: string;
  readonly figures: Figures;
}

/** A file given with `--context`: its copy in the iteration folder and where it came from. */
export interface Reference {
  readonly path: string;
  readonly source: string;
}

/** The sections of CONTEXT.md as far as inputs of these names fill them. */
export interface ContextSections {
  readonly goal: string;
  readonly scope: readonly string[];
  readonly references: readonly string[];
  readonly standards: readonly string[];
  readonly domain: readonly string[];
  readonly constraints: readonly string[];
  readonly assumptions: readonly string[];
  readonly nonGoals: readonly string[];
}

export interface TaskValues {
  readonly id: TaskId;
  readonly title: string;
  readonly role: string;
  readonly agent: string;
  readonly instance: string;
  /** Short name. */
  readonly branch: string;
  readonly worktree: string;
  readonly group: string;
  readonly needs: readonly TaskId[];
  /** For a review: the tasks its findings may name; itself when there is none. */
  readonly reviewed: readonly TaskId[];
  readonly targets: readonly string[];
  readonly deliverables: readonly {
    readonly path: string;
    readonly write: string;
    readonly in: Place;
    readonly level: Level;
    /** What its front matter has to say; empty when nothing. */
    readonly fields: string;
  }[];
  readonly gate?: { readonly write: string };
  /** Questions to answer, and where. */
  readonly checklist:
    | { readonly write: string; readonly items: readonly { readonly id: string; readonly kind: string; readonly text: string }[] }
    | undefined;
  readonly permission: string;
  readonly estimate: string;
  /** Skills that have a file, in the order of use. */
  readonly skills: readonly { readonly name: string; readonly description: string; readonly path: string }[];
  /** Names of skills nobody has a file of. */
  readonly skillsMissing: readonly string[];
  readonly skillsText: string;
  readonly model: string;
  readonly modelWhy: string;
  readonly prompt: string;
  readonly criteria: readonly string[];
  /** What the step of the workflow asks for, beyond the role. */
  readonly instructions: string;
}

export interface GroupValues {
  readonly letter: string;
  /** Of the stage, as far as the workflow says; else empty. */
  readonly title: string;
  readonly goal: string;
  readonly tasks: readonly TaskId[];
  readonly start: string;
  readonly end: string;
  readonly duration: string;
  readonly loading: string;
  readonly criteria: readonly string[];
}

export interface Figures {
  readonly wallClock: string;
  readonly sequential: string;
  readonly criticalPath: string;
  readonly criticalPathTasks: readonly TaskId[];
  readonly savedPercent: number;
  readonly mostAtOnce: number;
  readonly mostAtOnceUnlimited: number;
  readonly tokens: string;
  readonly tokensSingle: string;
  readonly cost: string;
  readonly models: string;
  readonly worktreeCount: number;
  readonly must: number;
  readonly should: number;
  readonly nice: number;
}

export interface PromptValues extends IterationValues {
  readonly task: TaskValues;
  readonly role: { readonly body: string };
  readonly hasIterationFiles: boolean;
}

/** The end of a prompt: what is known only when the attempt starts. */
export interface AttemptValues {
  readonly task: TaskId;
  readonly attempt: number;
  /** Attempts allowed in all. */
  readonly attempts: number;
  readonly base: string;
  readonly failures: readonly Failure[];
  readonly findings: readonly Finding[];
  /** What a person adds; empty when nothing. */
  readonly feedback: string;
  /** What others say to it: quoted, as information. */
  readonly messages: readonly { readonly head: string; readonly text: string }[];
  /** Messages there was no room for. */
  readonly moreMessages: number;
  /** What people left in `feedback/`. */
  readonly comments: readonly { readonly file: string; readonly text: string }[];
  /** The worktree still holds the work of the attempt before. */
  readonly continued: boolean;
  /** Work before this task that was done in several ways, of which none is taken yet. */
  readonly alternatives: readonly { readonly id: string; readonly task: TaskId; readonly branch: string; readonly commit: string }[];
}

/** What stands before the attempt in the prompt of an agent that goes on with its session. */
export interface SessionValues {
  readonly task: TaskId;
}

/** A question to a person in the form of the third framework document: issue, stage, options, recommendation, what waits for it. */
export interface EscalationValues {
  readonly id: string;
  readonly question: string;
  readonly step: string;
  readonly task: TaskId;
  readonly title: string;
  readonly since: string;
  readonly until: string;
  readonly who: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly recommendation: string;
  readonly blocking: readonly TaskId[];
  readonly answer?: { readonly option: string; readonly by: string; readonly at: string; readonly reason: string };
}

/** The question to an agent that chooses a workflow or drafts a plan. */
export interface ConsultValues {
  /** The persona of who is asked. */
  readonly role: string;
  readonly wanted: 'choice' | 'plan';
  readonly request: string;
  /** At least one. */
  readonly workflows: readonly {
    readonly name: string;
    readonly description: string;
    readonly triggers: string;
    readonly inputs: readonly { readonly name: string; readonly kind: string; readonly description: string }[];
  }[];
  /** Where the answer goes, as the agent sees it. */
  readonly write: string;
  /** What was wrong with the answer before; empty the first time. */
  readonly faults: readonly string[];
  /** The line of the check that there is an answer. */
  readonly criterion: string;
}

export interface ReportValues {
  readonly iteration: string;
  readonly at: string;
  readonly decision: Decision;
  readonly tree: string;
  readonly strategy: string;
  readonly landing?: {
    /** Short name of the branch. */
    readonly target: string;
    readonly before: string;
    readonly after: string;
    readonly commits: number;
    readonly tasks: readonly TaskId[];
    readonly backup: string;
  };
  /** Pushed for somebody to merge. */
  readonly proposal?: {
    /** Short names. */
    readonly target: string;
    readonly branch: string;
    readonly remote: string;
    readonly after: string;
    readonly url?: string;
  };
  readonly tasks: readonly {
    readonly id: TaskId;
    readonly title: string;
    readonly instance: string;
    readonly attempts: number;
    readonly commit?: string;
    readonly state: string;
  }[];
  readonly rejections: readonly {
    readonly task: TaskId;
    readonly rejection: number;
    readonly goto: readonly TaskId[];
    readonly findings: readonly Finding[];
  }[];
  readonly conflicts: readonly {
    readonly task: TaskId;
    readonly attempt: number;
    readonly paths: readonly string[];
  }[];
  readonly results: readonly Result[];
  readonly missed: readonly string[];
}

export interface LogValues {
  readonly iteration: string;
  readonly lines: readonly { readonly at: string; readonly task?: TaskId; readonly text: string }[];
}
