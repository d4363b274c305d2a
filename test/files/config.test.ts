import { expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadConfig } from '../../src/files/config.ts';

test('a configuration says what flags leave open', () => {
  const text = `agent: codex
workflow: small
environment: dev
max_parallel: 4
inputs: { test_command: npm test, parts: [a, b], limit: 3, strict: true }
`;
  expect(loadConfig(text, '.iter/config.yaml')).toEqual({
    config: {
      agent: 'codex',
      workflow: 'small',
      environment: 'dev',
      maxParallel: 4,
      inputs: { test_command: 'npm test', parts: ['a', 'b'], limit: 3, strict: true },
    },
    problems: [],
  });
});

test.each(['', '# nothing but a comment\n', '---\n'])('an empty configuration says nothing: %j', (text) => {
  expect(loadConfig(text, 'c.yaml')).toEqual({ config: { inputs: {} }, problems: [] });
});

test('a configuration with faults counts as empty, and every fault is told', () => {
  const { config, problems } = loadConfig('agnet: x\nmax_parallel: 0\ninputs: { a: { b: 1 } }\n', 'c.yaml');
  expect(config).toEqual({ inputs: {} });
  expect(problems.map(problemLine)).toEqual([
    'c.yaml:1:1: unknown key "agnet"; did you mean "agent"?',
    'c.yaml:2:15: "max_parallel" is "0"; it must be >= 1',
    'c.yaml:3:14: "a" is a map of keys; write a text or a number or true or false or a list',
  ]);
});

test('what worktrees get and where agents run is completed', () => {
  const text = 'worktree: { link: [node_modules], setup: [npm ci], timeout: 90s }\nsandbox: bubblewrap\n';
  const { config } = loadConfig(text, 'c.yaml');
  expect([config.worktree, config.sandbox]).toEqual([
    { copy: [], link: ['node_modules'], setup: ['npm ci'], teardown: [], timeout: 90_000 },
    { by: 'bubblewrap' },
  ]);
  expect(loadConfig('worktree: {}\nsandbox: { by: bubblewrap, home: [../x] }\n', 'c.yaml').problems).toHaveLength(2);
  const container = 'sandbox: { by: container, image: "shop/agents:3", runtime: docker, arguments: [--memory=4g] }\n';
  expect(loadConfig(container, 'c.yaml').config.sandbox).toEqual({
    by: 'container',
    image: 'shop/agents:3',
    runtime: 'docker',
    arguments: ['--memory=4g'],
  });
  // each would be another word of the command line
  for (const part of ['image: --privileged', 'image: "a b"', 'runtime: rkt', 'arguments: [shop]'])
    expect(loadConfig(`sandbox: { by: container, ${part} }\n`, 'c.yaml').problems).toHaveLength(1);
});
