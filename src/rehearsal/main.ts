/**
 * The rehearsal agent: a program of its own, started like any other agent. It reads its task from standard input, writes deliverables that
 * meet the criteria it finds there, and makes the mistakes `rehearsal.yaml` asks for. Deterministic: the same task gives the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Check, SourceFile } from '../core/check.ts';
import { goodAnswer } from '../core/checklist.ts';
import type { PlannedChecklist } from '../core/plan.ts';
import type { Behaviour, BehaviourName } from '../core/rehearsal.ts';
import type { Fields } from '../core/fields.ts';
import { behavioursOf, fieldsOf } from '../core/rehearsal.ts';
import { parseCriteria } from '../files/criteria.ts';
import { deliverableText } from './deliverable.ts';
import { demandsOf, type Demands } from './demands.ts';
import { changeFor } from './change.ts';

const task = process.env['ITER_TASK'] ?? 'T1';
const attempt = Number(process.env['ITER_ATTEMPT'] ?? '1');
const directory = process.env['ITER_DIR'] ?? '.';
const needs = (process.env['ITER_NEEDS'] ?? '').split(' ').filter((need) => need !== '');
const targets = (process.env['ITER_TARGETS'] ?? '').split('\n').filter((target) => target !== '');
const iteration = process.env['ITER_ITERATION'] ?? 'iteration';

const prompt = readFileSync(0, 'utf8');
const checks = parseCriteria(`## ${task}\n${prompt}`, 'TASK.md').checks.filter((check) => check.id.startsWith(`${task}.`));
/** What stands above it was partly written by others. */
const thisAttempt = prompt.slice(prompt.lastIndexOf('\n# This attempt\n'));
/** What has to change, line by line; that somebody had it done again without a word changes nothing. */
const told = [...thisAttempt.matchAll(/^> (.+)$/gm)].map((line) => line[1] ?? '').filter((line) => !line.startsWith('done again by '));
const script = path.join(directory, 'rehearsal.yaml');
const behaviours = existsSync(script) ? behavioursOf(readFileSync(script, 'utf8'), task) : [];

/** The mistake, if this attempt is one of those that make it. */
function making(name: BehaviourName): Behaviour | undefined {
  return behaviours.find((behaviour) => behaviour.name === name && attempt <= behaviour.amount);
}

console.log(`${task}, attempt ${attempt}: read ${prompt.length} characters, ${checks.length} criteria`);
const slow = behaviours.find((behaviour) => behaviour.name === 'slow');
if (slow !== undefined) await pause(slow.amount);
if (making('fail') !== undefined) {
  console.log(`${task}: giving up, as rehearsal.yaml asks`);
  process.exit(1);
}
if (making('hang') !== undefined) {
  console.log(`${task}: hanging, as rehearsal.yaml asks`);
  await pause(2 ** 31 - 1);
}
if (making('block') !== undefined) {
  write(path.join('.iter', 'outbox', 'report.md'), 'Blocked\nwhich of the two formats is meant?\n');
  console.log(`${task}: blocked, as rehearsal.yaml asks`);
  process.exit(0);
}

const wantsCommits = checks.some((check) => check.check === 'commits');
const changed = wantsCommits ? changeRepository() : [];
for (const [file, own] of byFile('iteration')) {
  const review = file === process.env['ITER_REVIEW'];
  const text = deliverableText({
    file,
    checks: own,
    task,
    changed,
    told,
    fields: [...answerLines(file), ...fieldLines(file)],
    demands: demandsFor(own),
    ...(review ? { review: making('reject') === undefined ? [] : rejected() } : {}),
    // a red run without code to break leaves out what was asked for first
    incomplete: making('red') !== undefined && !wantsCommits,
  });
  write(path.join('.iter', 'out', file), text);
  console.log(`${task}: wrote .iter/out/${file}`);
}
writeDocuments();
console.log(`${task}: done`);

/** Edits the targets, adds a test where the repository has tests, and commits; gives the changed paths. */
function changeRepository(): string[] {
  const changes = changeFor({
    root: process.cwd(),
    task,
    iteration,
    targets: targets.filter((target) => statSync(target, { throwIfNoEntry: false })?.isFile() === true),
    scope: checks.flatMap((check) => (check.check === 'scope' ? check.allow : [])),
    red: making('red') !== undefined,
    conflict: behaviours.some((behaviour) => behaviour.name === 'conflict'),
    resolving: thisAttempt.includes('conflicts with other accepted work'),
    outside: making('outside') !== undefined,
    reworking: thisAttempt.includes('A review sent the work back'),
  });
  for (const change of changes) {
    if (change.text === undefined) rmSync(change.path);
    else write(change.path, change.text);
  }
  const paths = changes.map((change) => change.path);
  commit(changes[0]?.verb ?? 'Change', paths);
  for (const file of paths) console.log(`${task}: changed ${file}`);
  return paths;
}

function commit(verb: string, paths: readonly string[]): void {
  git(['add', '--all', '--', ...paths]);
  if (git(['diff', '--cached', '--name-only']).trim() !== '')
    git(['commit', '-q', '-m', `${verb} ${paths[0] ?? ''}${attempt > 1 ? ` (attempt ${attempt})` : ''}`]);
}

function git(argv: readonly string[]): string {
  const name = ['-c', 'user.name=Rehearsal', '-c', 'user.email=rehearsal@localhost'];
  return execFileSync('git', [...name, '-c', 'commit.gpgSign=false', ...argv], { encoding: 'utf8' });
}

/** Front matter for the declared fields: what rehearsal.yaml asks for, else the first value that fits. A verdict is the review's own. */
function fieldLines(file: string): string[] {
  const all = JSON.parse(process.env['ITER_FIELDS'] ?? '{}') as Readonly<Record<string, Fields>>;
  const wanted = existsSync(script) ? fieldsOf(readFileSync(script, 'utf8'), task) : {};
  const values: Record<string, string> = { string: 'rehearsed', number: '1', boolean: 'true', list: '[rehearsed]' };
  return Object.entries(all[file] ?? {}).flatMap(([name, type]) => {
    if (name === 'verdict' && file === process.env['ITER_REVIEW']) return [];
    return [`${name}: ${wanted[name] ?? (typeof type === 'string' ? values[type] : type[0]) ?? ''}`];
  });
}

/** A checklist is answered as one would wish; a rejection says no to the first item that stops the work. */
function answerLines(file: string): string[] {
  const { file: answered, items = [] } = JSON.parse(process.env['ITER_CHECKLIST'] ?? '{}') as Partial<PlannedChecklist>;
  if (answered !== file) return [];
  const bad = making('reject') === undefined ? undefined : items.find((item) => item.kind === 'must');
  const lines = items.map((item) =>
    item === bad
      ? `  - { id: ${item.id}, answer: no, task: ${needs[0] ?? task}, note: the rehearsal says so }`
      : `  - { id: ${item.id}, answer: ${goodAnswer(item.kind)} }`,
  );
  return ['checklist:', ...lines];
}

function demandsFor(own: readonly Check[]): Demands {
  const read = ({ in: place, file }: SourceFile): string | undefined => {
    // what is at the base is still there unless somebody removed it
    const found = path.join(place === 'iteration' ? directory : '.', file);
    return existsSync(found) ? readFileSync(found, 'utf8') : undefined;
  };
  return demandsOf(own, { read, head: git(['rev-parse', 'HEAD']).trim() });
}

function rejected(): { task: string; title: string }[] {
  const [first = task] = needs;
  return [{ task: first, title: 'the edge cases are not covered; add them and say which ones' }];
}

/** Files of the repository that are asked for and that nobody else has written. */
function writeDocuments(): void {
  const red = making('red') !== undefined && !wantsCommits;
  const files = [...byFile('repository')].filter(([file, own]) => isFree(file) && !(red && own.every((check) => check.check === 'exists')));
  if (files.length === 0) return;
  for (const [file, own] of files) {
    write(
      file,
      deliverableText({ file, checks: own, task, changed, told, fields: fieldLines(file), demands: demandsFor(own), incomplete: red }),
    );
    console.log(`${task}: wrote ${file}`);
  }
  commit(
    'Write',
    files.map(([file]) => file),
  );
}

function isFree(file: string): boolean {
  if (!existsSync(file)) return true;
  const text = readFileSync(file, 'utf8');
  return text.includes(`# ${task}: ${file}\n`) || text.includes('written by the rehearsal agent');
}

function byFile(place: 'iteration' | 'repository'): Map<string, Check[]> {
  const files = new Map<string, Check[]>();
  for (const check of checks) {
    if (!('in' in check) || check.in !== place) continue;
    files.set(check.file, [...(files.get(check.file) ?? []), check]);
  }
  return files;
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
