/** Where a JSON text stops being JSON (RFC 8259). The engine's own messages give no place and change between versions. */
import type { Fault } from './fault.ts';

/** Finds the first fault; undefined when the text is valid JSON. Depth costs no stack. */
export function jsonFault(text: string): Fault | undefined {
  const open: ('{' | '[')[] = [];
  let at = 0;
  let expect: Expectation = 'value';
  for (;;) {
    at = end(/[ \t\r\n]*/y, text, at) ?? at;
    const next = text.charAt(at);
    const inside = open.at(-1);
    if (expect === 'value' || expect === 'value or ]') {
      if (next === '{' || next === '[') {
        open.push(next);
        expect = next === '{' ? 'key or }' : 'value or ]';
        at += 1;
      } else if (next === ']' && expect === 'value or ]') {
        open.pop();
        expect = 'comma or end';
        at += 1;
      } else {
        const after = end(SCALAR, text, at);
        if (after === undefined) return fault(text, at, next === '"' ? 'a complete string' : 'a value');
        at = after;
        expect = 'comma or end';
      }
    } else if (expect === 'key or }' && next === '}') {
      open.pop();
      expect = 'comma or end';
      at += 1;
    } else if (expect === 'key' || expect === 'key or }') {
      const after = end(KEY, text, at);
      if (after === undefined) return fault(text, at, 'a key in double quotes and a colon');
      at = after;
      expect = 'value';
    } else if (inside === undefined) {
      return at === text.length ? undefined : fault(text, at, 'the end');
    } else if (next === ',') {
      expect = inside === '{' ? 'key' : 'value';
      at += 1;
    } else if (next === (inside === '{' ? '}' : ']')) {
      open.pop();
      at += 1;
    } else {
      return fault(text, at, inside === '{' ? '"," or "}"' : '"," or "]"');
    }
  }
}

type Expectation = 'value' | 'value or ]' | 'key' | 'key or }' | 'comma or end';

const PLAIN = '[^"\\\\\\u0000-\\u001f]*';
const STRING = `"${PLAIN}(?:\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})${PLAIN})*"`;
const SCALAR = new RegExp(`${STRING}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null`, 'y');
const KEY = new RegExp(`${STRING}[ \\t\\r\\n]*:`, 'y');

function end(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function fault(text: string, at: number, expected: string): Fault {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  const next = /[^]/u.exec(text.slice(at, at + 2))?.[0];
  const found = next === undefined ? 'the text ends' : `found ${JSON.stringify(next)}`;
  return {
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
    what: `${found} where ${expected} should be`,
  };
}
