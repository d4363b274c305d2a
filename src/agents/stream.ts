/** Reads an agent's output as it comes in, in pieces of any size, and tells what it says. The same bytes give the same summary however they are cut. */
import { createLineCutter } from './byte-lines.ts';
import { acpEvents } from './format-acp.ts';
import { claudeEvents } from './format-claude.ts';
import { codexEvents } from './format-codex.ts';
import { geminiEvents } from './format-gemini.ts';
import { opencodeEvents } from './format-opencode.ts';
import { piEvents } from './format-pi.ts';
import { parseMap, type Loose } from './loose-json.ts';
import type { StreamFormat } from '../core/agent-descriptor.ts';
import type { AgentEvent } from './stream-event.ts';
import { clipped, fold, nothingYet, published, type StreamSummary } from './stream-summary.ts';

export interface StreamReader {
  /** What these bytes complete. Never throws: what cannot be read is counted. */
  readonly push: (bytes: Uint8Array) => readonly AgentEvent[];
  /** What was still open; the output has ended. */
  readonly end: () => readonly AgentEvent[];
  /** What was read so far comes to. */
  readonly summary: () => StreamSummary;
}

const MAPPERS: Readonly<Record<Exclude<StreamFormat, 'text'>, (line: Loose) => readonly AgentEvent[]>> = {
  acp: acpEvents,
  claude: claudeEvents,
  codex: codexEvents,
  gemini: geminiEvents,
  opencode: opencodeEvents,
  pi: piEvents,
};

/** What one line says; undefined when it is no event. */
export function eventsOfLine(format: Exclude<StreamFormat, 'text'>, text: string): readonly AgentEvent[] | undefined {
  const line = parseMap(text);
  return line === undefined ? undefined : MAPPERS[format](line);
}

export function createReader(format: StreamFormat): StreamReader {
  return format === 'text' ? textReader() : jsonReader(format);
}

/** Characters of a line that is no event. */
const WORDS_KEPT = 2000;

/** JSON, one event per line; other lines are what the program's libraries have to say. */
function jsonReader(format: Exclude<StreamFormat, 'text'>): StreamReader {
  const lines = createLineCutter();
  const eventsOf = MAPPERS[format];
  let state = nothingYet(format);
  const read = (texts: readonly string[]): readonly AgentEvent[] =>
    texts.flatMap((text) => {
      const line = parseMap(text);
      if (line === undefined) {
        if (text.trim() !== '') state = { ...state, unread: state.unread + 1, lastWords: clipped(text, WORDS_KEPT) };
        return [];
      }
      const events = eventsOf(line).filter((event) => event.type !== 'session' || event.id !== state.session);
      state = events.reduce(fold, state);
      return events;
    });
  return {
    push: (bytes) => read(lines.push(bytes)),
    end: () => read(lines.end()),
    summary: () => published({ ...state, unread: state.unread + lines.tooLong() }),
  };
}

/** Any program: all it writes is one text. */
function textReader(): StreamReader {
  const decoder = new TextDecoder();
  let state = nothingYet('text');
  const read = (text: string): readonly AgentEvent[] => {
    if (text === '') return [];
    const event: AgentEvent = { type: 'text', text, continues: true };
    state = fold(state, event);
    return [event];
  };
  return {
    push: (bytes) => read(decoder.decode(bytes, { stream: true })),
    end: () => read(decoder.decode()),
    summary: () => published(state),
  };
}
