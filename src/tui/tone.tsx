/** Text with a meaning: the one place where colours are chosen. Colour only repeats what the words say, and can be switched off. */
import { Text } from 'ink';
import { createContext, useContext } from 'react';
import type { ReactElement } from 'react';
import type { StateName } from '../core/view.ts';
import { printable } from '../core/visible.ts';
import { unreachable } from '../core/unreachable.ts';

/** False when the person asked for no colour (NO_COLOR, --no-color). */
export const Colour = createContext(true);

export type Meaning = 'plain' | 'quiet' | 'strong' | 'live' | 'good' | 'bad' | 'asks';

/** One line of text, cut to the box it stands in; whatever it holds, a terminal only shows it. */
export function Tone({ meaning = 'plain', children }: { readonly meaning?: Meaning; readonly children: string }): ReactElement {
  const color = useContext(Colour) ? colorOf(meaning) : undefined;
  return (
    <Text wrap="truncate-end" bold={meaning === 'strong'} dimColor={meaning === 'quiet'} {...(color === undefined ? {} : { color })}>
      {printable(children)}
    </Text>
  );
}

function colorOf(meaning: Meaning): string | undefined {
  switch (meaning) {
    case 'live':
      return 'cyan';
    case 'good':
      return 'green';
    case 'bad':
      return 'red';
    case 'asks':
      return 'yellow';
    case 'plain':
    case 'quiet':
    case 'strong':
      return undefined;
    default:
      return unreachable(meaning);
  }
}

export function meaningOf(state: StateName): Meaning {
  switch (state) {
    case 'waiting':
    case 'ready':
    case 'skipped':
    case 'superseded':
      return 'quiet';
    case 'starting':
    case 'running':
    case 'checking':
      return 'live';
    case 'limited':
      return 'quiet';
    case 'stalled':
    case 'awaiting-human':
    case 'blocked':
    case 'rejected':
      return 'asks';
    case 'accepted':
    case 'merged':
      return 'good';
    case 'failed':
      return 'bad';
    default:
      return unreachable(state);
  }
}
