/** The log of one task, newest line at the bottom, long lines wrapped: nothing an agent says is cut here. */
import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { oneLine, printable } from '../core/visible.ts';
import type { TaskView } from '../core/view.ts';
import { meaningOf, Tone } from './tone.tsx';
import { since, spanText, stateText } from './wording.ts';

interface LogProps {
  readonly task: TaskView;
  /** Not known before the log was read. */
  readonly lines: readonly string[] | undefined;
  readonly now: number;
  readonly width: number;
  readonly height: number;
}

export function LogPane({ task, lines, now, width, height }: LogProps): ReactElement {
  const room = Math.max(1, height - 1);
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Box height={1} flexShrink={0}>
        <Tone
          meaning={meaningOf(task.state)}
        >{`${task.id}  ${stateText(task)}  ${spanText(since(task.since, now))}  ${oneLine(task.title)}`}</Tone>
      </Box>
      <Box flexDirection="column" height={room} flexShrink={0} justifyContent="flex-end" overflow="hidden">
        <Box flexDirection="column" minHeight={room} flexShrink={0}>
          {lines?.length === 0 && <Tone meaning="quiet">{task.attempt === 0 ? 'no attempt has started yet' : 'the log is empty'}</Tone>}
          {lines?.map((line, index) => (
            // a line has no name of its own, and the whole list moves up as it grows
            <Box key={index} width={width} flexShrink={0}>
              <Text>{printable(line) || ' '}</Text>
            </Box>
          ))}
        </Box>
      </Box>
    </Box>
  );
}
