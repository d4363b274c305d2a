/** A task matrix of three rows, and plans made of rows of it. */
export const HEAD = [
  '| Task ID | Description | Agent/Skills | Worktree | Branch | Parallel Group | Status | Dependencies | Estimate |',
  '|---------|-------------|--------------|----------|--------|----------------|--------|--------------|----------|',
];
export const T1 = '| T1 | Draw the API | architect-001 / `api` | `../w/T1` | `iter/1/T1` | A | Completed | - | 1h |';
export const T2 = '| T2 | Build it | builder-tax-001 / `build`, `tax` | `../w/T2` | `iter/1/T2` | B | In Progress | T1 | 3h |';
export const T3 = '| T3 | Review it | reviewer-001 / `review` | `../w/T3` | `iter/1/T3` | C | Not Started | T1, T2 | 30m |';

export const plan = (...rows: string[]): string =>
  ['# Plan', '', '## 3. Task Assignment Matrix', '', ...HEAD, ...rows, '', 'The end.', ''].join('\n');
