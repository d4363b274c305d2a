/** What waits for a person: the list below the table, and the pane where one of them is answered. */
import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { oneLine } from '../core/visible.ts';
import type { PendingDecision } from '../core/view.ts';
import { linesOf } from './layout.ts';
import type { ListSize } from './layout.ts';
import { Tone } from './tone.tsx';

interface ListProps {
  readonly decisions: readonly PendingDecision[];
  /** The one that the key `a` opens. */
  readonly next: string | undefined;
  readonly size: ListSize;
  readonly width: number;
}

export function NeedsYou({ decisions, next, size, width }: ListProps): ReactElement {
  const first = decisions.filter((decision) => decision.id === next);
  const shown = [...first, ...decisions.filter((decision) => decision.id !== next)].slice(0, size.shown);
  const more = decisions.length - shown.length;
  const count = decisions.length === 1 ? '1 decision' : `${decisions.length} decisions`;
  return (
    <Box flexDirection="column" width={width} height={linesOf(decisions.length, size)} flexShrink={0} overflow="hidden">
      <Tone meaning="asks">{`Needs you: ${count}${more === 0 ? '' : `, ${more} more not shown`}`}</Tone>
      {shown.map((decision) => (
        <Box key={decision.id} flexDirection="column" flexShrink={0}>
          <Tone>{`${decision.id === next ? 'a' : ' '}  ${decision.task}  ${oneLine(decision.question)}`}</Tone>
          {size.withOptions && <Tone meaning="quiet">{`     ${optionsText(decision)}`}</Tone>}
        </Box>
      ))}
    </Box>
  );
}

const optionsText = (decision: PendingDecision): string =>
  decision.options.map((option, index) => `${index + 1} ${oneLine(option.label)}`).join('   ');

/** The question in full and one line per option; there are keys for nine. */
export function Options({
  decision,
  width,
  height,
}: {
  readonly decision: PendingDecision;
  readonly width: number;
  readonly height: number;
}): ReactElement {
  const options = decision.options.slice(0, 9);
  const hidden = decision.options.length - options.length;
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Tone meaning="asks">{`${decision.task} needs you (${decision.id}, ${decision.kind})`}</Tone>
      <Box flexShrink={1} overflow="hidden" marginBottom={height > options.length + 4 ? 1 : 0}>
        <Text>{oneLine(decision.question)}</Text>
      </Box>
      {options.map((option, index) => (
        <Box key={option.id} height={1} flexShrink={0}>
          <Tone>{`${index + 1}  ${oneLine(option.label)} (${oneLine(option.id)})`}</Tone>
        </Box>
      ))}
      {hidden > 0 && <Tone meaning="quiet">{`${hidden} more: iter decide ${decision.id}`}</Tone>}
    </Box>
  );
}
