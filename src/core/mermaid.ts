/** Writes a flowchart in the language of Mermaid. Knows nothing of workflows; where things are placed is up to the program that draws it. */
import { oneLine } from './visible.ts';

export interface ChartNode {
  readonly id: string;
  readonly lines: readonly string[];
  readonly shape: 'box' | 'rounded' | 'double';
  /** Name of one of the styles. */
  readonly style?: string;
}

export interface ChartGroup {
  /** Without one, its nodes stand for themselves. */
  readonly label?: string;
  readonly nodes: readonly ChartNode[];
}

export interface ChartArrow {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** Drawn dashed. */
  readonly dashed?: boolean;
}

export interface Chart {
  readonly groups: readonly ChartGroup[];
  readonly arrows: readonly ChartArrow[];
  /** CSS by name; only those in use are written. */
  readonly styles?: Readonly<Record<string, string>>;
}

const SHAPES = { box: ['["', '"]'], rounded: ['("', '")'], double: ['[["', '"]]'] } as const;

/** The text of a chart, one thing a line, with a line feed at its end. Node ids stand as given, everything else is quoted. */
export function mermaid({ groups, arrows, styles = {} }: Chart): string {
  // Mermaid has reserved words among ids, so nodes are numbered
  const nodes = groups.flatMap((group) => group.nodes);
  const ids = new Map(nodes.map((node, index) => [node.id, `n${index + 1}`]));
  const nodeLine = ({ id, lines, shape, style }: ChartNode): string => {
    const [open, close] = SHAPES[shape];
    return `${ids.get(id) ?? ''}${open}${lines.map(quoted).join('<br/>')}${close}${style === undefined ? '' : `:::${style}`}`;
  };
  const groupLines = ({ label, nodes: members }: ChartGroup, index: number): string[] =>
    label === undefined
      ? members.map((node) => `  ${nodeLine(node)}`)
      : [`  subgraph g${index + 1}["${quoted(label)}"]`, ...members.map((node) => `    ${nodeLine(node)}`), '  end'];
  const arrowLine = ({ from, to, label, dashed }: ChartArrow): string =>
    `  ${ids.get(from) ?? ''} ${dashed === true ? '-.->' : '-->'}${label === undefined ? '' : `|"${quoted(label)}"|`} ${ids.get(to) ?? ''}`;
  const used = Object.entries(styles).filter(([name]) => nodes.some((node) => node.style === name));
  return [
    'flowchart TD',
    ...groups.flatMap(groupLines),
    ...arrows.filter(({ from, to }) => ids.has(from) && ids.has(to)).map(arrowLine),
    ...used.map(([name, css]) => `  classDef ${name} ${css}`),
    '',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '"': 'quot', '<': 'lt', '>': 'gt', '&': 'amp', '#': '35', '`': '96', ';': '59' };

/** A text for between quotes: as one line, with the entities of Mermaid for what it would read as markup. */
function quoted(text: string): string {
  return oneLine(text).replaceAll(/["<>&#`;]/g, (mark) => `#${ENTITIES[mark] ?? ''};`);
}
