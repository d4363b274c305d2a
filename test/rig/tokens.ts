/** One secret of every kind iter knows, put together here so that this file has none. */

/** Letters without a pattern, of an alphabet. */
export const letters = (length: number, alphabet = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z'): string =>
  Array.from({ length }, (_, index) => alphabet[(index * 7) % alphabet.length]).join('');

export const joined = (...parts: readonly string[]): string => parts.join('');

/** The name of the kind, and a text with a secret of it. */
export const TOKENS: readonly (readonly [kind: string, text: string])[] = [
  ['AWS access key', `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`],
  ['GitHub token', `ghp_${letters(36)}`],
  ['GitHub fine-grained token', `github_pat_${letters(82)}`],
  ['GitLab token', `glpat-${letters(20)}`],
  ['Slack token', `xoxb-${letters(12, '1234567890')}-${letters(24)}`],
  ['Slack webhook', `https://hooks.slack.com/services/T${letters(8, 'ABC123')}/B${letters(8, 'ABC123')}/${letters(24)}`],
  ['Stripe live key', `sk_live_${letters(24)}`],
  ['Google API key', `AIza${letters(35)}`],
  ['npm token', `npm_${letters(36)}`],
  ['PyPI token', `pypi-AgEI${letters(60)}`],
  ['OpenAI key', joined('sk-proj-', letters(40), 'T3Blbk', 'FJ', letters(40))],
  ['Anthropic key', `sk-ant-api03-${letters(90)}`],
  ['SendGrid key', `SG.${letters(22)}.${letters(43)}`],
  ['DigitalOcean token', `dop_v1_${letters(64, '0123456789abcdef')}`],
  ['Hugging Face token', `hf_${letters(34)}`],
  ['Azure storage key', `AccountKey=${letters(86)}==`],
  ['private key', joined('-----BEGIN RSA ', 'PRIVATE', ' KEY-----')],
  ['JSON Web Token', `eyJ${letters(20)}.eyJ${letters(30)}.${letters(40)}`],
  ['password in an address', `postgres://app:${letters(16)}@db.example.org/x`],
  ['secret in an assignment', `const apiKey = "${letters(24)}";`],
];
