/** Makes text that agents and files brought along safe for one line of a terminal. Does not cut it to a width: only the terminal knows that. */

/** Far more than a terminal is wide; what is behind it never shows. */
const LONGEST = 4000;
const ESC = '\u001B';
const BEL = '\u0007';
/** `ESC [ … letter` (ECMA-48 control sequences) and `ESC ] … BEL|ESC \` (operating system commands). */
const SEQUENCE = new RegExp(`${ESC}\\[[0-?]*[ -/]*[@-~]|${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?`, 'g');
/** C0, DEL, C1, line and paragraph separators: each would move the cursor or end the line. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Marks that turn the direction of text, so that what is shown is not what is there. */
const DIRECTION = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
/** Joiners, variation selectors and skin tones: terminals disagree on the width of what they make, and agree without them. */
const JOINING = /[\u200B\u200C\u2060\uFEFF]|\u200D|\p{Variation_Selector}|\p{Emoji_Modifier}/gu;
const HALF_PAIR = /[\uD800-\uDBFF]$/;

/** The text with its blanks as they are, but nothing that moves the cursor, ends the line or cannot be seen. */
export function printable(text: string): string {
  return text
    .slice(0, LONGEST)
    .replace(HALF_PAIR, '')
    .replaceAll(SEQUENCE, '')
    .replaceAll(CONTROL, ' ')
    .replaceAll(DIRECTION, '')
    .replaceAll(JOINING, '');
}

/** The same with runs of blanks as one blank and none at the ends. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/ {2,}/g, ' ').trim();
}
