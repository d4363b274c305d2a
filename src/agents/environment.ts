/** The environment an agent gets: an allow-list, never everything iter was started with. */

const ALLOWED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TERM',
  'TZ',
  'TMPDIR',
  'NO_COLOR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
];
const ALLOWED_PREFIXES = ['LC_', 'XDG_'];

export type Environment = Readonly<Record<string, string>>;

/** The allowed part of `from`, the variables named in `also`, and then `set` on top. */
export function childEnvironment(
  from: Readonly<Record<string, string | undefined>>,
  also: readonly string[],
  set: Environment,
): Environment {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue;
    const allowed = ALLOWED.includes(name) || also.includes(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix));
    if (allowed) kept[name] = value;
  }
  return { ...kept, ...set };
}
