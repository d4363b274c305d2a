/** dist/ has an ink that keeps what it works out about texts and lines: what it draws must be what ink draws. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { inkPlugins } from '../../scripts/ink-plugins.mjs';
import { temporaryFolder } from '../rig/repository.ts';

/** The frames of `frames-program.tsx` with colours, bundled with these plugins. */
async function drawn(plugins: typeof inkPlugins): Promise<readonly string[]> {
  const outfile = path.join(temporaryFolder(), 'frames.mjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, '../rig/frames-program.tsx')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    plugins: [...plugins],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const output = execFileSync(process.execPath, [outfile], {
    env: { PATH: process.env['PATH'], FORCE_COLOR: '1' },
    maxBuffer: 64 * 1024 ** 2,
  });
  return JSON.parse(output.toString()) as string[];
}

it('many pictures, one after the other, look the same with the quicker ink as with ink as it is', async () => {
  const quicker = inkPlugins.filter((plugin) => plugin.name === 'quick-frames' || plugin.name === 'quick-widths');
  const [quick, plain] = await Promise.all([drawn(inkPlugins), drawn(inkPlugins.filter((plugin) => !quicker.includes(plugin)))]);
  expect(quicker.length).toBe(2);
  expect(new Set(plain).size).toBeGreaterThan(40);
  expect(quick).toEqual(plain);
});
