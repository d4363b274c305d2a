/** Real command lines of agents, at pinned versions, installed by `scripts/real-agents` outside of the packages of iter; and a home for them that knows only the scripted model. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

type Pins = Readonly<Record<'usual' | 'more', Readonly<Record<string, { readonly package: string; readonly version: string }>>>>;

const PINS = JSON.parse(readFileSync(path.join(ROOT, 'test', 'real-agents', 'versions.json'), 'utf8')) as Pins;

function binOf(name: string, version: string): string {
  return path.join(ROOT, '.cache', 'agents', `${name}@${version}`, 'node_modules', '.bin');
}

const missing = (group: 'usual' | 'more'): string[] =>
  Object.entries(PINS[group])
    .filter(([name, { version }]) => !existsSync(path.join(binOf(name, version), name)))
    .map(([name, { version }]) => `${name} ${version}`);

/** True when codex, gemini and qwen are here. What tests without them do not show is said aloud. */
export const HAS_USUAL = areHere();

/** opencode and pi, when somebody has installed them: scripts/real-agents all. */
export const MORE: readonly string[] = HAS_USUAL && missing('more').length === 0 ? Object.keys(PINS.more) : [];

function areHere(): boolean {
  const asked = process.env['ITER_REAL_AGENTS'];
  const gone = missing('usual');
  if (gone.length === 0 && asked !== 'none') return true;
  const text = asked === 'none' ? 'ITER_REAL_AGENTS is none' : `${gone.join(', ')} not installed; run scripts/real-agents`;
  if (asked === 'required') throw new Error(text);
  console.warn(`SKIPPED, real agents are not tested: ${text}`);
  return false;
}

/** What a person has in the settings of these agents besides. */
export interface Settings {
  readonly codex?: { readonly retries: number };
  readonly gemini?: { readonly general?: object; readonly tools?: object };
  readonly qwen?: object;
}

export interface Household {
  readonly home: string;
  /** For the environment of `iter`. */
  readonly env: Readonly<Record<string, string>>;
}

/** A home of its own in which all agents know one provider, at `url`, codex at another if it has one, and reach the world through `proxy`, if they care. */
export function household(
  { url, codexUrl = url, proxy }: { readonly url: string; readonly codexUrl?: string; readonly proxy: string },
  { codex = { retries: 4 }, gemini = {}, qwen = {} }: Settings = {},
): Household {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'iter-agents-home-')));
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    writeFileSync(path.join(home, file), text);
  };
  put('.codex/config.toml', CODEX(codexUrl, codex.retries));
  put(
    '.gemini/settings.json',
    JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      model: { name: 'gemini-2.5-pro' },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      ...gemini,
      general: { disableAutoUpdate: true, disableUpdateNag: true, ...gemini.general },
    }),
  );
  put(
    '.qwen/settings.json',
    JSON.stringify({
      security: { auth: { selectedType: 'openai' } },
      general: { disableAutoUpdate: true, disableUpdateNag: true },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      ...qwen,
    }),
  );
  put('.config/opencode/opencode.json', JSON.stringify(OPENCODE(url)));
  put('.pi/agent/models.json', JSON.stringify({ providers: { scripted: PI(url) } }));
  put('.pi/agent/settings.json', JSON.stringify({ defaultProvider: 'scripted', defaultModel: 'pi-scripted' }));
  const bins = Object.entries({ ...PINS.usual, ...PINS.more }).map(([name, { version }]) => binOf(name, version));
  return {
    home,
    env: {
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, '.config'),
      PATH: [...bins, process.env['PATH'] ?? ''].join(':'),
      CODEX_HOME: path.join(home, '.codex'),
      OPENAI_API_KEY: 'no-key-of-anybody',
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_MODEL: 'qwen-scripted',
      GEMINI_API_KEY: 'no-key-of-anybody',
      GOOGLE_GEMINI_BASE_URL: url,
      // each start takes a third less when they do not start themselves again
      GEMINI_CLI_NO_RELAUNCH: 'true',
      QWEN_CODE_NO_RELAUNCH: 'true',
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
    },
  };
}

const CODEX = (url: string, retries: number): string => `model = "codex-scripted"
model_provider = "scripted"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
request_max_retries = ${retries}
stream_max_retries = ${retries}
`;

const PI = (url: string): object => ({
  baseUrl: `${url}/v1`,
  apiKey: 'scripted',
  api: 'openai-completions',
  models: [{ id: 'pi-scripted' }],
});

const OPENCODE = (url: string): object => ({
  autoupdate: false,
  share: 'disabled',
  provider: {
    scripted: {
      npm: '@ai-sdk/openai-compatible',
      name: 'scripted',
      options: { baseURL: `${url}/v1`, apiKey: 'scripted' },
      models: { 'opencode-scripted': { name: 'scripted', limit: { context: 100_000, output: 4096 } } },
    },
  },
  model: 'scripted/opencode-scripted',
  small_model: 'scripted/opencode-scripted',
});
