import { describe, expect, it } from 'vitest';
import { argumentsOf, serverSettings } from '../../src/agents/arguments.ts';
import type { Asked } from '../../src/agents/arguments.ts';
import type { AgentDescriptor } from '../../src/core/agent-descriptor.ts';
import { AGENTS, agentNames, agentRow, agentRows, descriptorOf, tiersOf } from '../../src/agents/table.ts';

const PLAIN = { permission: 'edit', worktree: '/w', promptFile: '/p.md', prompt: 'Do {model_name}.' } as const;

const line = (name: string, asked: Partial<Asked> = {}): string => {
  const row = agentRow(name);
  return row === undefined ? 'no such row' : argumentsOf(row, { ...PLAIN, ...asked }).join(' ');
};

describe('the arguments of a run', () => {
  it('make each command line write what can be read, with a model where it takes one, and the prompt from standard input', () => {
    expect(['claude', 'codex', 'gemini', 'qwen', 'opencode'].map((name) => line(name, { model: 'm' }))).toEqual([
      '-p --output-format stream-json --verbose --model m --permission-mode acceptEdits --allowedTools Edit,Write,Bash',
      'exec --json -m m -s workspace-write -',
      '--output-format stream-json --skip-trust -m m --approval-mode yolo',
      '--output-format stream-json -m m --approval-mode yolo',
      'run --format json -m m',
    ]);
  });

  it('name the file of the prompt, or are the prompt, where standard input is not read', () => {
    expect(['pi', 'aider', 'copilot', 'cursor'].map((name) => line(name))).toEqual([
      '--mode json -p @/p.md',
      '--message-file /p.md --yes-always --no-auto-commits --no-stream --no-pretty',
      '-p Do {model_name}. -s --no-ask-user --no-auto-update --allow-all-tools',
      '-p --output-format stream-json --workspace /w --trust --force Do {model_name}.',
    ]);
  });

  it('leave alone what stands in the prompt', () => {
    expect(line('copilot', { model: 'm' })).toContain('-p Do {model_name}. -s');
  });

  it('go on with a session, each in its own way', () => {
    expect(
      ['claude', 'codex', 'gemini', 'opencode'].map((name) => line(name, { session: 's1' }).replace(/ (--permission|--approval).*/, '')),
    ).toEqual([
      '-p --output-format stream-json --verbose --resume=s1',
      'exec -s workspace-write resume --json s1 -',
      '--output-format stream-json --skip-trust --resume s1',
      'run --format json --session s1',
    ]);
  });

  it('carry limits and a server of tools where there is a place for them', () => {
    const asked = { turns: 9, usd: 1.5, mcp: { command: 'node', args: ['a "b".mjs'], file: '/f' } };
    expect(line('claude', asked)).toContain(
      '--max-turns 9 --max-budget-usd 1.5 --mcp-config {"mcpServers":{"iter":{"command":"node","args":["a \\"b\\".mjs"],"alwaysLoad":true}}} --allowedTools mcp__iter',
    );
    expect(line('codex', asked)).toBe(
      'exec --json -c mcp_servers.iter={command="node",args=["a \\"b\\".mjs"],required=true,startup_timeout_sec=120} -s workspace-write -',
    );
    expect(line('gemini', asked)).toBe(line('gemini'));
  });

  it('leave a server of tools to variables and a file where the program reads those', () => {
    const server = { command: 'node', args: ['a b.mjs'], file: '/f.json' };
    const settings = (name: string) => serverSettings(agentRow(name) as AgentDescriptor, server);
    expect(settings('opencode')).toEqual({
      environment: { OPENCODE_CONFIG_CONTENT: '{"mcp":{"iter":{"type":"local","command":["node","a b.mjs"],"enabled":true}}}' },
    });
    const own = { environment: { MINE_TOOLS: '{mcp_file}' }, file: '{"mcpServers":{"iter":{"command":{mcp_command},"args":{mcp_args}}}}' };
    expect(serverSettings({ ...(agentRow('claude') as AgentDescriptor), mcp: own }, server)).toEqual({
      environment: { MINE_TOOLS: '/f.json' },
      file: '{"mcpServers":{"iter":{"command":"node","args":["a b.mjs"]}}}',
    });
    expect([settings('claude'), settings('gemini')]).toEqual([{ environment: {} }, { environment: {} }]);
  });

  it('say nothing of a model nobody asked for, and the built-in agents never do', () => {
    expect(AGENTS.filter(({ name }) => / -m |--model/.test(` ${line(name)} `))).toEqual([]);
    expect([line('rehearsal', { model: 'm' }), line('manual', { model: 'm' })]).toEqual(['', '']);
  });
});

describe('the table', () => {
  const mine = { ...(agentRow('claude') ?? AGENTS[0]), about: 'mine' } as (typeof AGENTS)[number];

  it('has an own agent in place of one that comes with iter', () => {
    expect([agentRow('claude', [mine])?.about, agentRows([mine]).filter(({ name }) => name === 'claude').length]).toEqual(['mine', 1]);
  });

  it('knows any command line as a program that writes text, and "command" alone as no agent', () => {
    expect([descriptorOf('command:mine --fast')?.format, agentRow('command')]).toEqual(['text', undefined]);
  });

  it('has an agent once more where it can be talked to: with its prompt in the conversation, and what it reports there', () => {
    const talked = {
      ...mine,
      name: 'other',
      acp: { arguments: ['--talk', '{model}', '{worktree}'], evidence: 'read', modes: {}, reports: [] },
    } as const;
    const row = agentRow('other+acp', [talked]);
    expect(row).toMatchObject({
      name: 'other+acp',
      binary: mine.binary,
      format: 'acp',
      prompt: 'stdin',
      usage: { reports: [] },
      stop: 'SIGINT',
    });
    expect(row && argumentsOf(row, { ...PLAIN, model: 'm' })).toEqual(['--talk', '--model', 'm', '/w']);
    expect([agentRow('claude+acp'), agentRow('+acp'), agentRow('gemini+acp+acp')]).toEqual([undefined, undefined, undefined]);
    expect(agentNames([talked]).filter((name) => name.startsWith('other'))).toEqual(['other', 'other+acp']);
    // a command line may end in anything
    expect(descriptorOf('command:mine+acp')?.format).toBe('text');
  });

  it('says of those that come with iter which can be talked to, and which of them ask', () => {
    const talking = AGENTS.flatMap(({ name, acp }) =>
      acp === undefined ? [] : [`${name}: ${acp.evidence}, ${acp.modes.ask ?? 'asks nobody'}`],
    );
    expect(talking).toEqual([
      'copilot: read, asks nobody',
      'cursor: read, asks nobody',
      'gemini: recorded, default',
      'goose: read, asks nobody',
      'opencode: recorded, asks nobody',
      'qwen: recorded, default',
    ]);
  });

  it('tells what each agent calls the tiers of models', () => {
    const other = { ...mine, name: 'other', model: { arguments: [], tiers: { fast: 'quick' } } };
    expect(tiersOf(agentRows([other]))).toEqual({
      strong: { claude: 'opus' },
      standard: { claude: 'sonnet' },
      fast: { claude: 'haiku', other: 'quick' },
    });
  });
});

it('confine themselves with what they need to commit, or leave it to iter, in place of what the permission says', () => {
  const gitDirectories = { common: '/r/.git', own: '/r/.git/worktrees/T1' };
  expect(line('codex', { confined: 'own', gitDirectories })).toBe(
    'exec --json -s workspace-write --add-dir /r/.git --add-dir /r/.git/worktrees/T1 -c sandbox_workspace_write.exclude_slash_tmp=true -',
  );
  expect(line('codex', { confined: 'inside' })).toBe('exec --json --dangerously-bypass-approvals-and-sandbox -');
  expect(line('claude', { confined: 'inside' })).toBe(line('claude'));
});
