/** What somebody asks for with a new iteration. */
import type { Models } from '../core/model.ts';
import type { Inputs } from '../core/workflow.ts';

export interface CreateRequest {
  /** Any folder inside the repository. */
  readonly root: string;
  /** What file names typed by a person are relative to; the main checkout when left out. */
  readonly cwd?: string;
  /** The person's own folder of iter, for their workflows and roles; none are looked for when left out. */
  readonly personal?: string;
  readonly slug: string;
  /** Name of a workflow, or the path of one: with a slash or ending in `.yaml`. */
  readonly workflow: string;
  /** As typed: `name=value`. */
  readonly inputs: readonly string[];
  /** Values of an earlier iteration, for inputs this workflow has and nobody gives. */
  readonly earlier?: Inputs;
  /** Items for the list that the targets of a step come from. */
  readonly targets?: readonly string[];
  /** Paths of files every agent gets. */
  readonly context: readonly string[];
  readonly agent: string;
  /** The file of a descriptor that was named in place of an agent, kept in the iteration folder. */
  readonly agentFile?: string;
  /** Rows of the agent table. */
  readonly knownAgents: readonly string[];
  /** The first one of the workflow when left out. */
  readonly environment?: string;
  readonly maxParallel?: number;
  /** What agents call the tiers of models where nobody says. */
  readonly tiers?: Models;
  /** What tiers of model are called here, in place of what the workflow says. */
  readonly models?: Models;
  /** What the rehearsal agent does wrong: words like `T3=red`. */
  readonly rehearsal?: readonly string[];
  /** ISO 8601 in UTC. */
  readonly now: string;
  readonly dryRun: boolean;
}
