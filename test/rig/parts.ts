/** A workflow small enough to follow by hand: parts built side by side, with a first and a last task around them on request. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const HEAD = `version: 1
name: parts
description: Build parts side by side.
inputs:
  parts: { type: list, default: [one] }
  test_command: { type: string, default: "" }
environments:
  dev: { human: optional }
defaults: { timeout: 5m, retry: { max: 1 }, permission: edit }
`;

const PART = `  - id: build
    title: "Build {{ target }}"
    role: builder
    targets: { from: inputs.parts }
    prompt: "Build {{ target }}."
    checks:
      - commits: { min: 1 }
      - { id: tests, command: "{{ inputs.test_command }}" }
`;

const AROUND = (id: string): string => `  - id: ${id}
    title: "The ${id} task"
    role: builder
    prompt: "Do the ${id} task."
    checks:
      - commits: { min: 1 }
`;

const TAIL = `checks:
  - { id: tests, command: "{{ inputs.test_command }}" }
merge: { strategy: linear }
`;

/** Writes the workflow beside a repository, so that it dirties nothing, and gives its path. */
export function partsWorkflow(root: string, around = false, timeout = '5m'): string {
  const file = path.join(path.dirname(root), 'parts.yaml');
  const steps = around ? AROUND('first') + PART + AROUND('last') : PART;
  writeFileSync(file, `${HEAD.replace('timeout: 5m', `timeout: ${timeout}`)}steps:\n${steps}${TAIL}`);
  return file;
}
