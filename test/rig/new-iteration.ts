/** Builds what `iter new` hands to the templates, from the workflow and roles of the library: no git, no disk. */
import { expand } from '../../src/core/expand.ts';
import { commitId } from '../../src/core/ids.ts';
import type { Inputs, Role } from '../../src/core/workflow.ts';
import type { NewIteration } from '../../src/files/iteration-files.ts';
import { loadRole } from '../../src/files/role.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';
import { roles as roleTexts, workflows } from '../../src/generated/library.js';

export function newIteration(inputs: Inputs = {}, name = '001-try'): NewIteration {
  const { workflow, problems } = loadWorkflow(workflows['plan-build-review-doc'] ?? '', 'workflow');
  if (workflow === undefined) throw new Error(JSON.stringify(problems));
  const roles: Record<string, Role> = {};
  for (const [role, text] of Object.entries(roleTexts)) {
    const loaded = loadRole(text, role).role;
    if (loaded !== undefined) roles[role] = loaded;
  }
  const expansion = expand({ workflow, iteration: name, slug: name.slice(4), inputs, roles, agent: 'rehearsal' });
  return {
    plan: {
      iteration: name,
      workflow: workflow.name,
      target: 'refs/heads/main',
      base: commitId('1234567890123456789012345678901234567890'),
      created: '2026-01-10T12:00:00.000Z',
      strategy: 'linear',
      maxParallel: 3,
      environment: 'dev',
      human: 'optional',
      tasks: expansion.tasks,
    },
    workflow,
    workflowPin: { source: 'built in', sha256: 'a'.repeat(64) },
    roles,
    rolePins: { builder: { source: 'built in', sha256: 'b'.repeat(64) } },
    checks: expansion.checks,
    prompts: expansion.prompts,
    inputs: expansion.inputs,
    references: [],
    repository: 'shop',
    worktrees: `../shop-worktrees/${name}`,
  };
}
