/** Reads a file of any size in pieces. */
import { closeSync, openSync, readSync } from 'node:fs';

const PIECE = 256 * 1024;

/** The bytes of a file, piece by piece; a piece is only good until the next is asked for. Throws when there is no such file. */
export function* piecesOf(file: string): Generator<Uint8Array> {
  const descriptor = openSync(file, 'r');
  const buffer = new Uint8Array(PIECE);
  try {
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer)) yield buffer.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}
