import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { sandboxFindings } from '../../src/engine/sandbox-doctor.ts';
import { standIn } from '../rig/container-engines.ts';
import { repositoryWith, temporaryFolder, write } from '../rig/repository.ts';

it('says which programs make sandboxes here, whether their engine answers, and whether the image of the configuration is there', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const engine = standIn();
  const findings = async (PATH: string, config?: string) => {
    if (config !== undefined) write(root, { '.iter/config.yaml': `sandbox: ${config}\n` });
    const environment = { ...engine.environment, PATH, XDG_CONFIG_HOME: path.join(root, 'none') };
    return (await sandboxFindings(root, { environment })).map(({ state, what }) => `${state} ${what}`);
  };
  const [folder] = (engine.environment['PATH'] ?? '').split(':');
  const silent = temporaryFolder();
  writeFileSync(path.join(silent, 'docker'), '#!/bin/sh\necho "Cannot connect to the Docker daemon" >&2\nexit 1\n', { mode: 0o755 });
  writeFileSync(path.join(silent, 'bwrap'), '', { mode: 0o755 });

  expect(await findings('/nowhere')).toEqual([
    'absent sandbox bubblewrap: bwrap is not on PATH',
    'absent sandbox container: neither podman nor docker on PATH',
  ]);
  expect(await findings('/nowhere', '{ by: container, image: "a:1" }')).toContain(
    'bad sandbox container: nothing here runs the image "a:1"',
  );
  const both = `${folder}:${silent}:${path.dirname(process.execPath)}`;
  expect(await findings(both, '{ by: none, image: "iter-test/thin:2" }')).toEqual([
    'good sandbox bubblewrap: bwrap is on PATH; iter launch tries whether it may make one',
    'good sandbox container: podman answers',
    'doubtful sandbox container: docker has no engine to ask: Cannot connect to the Docker daemon',
    'good sandbox container: podman has the image "iter-test/thin:2"',
  ]);
  const absent = 'sandbox: container, and podman has no image "b" here; fetch it: podman pull b; or build it';
  expect((await findings(both, '{ by: none, image: b }')).at(-1)).toBe(`doubtful ${absent}`);
  expect((await findings(both, '{ by: container, image: b }')).at(-1)).toBe(`bad ${absent}`);
});
