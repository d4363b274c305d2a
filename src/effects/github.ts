/** The one door to `gh`, the command line of GitHub: opens pull requests, or changes one that is open. Who the person is there, gh knows by itself. */
import { execa } from 'execa';

/** gh refused, was not found or was killed: `exitCode` is undefined in the last two cases. */
export class GithubError extends Error {
  override readonly name = 'GithubError';
  readonly exitCode: number | undefined;

  constructor(argv: readonly string[], outcome: { readonly exitCode: number | undefined; readonly said: string }) {
    const ended = outcome.exitCode === undefined ? 'did not finish' : `ended with ${outcome.exitCode}`;
    super(`gh ${argv.slice(0, 2).join(' ')} ${ended}: ${outcome.said.trim()}`);
    this.exitCode = outcome.exitCode;
  }
}

export interface GithubOptions {
  /** A checkout: gh takes the repository from its remotes. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** True when there is a gh that starts. */
export async function hasGithub(options: GithubOptions): Promise<boolean> {
  const { exitCode } = await started(['--version'], options);
  return exitCode === 0;
}

export interface PullRequest {
  /** Short names. */
  readonly base: string;
  readonly head: string;
  readonly title: string;
  readonly body: string;
}

/** Opens a pull request, or gives the one that is open for this branch its new text; gives its address. Throws GithubError. */
export async function openPullRequest({ base, head, title, body }: PullRequest, options: GithubOptions): Promise<string> {
  const found = await gh(['pr', 'list', '--head', head, '--base', base, '--state', 'open', '--json', 'number,url'], options);
  const open = requestIn(found);
  const text = ['--title', title, '--body-file', '-'];
  if (open !== undefined) {
    await gh(['pr', 'edit', String(open.number), ...text], options, shortened(body));
    return open.url;
  }
  const said = await gh(['pr', 'create', '--base', base, '--head', head, ...text], options, shortened(body));
  // the address is the last thing it prints
  return said.trim().split('\n').at(-1) ?? '';
}

function requestIn(text: string): { readonly number: number; readonly url: string } | undefined {
  const [first] = JSON.parse(text) as readonly { readonly number: number; readonly url: string }[];
  return first;
}

/** Characters GitHub takes in the body of a pull request are 65,536. */
const LONGEST = 65_000;

function shortened(body: string): string {
  return body.length <= LONGEST ? body : `${body.slice(0, LONGEST)}\n\n(the rest is in INTEGRATION_REPORT.md)\n`;
}

async function gh(argv: readonly string[], options: GithubOptions, input?: string): Promise<string> {
  const { exitCode, stdout, said } = await started(argv, options, input);
  if (exitCode !== 0) throw new GithubError(argv, { exitCode, said });
  return stdout;
}

async function started(
  argv: readonly string[],
  { cwd, environment, signal }: GithubOptions,
  input?: string,
): Promise<{ readonly exitCode: number | undefined; readonly stdout: string; readonly said: string }> {
  // variables that would lead git elsewhere than to this checkout
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE)$/.test(name)));
  const { exitCode, stdout, stderr, message } = await execa('gh', argv, {
    cwd,
    env: { ...env, GH_PROMPT_DISABLED: '1', NO_COLOR: '1' },
    extendEnv: false,
    reject: false,
    cancelSignal: signal,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  return { exitCode, stdout, said: stderr === '' ? (message ?? stdout) : stderr };
}
