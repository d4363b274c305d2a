import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createTranscript } from '../../src/agents/transcript.ts';
import type { StreamFormat } from '../../src/core/agent-descriptor.ts';

const recorded = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../fixtures/streams/${name}.jsonl`, import.meta.url)), 'utf8');

const SAID = ['I will write the file.', 'I will commit it.', 'Finished: RESULT.md written and committed.'];

it.each<[string, StreamFormat, string, string]>([
  ['gemini.write', 'gemini', 'write_file', 'run_shell_command'],
  ['qwen.write', 'claude', 'write_file', 'run_shell_command'],
  ['opencode.write', 'opencode', 'write', 'bash'],
])('%s reads as what was said and called, in whatever pieces it comes', (name, format, write, commit) => {
  const wanted = `${SAID[0]}\n> ${write}\n${SAID[1]}\n> ${commit}\n${SAID[2]}\n`;
  const inPieces = createTranscript(format);
  const pieces = recorded(name).match(/[\s\S]{1,100}/g) ?? [];
  expect([createTranscript(format)(recorded(name)), pieces.map(inPieces).join('')]).toEqual([wanted, wanted]);
});

it('trouble is told, and lines of others are left as they are', () => {
  expect(createTranscript('codex')(`Reading additional input from stdin...\n${recorded('codex.fail')}`))
    .toBe(`Reading additional input from stdin...
Model metadata for \`gpt-5.4\` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.
Failing.
> command_execution
> command_execution failed
Finished after fail.
`);
  expect(createTranscript('opencode')(recorded('opencode.401'))).toBe('Incorrect API key provided\n');
});

it('text is text', () => {
  expect(createTranscript('text')('{"type":"error"}\nhalf a li')).toBe('{"type":"error"}\nhalf a li');
});
