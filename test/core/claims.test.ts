import { expect, it } from 'vitest';
import type { SeenWords, StatusCell } from '../../src/core/claims.ts';
import { claims } from '../../src/core/claims.ts';
import { taskId } from '../../src/core/ids.ts';
import type { StatusWord } from '../../src/core/plan.ts';
import { accepted, after, claimed, ended, plan, running } from '../rig/story.ts';
import type { Told } from '../rig/story.ts';

const PLAN = plan('T1 build', 'T2 build');
const cell = (id: string, status: StatusWord, line = 20): StatusCell => ({ id: taskId(id), status, line });

/** What the cells claim, like `T1 Completed (line 20)`. */
function claimsIn(cells: readonly StatusCell[], seen: SeenWords, ...parts: readonly Told[]): string[] {
  return claims(cells, after(PLAN, ...parts), seen).map((claim) => `${claim.task} ${claim.word} (line ${claim.line})`);
}

it('a cell that somebody has changed is a claim, with its line', () => {
  expect(claimsIn([cell('T1', 'Completed'), cell('T2', 'Not Started', 21)], { T1: 'In Progress' }, running('T1'))).toEqual([
    'T1 Completed (line 20)',
  ]);
});

it('a cell that says what is so is none', () => {
  expect(claimsIn([cell('T1', 'In Progress')], { T1: 'Not Started' }, running('T1'))).toEqual([]);
  expect(claimsIn([cell('T1', 'Completed')], { T1: 'In Progress' }, accepted('T1'))).toEqual([]);
});

it('a cell that iter has not brought up to date yet is none', () => {
  expect(claimsIn([cell('T1', 'In Progress')], { T1: 'In Progress' }, accepted('T1'))).toEqual([]);
  expect(claimsIn([cell('T1', 'Not Started')], {}, running('T1'))).toEqual([]);
});

it('a change is seen even when the state has moved on meanwhile', () => {
  expect(claimsIn([cell('T1', 'Failed')], { T1: 'In Progress' }, running('T1'), ended('T1'))).toEqual(['T1 Failed (line 20)']);
});

it('a word that was never looked at before counts against Not Started', () => {
  expect(claimsIn([cell('T1', 'Blocked')], {}, running('T1'))).toEqual(['T1 Blocked (line 20)']);
});

it('a claim on record is not made again, another one is', () => {
  const told = [running('T1'), claimed('T1', 'Blocked')];
  expect(claimsIn([cell('T1', 'Blocked')], { T1: 'In Progress' }, ...told)).toEqual([]);
  expect(claimsIn([cell('T1', 'Completed')], { T1: 'In Progress' }, ...told)).toEqual(['T1 Completed (line 20)']);
});

it('a row of a task the log does not know claims nothing', () => {
  expect(claimsIn([cell('T9', 'Completed')], {})).toEqual([]);
});
