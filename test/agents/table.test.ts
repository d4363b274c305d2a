import { expect, it } from 'vitest';
import { AGENTS, agentRow, argumentsOf } from '../../src/agents/table.ts';

const line = (name: string, model?: string): string => {
  const row = agentRow(name);
  return row === undefined ? 'no such row' : argumentsOf(row, { permission: 'edit', ...(model === undefined ? {} : { model }) }).join(' ');
};

it('a model goes where each command line takes it, behind its subcommand and before the dash that stands for standard input', () => {
  expect(['claude', 'codex', 'gemini', 'qwen', 'opencode'].map((name) => line(name, 'm'))).toEqual([
    '-p --model m --output-format text --permission-mode acceptEdits --allowedTools Edit,Write,Bash',
    'exec -m m -s workspace-write -',
    '-m m --skip-trust --approval-mode yolo',
    '-m m --approval-mode yolo',
    'run -m m',
  ]);
});

it('without a model no row says anything about one, and the built-in agents never do', () => {
  expect(AGENTS.filter(({ name }) => / -m |--model/.test(` ${line(name)} `))).toEqual([]);
  expect([line('rehearsal', 'm'), line('manual', 'm')]).toEqual(['', '']);
});
