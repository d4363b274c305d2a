import { describe, expect, it } from 'vitest';
import { createRedactor, secretValues } from '../../src/core/redaction.ts';
import { SECRET_RULES } from '../../src/core/secret-rules.ts';
import { TOKENS, joined, letters } from '../rig/tokens.ts';

const KEY = Array.from({ length: 5 }, (_, index) => letters(64, `${index}aB3dE5gH7+jK9mN1pQ/2rS4tU6vW8xY0z`));
const pem = (separator: string): string =>
  [joined('-----BEGIN RSA ', 'PRIVATE', ' KEY-----'), ...KEY, `${letters(20)}==`, joined('-----END RSA ', 'PRIVATE', ' KEY-----')].join(
    separator,
  );

describe('text', () => {
  it.each(TOKENS.filter(([kind]) => kind !== 'private key'))('has no %s left in it', (kind, text) => {
    const { pattern } = SECRET_RULES.find(({ name }) => name === kind) ?? { pattern: /$^/g };
    const [match] = text.matchAll(pattern);
    const secret = match?.[1] ?? match?.[0] ?? '';
    const left = createRedactor().text(`before ${text} after`);
    expect(secret.length).toBeGreaterThan(8);
    expect(left).toBe(`before ${text} after`.replace(secret, '[redacted]'));
  });

  it('has no lines of a private key left in it, as they are or as JSON has them once or twice', () => {
    const left = ['\n', '\r\n', '\\n', '\\\\n'].map((separator) => createRedactor().text(`<${pem(separator)}>`));
    expect(left.map((text) => KEY.some((line) => text.includes(line)))).toEqual([false, false, false, false]);
    expect(left[2]).toBe(`<${pem('|').split('|')[0] ?? ''}[redacted]\\n${pem('|').split('|').at(-1) ?? ''}>`);
  });

  it('has no known value left in it, whatever its form, also as JSON has it', () => {
    const values = ['correct horse\n"battery"', 'staple-42'];
    const { text } = createRedactor(values);
    expect(text(`a ${values[0] ?? ''} b ${JSON.stringify(values)}`)).toBe('a [redacted] b ["[redacted]","[redacted]"]');
  });

  it('is the very same where there is nothing to hide', () => {
    const plain = 'task-1 has 12 tokens; see https://example.org/a?token=x and hooks.slack; the key is under the mat';
    expect(createRedactor(['short', '123456789012', '       x']).text(plain)).toBe(plain);
  });
});

it('variables are secret by their names', () => {
  const names = [
    'OPENAI_API_KEY',
    'GH_TOKEN',
    'npm_config__authToken',
    'DB_PASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'SIGNING_KEY',
    'GITHUB_PAT',
  ];
  const others = ['PATH', 'PWD', 'HOME', 'KEYBOARD', 'PATIENCE', 'MONKEYS', 'LANG', 'ITER_TASK', 'SSH_AUTH_SOCK'];
  const environment = Object.fromEntries([...names, ...others].map((name) => [name, name]));
  expect(secretValues({ ...environment, X_TOKEN: undefined })).toEqual(names);
});
