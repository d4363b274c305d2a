import { appendFileSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMask } from '../../src/effects/log-mask.ts';
import { tendLog } from '../../src/effects/log-limit.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { joined, letters } from '../rig/tokens.ts';
import { until } from '../rig/until.ts';

const TOKEN = `ghp_${letters(36)}`;
const VALUE = 'correct "horse" ä\nbattery';
const LONG = `eyJ${letters(200)}.eyJ${letters(3000)}.${letters(300)}`;

/** A line of JSON with each of these texts in it. */
const lineOf = (texts: readonly string[]): string => `${JSON.stringify({ type: 'text', text: texts.join(' ü ') })}\n`;
const hidden = (text: string): string => {
  const secret = [TOKEN, LONG, JSON.stringify(VALUE).slice(1, -1)];
  const stars = (one: string): string => '*'.repeat(Buffer.byteLength(one));
  return secret.reduce((left, one) => left.replaceAll(one, stars(one)), text);
};

it('whatever the pieces a log comes in, secrets are masked, every other byte is where it was, and lines of JSON stay JSON', () => {
  const file = path.join(temporaryFolder(), 'a.log');
  const text = fc.constantFrom('plain', 'x'.repeat(5000), TOKEN, LONG, VALUE, 'https://example.org');
  const log = fc
    .array(fc.array(text, { maxLength: 4 }).map(lineOf), { minLength: 1, maxLength: 5 })
    .map((lines) => Buffer.from(lines.join('')));
  const cuts = fc.array(fc.nat(), { maxLength: 8 });
  fc.assert(
    fc.property(log, cuts, (whole, marks) => {
      writeFileSync(file, '');
      const mask = createMask(file, [VALUE]);
      const places = [0, ...marks.map((mark) => mark % whole.length).toSorted((a, b) => a - b), whole.length];
      for (const [index, to] of places.slice(1).entries()) {
        appendFileSync(file, whole.subarray(places[index], to));
        mask.look();
      }
      const left = readFileSync(file, 'utf8');
      expect(left.replaceAll(/\*+/g, '')).toBe(hidden(whole.toString()).replaceAll(/\*+/g, ''));
      expect(Buffer.byteLength(left)).toBe(whole.length);
      for (const line of left.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type', 'text');
    }),
    { numRuns: 200 },
  );
});

it('a log that is cut at its limit has none either: what moved is looked at again', async () => {
  const file = path.join(temporaryFolder(), 'a.log');
  const noise = `${'noise '.repeat(20)}\n`;
  writeFileSync(file, `${TOKEN}\n${noise.repeat(6)}${TOKEN}\n`);
  const end = tendLog(file, [VALUE], { most: 1000, head: 100, tail: 300 });
  const read = (): string => readFileSync(file, 'utf8');
  await until(read, (text) => !text.includes(TOKEN), 30_000);
  appendFileSync(file, `${noise.repeat(4)}${VALUE}\nlast ${TOKEN}\n`);
  await end();
  expect([read().includes(TOKEN), read().includes('horse')]).toEqual([false, false]);
  expect([read().startsWith(`${'*'.repeat(40)}\n`), read().endsWith(`last ${'*'.repeat(40)}\n`)]).toEqual([true, true]);
});

it('a log is only written where there is something to mask, a private key in it no second time, and its line ends stay', () => {
  const file = path.join(temporaryFolder(), 'a.log');
  const [head, foot] = ['BEGIN', 'END'].map((word) => joined(`-----${word} `, 'PRIVATE', ' KEY-----'));
  writeFileSync(file, `${head}\n${letters(64)}\r\n${letters(64)}\n${foot}\n`);
  const mask = createMask(file, []);
  mask.look();
  const masked = readFileSync(file, 'utf8');
  utimesSync(file, 1000, 1000);
  mask.look(0);
  expect(masked).toBe(`${head}\n${'*'.repeat(64)}\r\n${'*'.repeat(64)}\n${foot}\n`);
  expect([readFileSync(file, 'utf8'), statSync(file).mtimeMs, mask.isBehind()]).toEqual([masked, 1_000_000, false]);
});
