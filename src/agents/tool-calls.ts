/** The last tool calls of a run, in pieces: one more copies a piece of them and not all. Pure, and bounded however many there are. */

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Absent while it runs, and for ever when nothing told its end. */
  readonly ok?: boolean;
}

export interface ToolCalls {
  /** Whole pieces, the oldest one first. */
  readonly earlier: readonly (readonly ToolCall[])[];
  readonly latest: readonly ToolCall[];
  /** The ids of those among them that run. */
  readonly open: readonly string[];
}

/** What is kept of them. */
const KEPT = 1000;
const PIECE = 50;
const PIECES = KEPT / PIECE;

export const NO_CALLS: ToolCalls = { earlier: [], latest: [], open: [] };

/** The last 1000, the oldest one first. */
export function callsIn({ earlier, latest }: ToolCalls): readonly ToolCall[] {
  return [...earlier.flat(), ...latest].slice(-KEPT);
}

export function isRunning({ open }: ToolCalls, id: string): boolean {
  return open.includes(id);
}

/** With one more; one that has not ended runs. */
export function withCall({ earlier, latest, open }: ToolCalls, call: ToolCall): ToolCalls {
  const running = call.ok === undefined ? [...open, call.id] : open;
  if (latest.length < PIECE) return { earlier, latest: [...latest, call], open: running };
  const forgotten = earlier.length < PIECES ? [] : (earlier[0] ?? []).flatMap(({ id, ok }) => (ok === undefined ? id : []));
  return {
    earlier: [...earlier, latest].slice(-PIECES),
    latest: [call],
    open: forgotten.length === 0 ? running : running.filter((id) => !forgotten.includes(id)),
  };
}

/** With the end of the one of that id that runs; undefined when none is known. */
export function withEnd({ earlier, latest, open }: ToolCalls, id: string, ok: boolean): ToolCalls | undefined {
  if (!open.includes(id)) return undefined;
  const rest = { open: open.filter((one) => one !== id) };
  const ended = endedIn(latest, id, ok);
  if (ended !== undefined) return { ...rest, earlier, latest: ended };
  for (let index = earlier.length - 1; index >= 0; index -= 1) {
    const piece = endedIn(earlier[index] ?? [], id, ok);
    if (piece !== undefined) return { ...rest, earlier: earlier.with(index, piece), latest };
  }
  return undefined;
}

function endedIn(piece: readonly ToolCall[], id: string, ok: boolean): readonly ToolCall[] | undefined {
  const index = piece.findLastIndex((call) => call.id === id && call.ok === undefined);
  const call = piece[index];
  return call === undefined ? undefined : piece.with(index, { ...call, ok });
}
