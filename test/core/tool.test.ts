import { expect, it } from 'vitest';
import { isAtLeast, parseTool, versionIn } from '../../src/core/tool.ts';

it('a tool is a name, perhaps with a least version', () => {
  expect(['git', 'node >= 20.19', 'node>=v20', 'g++', 'a b', '/bin/sh', '', 'node > 20'].map(parseTool)).toEqual([
    { program: 'git' },
    { program: 'node', version: '20.19' },
    { program: 'node', version: '20' },
    { program: 'g++' },
    ...['a b', '/bin/sh', '', 'node > 20'].map((text) => ({
      problem: `"${text}" is no tool; write a name on PATH, or a name and a version: node >= 20.19`,
    })),
  ]);
});

it('versions are compared number by number', () => {
  const pairs = [
    ['20.19.0', '20.19'],
    ['20.9', '20.19'],
    ['3', '2.9.9'],
    ['1.2', '1.2.0'],
    ['1.2.0.1', '1.2.1'],
  ] as const;
  expect(pairs.map(([found, least]) => isAtLeast(found, least))).toEqual([true, false, true, true, false]);
});

it('a version is found in what programs say', () => {
  const texts = [
    'git version 2.39.5',
    'v20.20.2',
    'go version go1.22.1 linux/amd64',
    'Python 3',
    'GNU bash, version 5.2.15(1)-release',
    'none',
  ];
  expect(texts.map(versionIn)).toEqual(['2.39.5', '20.20.2', '1.22.1', '3', '5.2.15', undefined]);
});
