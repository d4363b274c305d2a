/**
 * What secrets look like: tokens whose issuers documented a form, each with the page that says so, and assignments to names that say secret.
 * Entropy is only a second condition: it takes out examples and repeated letters, and finds nothing by itself.
 */

export interface SecretRule {
  readonly name: string;
  /** The secret itself is the first group, or the whole. Linear: no nested repetition. */
  readonly pattern: RegExp;
  /** Shannon entropy in bits per character the secret needs at least. */
  readonly entropy: number;
}

export const SECRET_RULES: readonly SecretRule[] = [
  // docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, "Unique ID prefixes"
  { name: 'AWS access key', pattern: /(?<![A-Z0-9])((?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Z0-9])/g, entropy: 2.5 },
  // docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github, "GitHub's token formats"
  { name: 'GitHub token', pattern: /(?<![A-Za-z0-9])(gh[pousr]_[A-Za-z0-9]{36,251})(?![A-Za-z0-9])/g, entropy: 3 },
  { name: 'GitHub fine-grained token', pattern: /(?<![A-Za-z0-9])(github_pat_[A-Za-z0-9_]{40,244})(?![A-Za-z0-9_])/g, entropy: 3 },
  // docs.gitlab.com/security/tokens/, "Token prefixes"
  {
    name: 'GitLab token',
    pattern: /(?<![A-Za-z0-9])(gl(?:pat|dt|rt|cbt|ptt|ft|oas|soat)-[A-Za-z0-9_-]{20,300})(?![A-Za-z0-9_-])/g,
    entropy: 3,
  },
  // api.slack.com/concepts/token-types and api.slack.com/messaging/webhooks
  { name: 'Slack token', pattern: /(?<![A-Za-z0-9])(xox[abeprs]-[A-Za-z0-9-]{20,250})(?![A-Za-z0-9-])/g, entropy: 2.5 },
  { name: 'Slack webhook', pattern: /(hooks\.slack\.com\/services\/T[A-Z0-9]{6,14}\/B[A-Z0-9]{6,14}\/[A-Za-z0-9]{20,30})/g, entropy: 3 },
  // docs.stripe.com/keys, live keys only
  { name: 'Stripe live key', pattern: /(?<![A-Za-z0-9])((?:sk|rk)_live_[A-Za-z0-9]{20,250})(?![A-Za-z0-9])/g, entropy: 3 },
  // cloud.google.com/docs/authentication/api-keys
  { name: 'Google API key', pattern: /(?<![A-Za-z0-9])(AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])/g, entropy: 3 },
  // docs.npmjs.com/about-access-tokens
  { name: 'npm token', pattern: /(?<![A-Za-z0-9])(npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])/g, entropy: 3 },
  // pypi.org/help/#apitoken
  { name: 'PyPI token', pattern: /(?<![A-Za-z0-9])(pypi-AgEI[A-Za-z0-9_-]{50,300})/g, entropy: 3 },
  // platform.openai.com/docs/api-reference/authentication; docs.anthropic.com/en/api/overview
  {
    name: 'OpenAI key',
    pattern: /(?<![A-Za-z0-9])(sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{16,120}T3BlbkFJ[A-Za-z0-9_-]{16,120})/g,
    entropy: 3,
  },
  { name: 'Anthropic key', pattern: /(?<![A-Za-z0-9])(sk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{60,150})/g, entropy: 3 },
  // docs.sendgrid.com/ui/account-and-settings/api-keys
  { name: 'SendGrid key', pattern: /(?<![A-Za-z0-9])(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})/g, entropy: 3 },
  // docs.digitalocean.com/reference/api/create-personal-access-token
  { name: 'DigitalOcean token', pattern: /(?<![A-Za-z0-9])(do[opr]_v1_[a-f0-9]{64})(?![a-f0-9])/g, entropy: 2.5 },
  // huggingface.co/docs/hub/security-tokens
  { name: 'Hugging Face token', pattern: /(?<![A-Za-z0-9])(hf_[A-Za-z0-9]{34})(?![A-Za-z0-9])/g, entropy: 3 },
  // learn.microsoft.com/azure/storage/common/storage-configure-connection-string
  { name: 'Azure storage key', pattern: /AccountKey=([A-Za-z0-9+/]{86}==)/g, entropy: 3.5 },
  // RFC 7468 and the OpenSSH format: the line that opens a private key
  { name: 'private key', pattern: /-----BEGIN ((?:[A-Z0-9]{2,20} ){0,3}PRIVATE KEY(?: BLOCK)?)-----/g, entropy: 0 },
  // RFC 7519: header and claims both begin with {" in base64url
  {
    name: 'JSON Web Token',
    pattern: /(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{20,1000})/g,
    entropy: 3,
  },
  // RFC 3986, section 3.2.1: a password in the user part of an address
  {
    name: 'password in an address',
    // begins with what is rare: looked for from its scheme on, it costs more than all the others
    pattern: /:\/\/(?<=[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s:/@'"`]{1,64}:([^\s:/@'"`${}<>\\]{8,128})@[A-Za-z0-9]/g,
    entropy: 3,
  },
  {
    name: 'secret in an assignment',
    pattern:
      /(?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token|client[_-]?secret)(?:\\?["'])?\s{0,8}(?:=|:|=>)\s{0,8}\\?["']([^\s"'${}<>\\]{16,200})\\?["']/gi,
    entropy: 3.5,
  },
];

/** Shannon entropy of a text in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
