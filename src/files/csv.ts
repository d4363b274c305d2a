/** CSV as RFC 4180 has it: commas, fields in double quotes where they hold commas, quotes or line ends, the same number of fields in each record. */
import type { Fault } from './fault.ts';

/** The first fault of a text; a BOM is the caller's to take off. The first record is the header, and there has to be one. */
export function csvFault(text: string): Fault | undefined {
  if (text.trim() === '') return { line: 1, column: 1, what: 'there is no header' };
  let line = 1;
  let lineStart = 0;
  let fields = 1;
  let wanted: number | undefined;
  let recordLine = 1;
  let at = 0;
  const column = (): number => at - lineStart + 1;
  while (at < text.length) {
    if (text[at] === '"') {
      const opened = { line, column: column() };
      for (at += 1; at < text.length; at += 1) {
        if (text[at] === '\n') {
          line += 1;
          lineStart = at + 1;
        } else if (text[at] === '"') {
          if (text[at + 1] !== '"') break;
          at += 1;
        }
      }
      if (at >= text.length) return { ...opened, what: 'the quoted field that starts here is never closed' };
      at += 1;
      if (at < text.length && !/[,\r\n]/.test(text[at] ?? '')) return { line, column: column(), what: 'text after a closing quote' };
    } else {
      while (at < text.length && !/[,\r\n]/.test(text[at] ?? '')) {
        if (text[at] === '"') return { line, column: column(), what: 'a quote inside a field that is not quoted' };
        at += 1;
      }
    }
    if (text[at] === ',') {
      fields += 1;
      at += 1;
      if (at < text.length) continue;
    }
    wanted ??= fields;
    if (fields !== wanted)
      return { line: recordLine, column: 1, what: `${fields} ${fields === 1 ? 'field' : 'fields'} where the header has ${wanted}` };
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    at += 1;
    line += 1;
    lineStart = at;
    recordLine = line;
    fields = 1;
  }
  return undefined;
}
