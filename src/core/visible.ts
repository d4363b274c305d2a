/** Makes text that agents and files brought along safe for a terminal. Does not cut it to a width: only the terminal knows that. */

/** Far more than a terminal is wide; what is behind it never shows. */
const LONGEST = 4000;
const HALF_PAIR = /[\uD800-\uDBFF]$/;

/**
 * Escape sequences (ECMA-48), with 7-bit and 8-bit introducers: strings such as window titles (OSC, DCS, APC, PM, SOS), which without a
 * terminator go on to the end of the line; control sequences (CSI), complete or cut off; any other escape. No ESC is left over.
 */
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u0018\u001a\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;
/** What ends a line somewhere, the carriage return that would overwrite one included. */
const LINE_ENDS = /\r+\n?|[\u0085\u2028\u2029]/g;
/** What moves the cursor or cannot be seen: control characters but tab and line feed, joiners, selectors, fillers, tags, and marks that turn the direction of text. */
const UNSEEN = /(?![\t\n])\p{Cc}|\p{Default_Ignorable_Code_Point}|[\uFFF9-\uFFFB]/gu;
/** Skin tones: terminals disagree on the width of what they make, and agree without them. */
const TONES = /\p{Emoji_Modifier}/gu;

/** The text, of any number of lines, without anything a terminal would act on or would not show. */
export function visible(text: string): string {
  return text.replaceAll(SEQUENCES, '').replaceAll(LINE_ENDS, '\n').replaceAll(UNSEEN, '');
}

/** The text as one line, its blanks as they are; line ends and tabs count as a blank. */
export function printable(text: string): string {
  return visible(text.slice(0, LONGEST).replace(HALF_PAIR, ''))
    .replaceAll(/[\t\n]+/g, ' ')
    .replaceAll(TONES, '');
}

/** The same with runs of blanks as one blank and none at the ends. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/ {2,}/g, ' ').trim();
}
