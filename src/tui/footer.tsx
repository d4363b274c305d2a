/** The last two lines: what the last key did or what is asked, and the keys that work here; and the page behind `?`. */
import { Box } from 'ink';
import type { ReactElement } from 'react';
import { oneLine } from '../core/visible.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Focus, Pane } from './focus.ts';
import { FOOTER_LINES } from './layout.ts';
import { Tone } from './tone.tsx';

export function Footer({ focus, width }: { readonly focus: Focus; readonly width: number }): ReactElement {
  const { pane, notice } = focus;
  const line = pane.show === 'confirm' ? `${pane.question} y/n` : (notice ?? '');
  return (
    <Box flexDirection="column" width={width} height={FOOTER_LINES} flexShrink={0} overflow="hidden">
      <Box height={1} flexShrink={0}>
        <Tone meaning="strong">{oneLine(line)}</Tone>
      </Box>
      <Box height={1} flexShrink={0}>
        <Tone meaning="quiet">{keysText(pane, width)}</Tone>
      </Box>
    </Box>
  );
}

function keysText(pane: Pane, width: number): string {
  switch (pane.show) {
    case 'tasks':
      return width < 80
        ? 'l log  a answer  s stop  ? help  q quit, agents go on'
        : 'j/k select  l log  a answer  s stop  S stop all  ? help  q quit, agents go on';
    case 'log':
      return 'esc back  j/k other task  q quit, agents go on';
    case 'options':
      return 'number choose  esc back';
    case 'confirm':
      return 'y yes  n no';
    case 'help':
      return 'any key back';
    default:
      return unreachable(pane);
  }
}

const KEYS: readonly (readonly [string, string])[] = [
  ['j k, arrows', 'select a task; g G, page up and page down go further'],
  ['l, enter', 'the log of the selected task'],
  ['a', 'answer what waits for you, the selected task first'],
  ['s', 'stop the agent of the selected task'],
  ['S', 'stop the whole run'],
  ['q', 'close the monitor; agents go on without it'],
  ['?', 'this page'],
];

export function Help({ width, height }: { readonly width: number; readonly height: number }): ReactElement {
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      {KEYS.map(([key, meaning]) => (
        <Box key={key} height={1} flexShrink={0}>
          <Box width={14} flexShrink={0}>
            <Tone meaning="strong">{key}</Tone>
          </Box>
          <Tone>{meaning}</Tone>
        </Box>
      ))}
    </Box>
  );
}
