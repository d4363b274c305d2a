/** Makes foreign text safe for a terminal: escape sequences, control characters and invisible direction marks do not get through. */

/*
 * In this order: string sequences (OSC, DCS, APC, PM, SOS) up to their end or the end of the line, CSI sequences, other escapes,
 * then single C0 and C1 controls except tab and line feed, then marks that reorder or hide text (bidi controls, zero-width characters).
 */
const SEQUENCES = /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The text without anything a terminal would act on; carriage returns that overwrite a line become line ends. */
export function visible(text: string): string {
  return text.replaceAll(SEQUENCES, '').replaceAll(/\r\n?/g, '\n').replaceAll(CONTROLS, '');
}
