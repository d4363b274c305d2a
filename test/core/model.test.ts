import { expect, it } from 'vitest';
import { mergedModels, modelFor } from '../../src/core/model.ts';

const models = { strong: { claude: 'opus', command: 'big' }, cheap: { claude: 'haiku' } };

it.each([
  ['the tier of the role, as the agent calls it', 'claude', undefined, 'strong', 'opus'],
  ['the step before the role', 'claude', 'cheap', 'strong', 'haiku'],
  ['no entry for the agent: none', 'codex', undefined, 'strong', undefined],
  ['no entry for the tier: none', 'claude', undefined, 'fast', undefined],
  ['a tier of the step without an entry is no name', 'claude', 'fast', 'strong', undefined],
  ['a name the step gives goes as it is', 'codex', 'gpt-5', 'strong', 'gpt-5'],
  ['a name in a role is of its own tool and goes nowhere', 'codex', undefined, 'claude-opus-4', undefined],
  ['every command line is one row', 'command:my-agent --x', undefined, 'strong', 'big'],
  ['an agent knows the same models when it is talked to', 'claude+acp', undefined, 'strong', 'opus'],
  ['nobody asks: none', 'claude', undefined, undefined, undefined],
  ['a tier is no property of every object', 'claude', undefined, 'constructor', undefined],
])('%s', (_name, agent, asked, tier, expected) => {
  expect(modelFor({ agent, asked, tier, models })).toBe(expected);
});

it('entries that win take the place of the same ones only', () => {
  expect(mergedModels(models, { strong: { claude: 'sonnet' }, fast: { codex: 'mini' } })).toEqual({
    strong: { claude: 'sonnet', command: 'big' },
    cheap: { claude: 'haiku' },
    fast: { codex: 'mini' },
  });
});
