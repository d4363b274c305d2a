/** Makes what an agent writes for programs readable for people: what it said, which tools it called, what went wrong. */
import type { StreamFormat } from '../core/agent-descriptor.ts';
import { eventsOfLine } from './stream.ts';
import type { AgentEvent } from './stream-event.ts';
import { unreachable } from '../core/unreachable.ts';

/** Takes the next piece of the output and gives what it adds for a reader, in whole lines; text stays as it is. */
export function createTranscript(format: StreamFormat): (text: string) => string {
  if (format === 'text') return (text) => text;
  const words = createWords();
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    return lines.map((line) => eventsOfLine(format, line)?.map(words.of).join('') ?? words.plain(line)).join('');
  };
}

/** Calls whose beginning was told; their good end is no news. */
const CALLS_KEPT = 100;

/** Each event in words, with the line ends it needs: pieces of one message stand in one line. */
function createWords(): { readonly of: (event: AgentEvent) => string; readonly plain: (line: string) => string } {
  let isOpen = false;
  let last = '';
  let calls: readonly string[] = [];
  const open = new Set<string>();
  const line = (text: string): string => {
    const before = isOpen ? '\n' : '';
    isOpen = false;
    return text === '' ? before : `${before}${text}\n`;
  };
  const message = (text: string, continues: boolean): string => {
    if (continues) {
      isOpen = true;
      return text;
    }
    // some repeat at the end what was said last
    if (text === last) return '';
    last = text;
    return line(text);
  };
  const of = (event: AgentEvent): string => {
    switch (event.type) {
      case 'text':
        return message(event.text, event.continues);
      case 'tool-started':
        // some tell of a call again when they ask whether they may make it
        if (open.has(event.id)) return '';
        open.add(event.id);
        calls = [...calls, event.id].slice(-CALLS_KEPT);
        return line(`> ${event.name}`);
      case 'tool-ended':
        // that it may not be made was told before
        if (!open.delete(event.id) && calls.includes(event.id) && !event.ok) return '';
        if (!event.ok) return line(`> ${event.name ?? 'that'} failed`);
        return event.name === undefined || calls.includes(event.id) ? '' : line(`> ${event.name}`);
      case 'limited':
        return line(event.limit.message);
      case 'warned':
        return line(event.message);
      case 'ended':
        return line(event.terminal.kind === 'ok' ? '' : event.terminal.message);
      case 'session':
      case 'forgets':
      case 'turn-started':
      case 'usage':
      case 'cost':
        return '';
      default:
        return unreachable(event);
    }
  };
  return { of, plain: line };
}
