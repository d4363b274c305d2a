import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { needsOf } from '../../src/core/stages.ts';
import type { Workflow } from '../../src/core/workflow.ts';
import { type LoadedWorkflow, loadWorkflow } from '../../src/files/workflow.ts';
import { resolvedText } from '../../src/files/workflow-resolve.ts';
import { workflows } from '../../src/generated/library.js';
import { shelf } from '../rig/shelf.ts';

function load(text: string): LoadedWorkflow & { readonly workflow: Workflow } {
  const loaded = loadWorkflow(text, 'w.yaml', shelf(workflows));
  const { workflow, problems } = loaded;
  if (workflow === undefined) throw new Error(JSON.stringify(problems));
  return { ...loaded, workflow };
}

/** With the needs that follow from the stages, and without what means nothing for a person. */
function compared(workflow: Workflow): unknown {
  const needs = needsOf(workflow.steps);
  const steps = workflow.steps.map(({ timeout, retries, permission, agent, ...step }) => ({
    ...step,
    needs: needs.get(step.id) ?? [],
    ...(step.human === undefined ? { timeout, retries, permission, agent } : {}),
  }));
  return { ...workflow, steps };
}

describe('a resolved workflow', () => {
  test.each(Object.keys(workflows))('%s loads to the same workflow', (name) => {
    const loaded = load(workflows[name] ?? '');
    expect(compared(load(resolvedText(workflows[name] ?? '', 'w.yaml', loaded)).workflow)).toEqual(compared(loaded.workflow));
  });

  test('of the other form is said in this one', () => {
    const text = readFileSync(new URL('../e2e/fixtures/seed-form.yaml.txt', import.meta.url), 'utf8');
    const loaded = load(text);
    expect(compared(load(resolvedText(text, 'w.yaml', loaded)).workflow)).toEqual(compared(loaded.workflow));
  });

  test('says what was unsaid, and the line each step comes from', () => {
    const text =
      'version: 1\nname: small\ndefaults: { agent: codex, retry: { max: 0 } }\nsteps:\n  - { id: one, role: builder }\n  - id: two\n    role: doc\n';
    expect(resolvedText(text, 'w.yaml', load(text))).toBe(`# small from w.yaml, with everything it leaves unsaid

version: 1
name: small
steps:
  # from w.yaml:5
  - id: one
    role: builder
    title: One
    needs: []
    agent: codex
    retry: { max: 0 }
    timeout: 40m
    estimate: 30m
    points: 1
  # from w.yaml:6
  - id: two
    role: doc
    title: Two
    needs: [ one ]
    agent: codex
    retry: { max: 0 }
    timeout: 40m
    estimate: 30m
    points: 1
concurrency: 3
merge: { strategy: linear }
`);
  });
});
