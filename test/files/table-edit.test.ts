import { describe, expect, test } from 'vitest';
import { replaceTableBody } from '../../src/files/table-edit.ts';
import { plan, T1 } from '../rig/small-plan.ts';

describe('replacing the body of a table', () => {
  const LOG = '| Task ID | Agent ID | Notes |\n|---|---|---|\n';

  test('the rows change and everything else stays', () => {
    const text = `${plan(T1)}\n${LOG}| T1 | old | - |\n| T2 | old | - |\n\nEnd`;
    expect(replaceTableBody(text, ['Task ID', 'Agent ID', 'Notes'], [['T1', 'new', 'a|b\nc']])).toBe(
      `${plan(T1)}\n${LOG}| T1 | new | a\\|b c |\n\nEnd`,
    );
  });

  test('line endings are those of the table, and a last line without one stays without', () => {
    const log = LOG.replaceAll('\n', '\r\n');
    const one = replaceTableBody(log.trimEnd(), ['Agent ID', 'Task ID', 'Notes'], [['a', 'T1', '']]);
    expect(one).toBe(`${log}| T1 | a |  |`);
    expect(replaceTableBody(one, ['Task ID', 'Notes'], [['T2', 'n']])).toBe(`${log}| T2 |  | n |`);
    expect(replaceTableBody(one, ['Task ID'], [])).toBe(log.trimEnd());
  });

  test('of two kinds of line endings the one behind the dashes holds', () => {
    const mixed = LOG.replace(/\n$/, '\r\n');
    expect(replaceTableBody(mixed, ['Task ID'], [['T1']])).toBe(`${mixed}| T1 |  |  |\r\n`);
  });

  test('without such a table nothing happens', () => {
    expect(replaceTableBody(plan(T1), ['Task ID', 'Agent ID'], [['T1', 'a']])).toBe(plan(T1));
  });
});
