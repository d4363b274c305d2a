/** Cuts bytes that come in pieces into lines of text, whatever the pieces are. Bytes that are no UTF-8 become U+FFFD. */

export interface LineCutter {
  /** The lines these bytes complete, without their ends; empty ones are left out. */
  readonly push: (bytes: Uint8Array) => readonly string[];
  /** The last line when nothing ended it. */
  readonly end: () => readonly string[];
  /** Lines that were longer than is kept, and are left out whole. */
  readonly tooLong: () => number;
}

/** Longer than any event has a reason to be: 16 MB. */
const LONGEST_LINE = 16 * 1024 * 1024;
/** Bytes to begin with, and what is gone back to after a long line. */
const USUAL_LINE = 65_536;

const LINE_FEED = 10;

/** A cutter with nothing in it; `longest` in bytes. */
export function createLineCutter(longest = LONGEST_LINE): LineCutter {
  const decoder = new TextDecoder();
  let buffer = new Uint8Array(USUAL_LINE);
  let length = 0;
  let isDropping = false;
  let dropped = 0;

  const collect = (piece: Uint8Array): void => {
    if (isDropping) return;
    const needed = length + piece.length;
    if (needed > longest) {
      isDropping = true;
      dropped += 1;
      return;
    }
    if (needed > buffer.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(longest, buffer.length * 2)));
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    buffer.set(piece, length);
    length = needed;
  };
  const take = (): readonly string[] => {
    const line = isDropping ? '' : decoder.decode(buffer.subarray(0, length));
    if (buffer.length > USUAL_LINE * 16) buffer = new Uint8Array(USUAL_LINE);
    length = 0;
    isDropping = false;
    return line === '' ? [] : [line];
  };

  return {
    push: (bytes) => {
      const lines: string[] = [];
      let from = 0;
      for (let to = bytes.indexOf(LINE_FEED); to !== -1; to = bytes.indexOf(LINE_FEED, from)) {
        collect(bytes.subarray(from, to));
        lines.push(...take());
        from = to + 1;
      }
      collect(bytes.subarray(from));
      return lines;
    },
    end: take,
    tooLong: () => dropped,
  };
}
