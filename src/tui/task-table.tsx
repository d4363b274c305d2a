/** The table of tasks: as many rows as there is height, the selected one always among them. */
import { Box, Text } from 'ink';
import { memo, useMemo } from 'react';
import type { ReactElement } from 'react';
import type { TaskId } from '../core/ids.ts';
import { oneLine } from '../core/visible.ts';
import type { TaskView } from '../core/view.ts';
import { unreachable } from '../core/unreachable.ts';
import { columnsFor, longestIdOf, MARK, rowsIn } from './layout.ts';
import type { Column, ColumnName, Span } from './layout.ts';
import { meaningOf, Tone } from './tone.tsx';
import type { Meaning } from './tone.tsx';
import type { Picture } from './use-picture.ts';
import { doingText, since, spanText, stateText } from './wording.ts';

/** Characters handed on per cell of width: room for combining marks; measuring more than that costs time for nothing. */
const LONGEST_CELL = 4;

interface TableProps {
  readonly tasks: readonly TaskView[];
  readonly selected?: TaskId;
  readonly now: number;
  readonly width: number;
  readonly height: number;
  readonly logs: Picture['logs'];
}

export function TaskTable({ tasks, selected, now, width, height, logs }: TableProps): ReactElement {
  const longestId = longestIdOf(tasks);
  const columns = useMemo(() => columnsFor(width, longestId), [width, longestId]);
  const index = Math.max(
    0,
    tasks.findIndex((task) => task.id === selected),
  );
  const span = rowsIn(height, index, tasks.length);
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      <Row mark="" columns={columns} cells={columns.map(({ heading }) => ({ text: heading, meaning: 'quiet' }))} />
      {tasks.slice(span.first, span.end).map((task) => (
        <TaskRow
          key={task.id}
          task={task}
          mark={task.id === selected ? '>' : ''}
          columns={columns}
          now={now}
          lastLine={logs.get(task.id)?.lines.at(-1)}
        />
      ))}
      {span.end - span.first < tasks.length && <Tone meaning="quiet">{`  ${hiddenText(span, tasks.length)}`}</Tone>}
    </Box>
  );
}

interface TaskRowProps extends CellSource {
  readonly mark: string;
  readonly columns: readonly Column[];
}

/** At a key the picture is the same: nothing is worked out anew but the rows whose mark has moved. */
const TaskRow = memo(function TaskRow({ mark, columns, ...source }: TaskRowProps): ReactElement {
  return <Row mark={mark} columns={columns} cells={columns.map((column) => cell(column.name, source))} />;
});

interface Cell {
  readonly text: string;
  readonly meaning?: Meaning;
}

interface RowProps {
  readonly mark: string;
  readonly columns: readonly Column[];
  readonly cells: readonly Cell[];
}

/** What takes one cell for each character. */
const PLAIN = /^[ -~]*$/;

/** A row of plain text is one text, since every box costs time in every frame; where widths have to be measured each cell is a box. */
const Row = memo(function Row({ mark, columns, cells }: RowProps): ReactElement {
  if (cells.every((one) => PLAIN.test(one.text))) {
    return (
      <Text wrap="truncate-end">
        <Text bold>{mark.padEnd(MARK)}</Text>
        {columns.map(({ name, width }, at) => (
          <Tone key={name} meaning={cells[at]?.meaning ?? 'plain'}>
            {fitted(cells[at]?.text ?? '', width - 1).padEnd(width)}
          </Tone>
        ))}
      </Text>
    );
  }
  return (
    <Box height={1} flexShrink={0}>
      <Box width={MARK} flexShrink={0}>
        <Text bold>{mark}</Text>
      </Box>
      {columns.map(({ name, width }, at) => (
        <Box key={name} width={width} height={1} paddingRight={1} flexShrink={0} overflow="hidden">
          <Tone meaning={cells[at]?.meaning ?? 'plain'}>{(cells[at]?.text ?? '').slice(0, width * LONGEST_CELL)}</Tone>
        </Box>
      ))}
    </Box>
  );
}, isSameRow);

const fitted = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

function isSameRow(before: RowProps, after: RowProps): boolean {
  return (
    before.mark === after.mark &&
    before.columns === after.columns &&
    before.cells.every(({ text, meaning }, at) => text === after.cells[at]?.text && meaning === after.cells[at]?.meaning)
  );
}

/** What the cells of a row tell of. */
interface CellSource {
  readonly task: TaskView;
  readonly now: number;
  readonly lastLine: string | undefined;
}

function cell(column: ColumnName, { task, now, lastLine }: CellSource): Cell {
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
      return { text: oneLine(doingText(task, lastLine)), meaning: 'quiet' };
    default:
      return unreachable(column);
  }
}

function hiddenText(span: Span, length: number): string {
  const above = span.first === 0 ? [] : [`${span.first} more above`];
  const below = span.end === length ? [] : [`${length - span.end} more below`];
  return [...above, ...below].join(', ');
}
