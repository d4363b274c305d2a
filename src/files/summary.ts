/** The `## Summary` of a Markdown file: what of it goes into prompts further down the line. Cuts at line ends, never inside a line. */
import type { Token } from 'marked';
import { estimateTokenCount } from 'tokenx';
import { splitFrontMatter } from './front-matter.ts';
import { blocksOf, comparable, isNestedTooDeeply, UnreadableMarkdown } from './headings.ts';

export interface Summary {
  readonly text: string;
  /** Tokens of the whole section, when it had to be cut. */
  readonly cutFrom?: number;
}

/** How many tokens a model makes of a text, about: counted by rules for each script, without the model's own table; good to some per cent. */
export function tokensOf(text: string): number {
  const known = counted.get(text);
  if (known !== undefined) return known;
  const tokens = estimateTokenCount(text);
  // the tasks of an iteration have most of their texts in common
  if (counted.size >= REMEMBERED) counted.clear();
  counted.set(text, tokens);
  return tokens;
}

const counted = new Map<string, number>();
const REMEMBERED = 200;

/** The section below the first heading "Summary", without the heading, up to `most` tokens; undefined when there is none or nothing in it. */
export function summaryOf(text: string, most: number): Summary | undefined {
  const { body } = splitFrontMatter(text);
  if (isNestedTooDeeply(body)) return undefined;
  let depth: number | undefined;
  let section = '';
  for (const block of readableBlocks(body)) {
    if (block.type === 'heading') {
      const heading = block as { readonly depth: number; readonly text: string };
      if (depth !== undefined && heading.depth <= depth) break;
      if (depth === undefined && comparable(heading.text) === 'summary') {
        depth = heading.depth;
        continue;
      }
    }
    if (depth !== undefined) section += block.raw;
  }
  const whole = section.trim();
  if (whole === '') return undefined;
  const tokens = tokensOf(whole);
  return tokens <= most ? { text: whole } : { text: beginning(whole, most), cutFrom: tokens };
}

/** None where the parser fails. */
function readableBlocks(body: string): Token[] {
  try {
    return blocksOf(body);
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return [];
    throw error;
  }
}

/** As many whole lines as fit. */
function beginning(text: string, most: number): string {
  const lines = text.split('\n');
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tokensOf(lines.slice(0, middle).join('\n')) <= most) low = middle;
    else high = middle - 1;
  }
  return lines.slice(0, low).join('\n').trimEnd();
}
