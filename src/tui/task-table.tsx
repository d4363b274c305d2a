/** The table of tasks: as many rows as there is height, the selected one always among them. */
import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { TaskId } from '../core/ids.ts';
import { oneLine } from '../core/visible.ts';
import type { TaskView } from '../core/view.ts';
import { unreachable } from '../core/unreachable.ts';
import { columnsFor, MARK, spanAround } from './layout.ts';
import type { Column, ColumnName, Span } from './layout.ts';
import { meaningOf, Tone } from './tone.tsx';
import type { Meaning } from './tone.tsx';
import { doingText, since, spanText, stateText } from './wording.ts';

/** Characters handed on per cell of width: room for combining marks; measuring more than that costs time for nothing. */
const LONGEST_CELL = 4;

interface TableProps {
  readonly tasks: readonly TaskView[];
  readonly selected?: TaskId;
  readonly now: number;
  readonly width: number;
  readonly height: number;
  readonly lastLine: (task: TaskId) => string | undefined;
}

export function TaskTable({ tasks, selected, now, width, height, lastLine }: TableProps): ReactElement {
  const longestId = Math.max(0, ...tasks.map((task) => task.id.length));
  const columns = columnsFor(width, longestId);
  const room = Math.max(1, height - 1);
  const overflows = tasks.length > room;
  const index = Math.max(
    0,
    tasks.findIndex((task) => task.id === selected),
  );
  const span = spanAround(index, tasks.length, overflows ? Math.max(1, room - 1) : room);
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Row mark="" columns={columns} textOf={(column) => ({ text: column.heading, meaning: 'quiet' })} />
      {tasks.slice(span.first, span.end).map((task) => (
        <Row
          key={task.id}
          mark={task.id === selected ? '>' : ''}
          columns={columns}
          textOf={(column) => cell(column.name, { task, now, lastLine })}
        />
      ))}
      {overflows && <Tone meaning="quiet">{`  ${hiddenText(span, tasks.length)}`}</Tone>}
    </Box>
  );
}

interface Cell {
  readonly text: string;
  readonly meaning?: Meaning;
}

function Row({
  mark,
  columns,
  textOf,
}: {
  readonly mark: string;
  readonly columns: readonly Column[];
  readonly textOf: (column: Column) => Cell;
}): ReactElement {
  return (
    <Box height={1} flexShrink={0}>
      <Box width={MARK} flexShrink={0}>
        <Text bold>{mark}</Text>
      </Box>
      {columns.map((column) => {
        const { text, meaning = 'plain' } = textOf(column);
        return (
          <Box key={column.name} width={column.width} height={1} paddingRight={1} flexShrink={0} overflow="hidden">
            <Tone meaning={meaning}>{text.slice(0, column.width * LONGEST_CELL)}</Tone>
          </Box>
        );
      })}
    </Box>
  );
}

function cell(column: ColumnName, { task, now, lastLine }: Pick<TableProps, 'now' | 'lastLine'> & { readonly task: TaskView }): Cell {
  switch (column) {
    case 'id':
      return { text: task.id };
    case 'title':
      return { text: oneLine(task.title) };
    case 'role':
      return { text: oneLine(task.role) };
    case 'agent':
      return { text: oneLine(task.agent) };
    case 'state':
      return { text: stateText(task), meaning: meaningOf(task.state) };
    case 'time':
      return { text: spanText(since(task.since, now)) };
    case 'doing':
      return { text: oneLine(doingText(task, lastLine(task.id))), meaning: 'quiet' };
    default:
      return unreachable(column);
  }
}

function hiddenText(span: Span, length: number): string {
  const above = span.first === 0 ? [] : [`${span.first} more above`];
  const below = span.end === length ? [] : [`${length - span.end} more below`];
  return [...above, ...below].join(', ');
}
