/** Finds and reads what a request for a new iteration names: workflow, roles, inputs, agents, given files. Reads only; every fault is a problem. */
import { basename, resolve } from 'node:path';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import type { Inputs, InputValue, Role, Workflow } from '../core/workflow.ts';
import { inspectFile } from '../effects/folder.ts';
import { sha256 } from '../effects/sha256.ts';
import { parseCommandLine } from '../files/command-line.ts';
import type { Pinned } from '../files/iteration-files.ts';
import { loadWorkflow } from '../files/workflow.ts';
import type { StepOrigin } from '../files/step-origins.ts';
import { combinedText } from '../files/workflow-resolve.ts';
import type { CreateRequest } from './create-request.ts';
import { readRoles } from './create-roles.ts';
import { BUILT_IN } from './role-library.ts';
import { findWorkflow, type LibraryPlaces } from './workflow-library.ts';

/** Where copies of given files go in the iteration folder; no deliverable is expected there. */
const GIVEN = 'context/given';

export interface Sources {
  readonly workflow?: ChosenWorkflow;
  /** Every role there is; `pins` only those the workflow uses. */
  readonly roles: Readonly<Record<string, Role>>;
  readonly pins: Readonly<Record<string, Pinned>>;
  /** Other words for roles. */
  readonly aliases: readonly string[];
  readonly inputs: Inputs;
  readonly given: readonly GivenFile[];
  readonly problems: readonly Problem[];
}

export interface ChosenWorkflow {
  readonly workflow: Workflow;
  /** Roles that stand in the workflow file. */
  readonly roles: Readonly<Record<string, Role>>;
  /** What the person should know about how it was read. */
  readonly notes: readonly string[];
  readonly text: string;
  readonly pin: Pinned;
  /** The other files it is made of. */
  readonly others: readonly Pinned[];
  /** Where the steps come from. */
  readonly origins: readonly StepOrigin[];
}

/** A file named with `--context`. */
export interface GivenFile {
  /** In the iteration folder. */
  readonly path: string;
  /** As the person named it. */
  readonly source: string;
  readonly bytes: Uint8Array;
}

/** Reads everything the request names and collects all that is wrong with it. */
export function readSources(request: CreateRequest, root: string): Sources {
  const { chosen: written, problems } = readWorkflow(request, root);
  const { chosen, ...roles } = readRoles(written, placesOf(request, root));
  const workflow = chosen?.workflow;
  const inputs = readInputs(request, workflow);
  const given = readGiven(request, root);
  return {
    ...(chosen === undefined ? {} : { workflow: chosen }),
    roles: roles.roles,
    pins: roles.pins,
    aliases: roles.aliases,
    inputs: inputs.inputs,
    given: given.files,
    problems: [
      ...problems,
      ...roles.problems,
      ...inputs.problems,
      ...given.problems,
      ...agentProblems(request, workflow),
      ...environmentProblems(request, workflow),
    ],
  };
}

function placesOf({ personal }: CreateRequest, root: string): LibraryPlaces {
  return { root, ...(personal === undefined ? {} : { personal }) };
}

function readWorkflow(request: CreateRequest, root: string): { chosen?: ChosenWorkflow; problems: readonly Problem[] } {
  const chosen = findWorkflow(request.workflow, request.cwd ?? root, placesOf(request, root));
  if ('problem' in chosen) return { problems: [chosen.problem] };
  const { found } = chosen;
  const {
    workflow,
    roles = {},
    notes = [],
    origins = [],
    others = [],
    combined,
    problems,
  } = loadWorkflow(found.text, found.file, found.related);
  if (workflow === undefined) return { problems };
  return {
    chosen: {
      workflow,
      roles,
      notes,
      // what several files say together, in one that can be read by itself
      text: combined === undefined ? found.text : combinedText(combined),
      pin: { source: found.layer === 'built in' ? BUILT_IN : found.file, sha256: sha256(found.text) },
      others: others.map((other) => ({ source: other.file, sha256: sha256(other.text) })),
      origins,
    },
    problems,
  };
}

function readInputs(request: CreateRequest, workflow: Workflow | undefined): { inputs: Inputs; problems: Problem[] } {
  const inputs: Record<string, InputValue> = {};
  const problems: Problem[] = [];
  for (const written of request.inputs) {
    const at = written.indexOf('=');
    const name = at === -1 ? written : written.slice(0, at).trim();
    if (at === -1) problems.push({ what: `input "${written}" has no value`, fix: `write --input ${written}=…` });
    else if (Object.hasOwn(inputs, name))
      problems.push({
        what: `input "${name}" is given twice`,
        fix: 'give it once; items of a list are separated by commas',
      });
    else inputs[name] = written.slice(at + 1);
  }
  const { earlier = {} } = request;
  for (const name of Object.keys(workflow?.inputs ?? {}))
    if (!Object.hasOwn(inputs, name) && Object.hasOwn(earlier, name) && !isTargets(request, workflow, name))
      inputs[name] = earlier[name] ?? '';
  if (request.targets === undefined || workflow === undefined) return { inputs, problems };
  const lists = listsOf(workflow);
  const [list] = lists;
  if (list === undefined && workflow.steps.some((step) => step.targets?.from.is === 'glob')) return { inputs, problems };
  if (list === undefined)
    problems.push({
      what: `no step of workflow "${workflow.name}" has targets`,
      fix: 'leave out --targets',
    });
  else if (lists.length > 1)
    problems.push({
      what: `the steps of workflow "${workflow.name}" take targets from ${lists.map((name) => `"${name}"`).join(', ')}`,
      fix: 'give each with --input instead of --targets',
    });
  else if (Object.hasOwn(inputs, list))
    problems.push({
      what: `the targets are given twice: with --targets and with --input ${list}`,
      fix: 'leave out one of them',
    });
  else if (request.targets.length === 0)
    problems.push({
      what: 'no file matches --targets',
      fix: 'check the pattern; quote it so that the shell leaves it alone',
    });
  else inputs[list] = request.targets;
  return { inputs, problems };
}

/** Inputs that targets come from. */
function listsOf(workflow: Workflow): string[] {
  return [...new Set(workflow.steps.flatMap(({ targets }) => (targets?.from.is === 'input' ? [targets.from.input] : [])))];
}

/** Targets that are given now take the place of those there were. */
function isTargets(request: CreateRequest, workflow: Workflow | undefined, name: string): boolean {
  return request.targets !== undefined && workflow !== undefined && listsOf(workflow).includes(name);
}

function readGiven(request: CreateRequest, root: string): { files: GivenFile[]; problems: Problem[] } {
  const files: GivenFile[] = [];
  const problems: Problem[] = [];
  for (const source of request.context) {
    const found = inspectFile(resolve(request.cwd ?? root, source));
    const path = `${GIVEN}/${basename(source)}`;
    if (found === undefined)
      problems.push({
        file: source,
        what: 'there is no such file',
        fix: 'check the path given with --context',
      });
    else if ('problem' in found)
      problems.push({
        file: source,
        what: found.problem,
        fix: 'give a regular file with --context',
      });
    else if (files.some((file) => file.path.toLowerCase() === path.toLowerCase()))
      problems.push({
        file: source,
        what: 'another given file has the same name',
        fix: 'rename one of them',
      });
    else files.push({ path, source, bytes: found.bytes });
  }
  return { files, problems };
}

function agentProblems(request: CreateRequest, workflow: Workflow | undefined): Problem[] {
  const named = [
    { agent: request.agent, where: '' },
    ...(workflow?.steps ?? []).flatMap((step) => (step.agent === undefined ? [] : [{ agent: step.agent, where: `step "${step.id}": ` }])),
  ];
  return named.flatMap(({ agent, where }): Problem[] => {
    if (agent.startsWith('command:')) {
      const parsed = parseCommandLine(agent.slice('command:'.length));
      return 'problem' in parsed ? [{ what: `${where}agent "${agent}": ${parsed.problem}` }] : [];
    }
    if (request.knownAgents.includes(agent)) return [];
    return [
      {
        what: `${where}unknown agent "${agent}"`,
        fix: didYouMean(agent, [...request.knownAgents, 'command:<command line>']),
      },
    ];
  });
}

function environmentProblems({ environment }: CreateRequest, workflow: Workflow | undefined): Problem[] {
  const known = Object.keys(workflow?.environments ?? {});
  if (environment === undefined || known.length === 0 || known.includes(environment)) return [];
  return [{ what: `unknown environment "${environment}"`, fix: didYouMean(environment, known) }];
}
