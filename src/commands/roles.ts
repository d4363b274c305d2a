/** `iter roles`: the personas steps are given to: what there is, a new one, one from another tool, one for another tool. */
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { didYouMean } from '../core/nearest.ts';
import { slugOf } from '../core/slug.ts';
import { exists } from '../effects/folder.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { readAgentFiles, writeRoles } from '../engine/new-roles.ts';
import type { LibraryRole, RoleText } from '../engine/role-library.ts';
import { libraryRoles, namesOf } from '../engine/role-library.ts';
import { exportRole, FORMS } from '../files/role-export.ts';
import type { RoleForm } from '../files/role-export.ts';
import { importRole } from '../files/role-import.ts';
import { loadRole } from '../files/role.ts';
import { libraryPlaces } from './library-places.ts';
import { complain, json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, repositoryAt, verb } from './verb.ts';

export function command(finish: Finish): Command {
  const roles = verb('roles', 'The personas steps are given to: list, show, make, import and export them.', 'iter roles list');
  // flags may stand before or behind the word that says what to do
  const common = (options: Common): Common => {
    const before = roles.opts<Common>();
    return { ...before, ...options, directory: join(before.directory, options.directory) };
  };
  roles.addCommand(
    verb('list', 'Every role, where it is from and what it is for.', 'iter roles list --json').action((options: Common) =>
      finish(list(common(options))),
    ),
  );
  roles.addCommand(
    verb('show', 'Print a role file.', 'iter roles show reviewer')
      .argument('<name>', 'a role')
      .action((name: string, options: Common) => finish(show(name, common(options)))),
  );
  roles.addCommand(
    verb('init', 'Write roles/<name>.md to fill in; what is there already stays.', 'iter roles init release-manager')
      .argument('<name>', 'lower case letters and digits, with single dashes between')
      .action((name: string, options: Common) => finish(start(name, common(options)))),
  );
  roles.addCommand(
    verb('import', 'Take agents written for other tools into roles/; what is there already stays.', 'iter roles import agents/*.md')
      .argument('<file...>', 'agent files of Claude Code (.md), or YAML: agents.yaml of CrewAI, a workflow with agent_roles')
      .option('--as <name>', 'what to call it; for one role only')
      .action((files: string[], options: Common & { readonly as?: string }) => finish(take(files, options.as, common(options)))),
  );
  roles.addCommand(
    verb('export', 'Write a role as an agent file of another tool.', 'iter roles export reviewer --to claude -o .claude/agents/reviewer.md')
      .argument('<name>', 'a role')
      .requiredOption('--to <form>', FORMS.join(' or '))
      .option('-o, --output <file>', 'a new file; printed when left out')
      .action((name: string, options: Common & { readonly to: string; readonly output?: string }) =>
        finish(give(name, options, common(options))),
      ),
  );
  return roles;
}

function list(options: Common): number {
  const all = rolesAt(options).map((one) => ({ ...one, ...loadRole(one.text, one.source) }));
  if (options.json === true) {
    const entry = ({ name, source, layer, hiddenBy, role }: (typeof all)[number]): Readonly<Record<string, unknown>> => ({
      name,
      type: role?.type,
      specialty: role?.description,
      model: role?.model,
      permission: role?.permission ?? 'edit',
      aka: role?.aka ?? [],
      source,
      layer,
      hiddenBy: hiddenBy ?? null,
      valid: role !== undefined,
    });
    json({ roles: all.map(entry) });
    return EXIT.done;
  }
  const rows = all.map(({ name, layer, hiddenBy, role }) => [
    name,
    role?.type ?? '-',
    role?.model ?? '-',
    hiddenBy === undefined ? layer : `${layer}, hidden by ${hiddenBy}`,
    role?.description ?? 'cannot be read',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  result(rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n'));
  for (const { problems } of all) complain(problems);
  complain([...namesOf(all.filter((one) => one.hiddenBy === undefined)).clashes.values()]);
  return EXIT.done;
}

function show(name: string, options: Common): number {
  const found = roleAt(name, options);
  if (found === undefined) return EXIT.usage;
  const { role, problems } = loadRole(found.text, found.source);
  if (options.json === true) {
    json({ name, type: role?.type, specialty: role?.description, model: role?.model, source: found.source, text: found.text });
  } else result(found.text.trimEnd());
  complain(problems);
  return problems.length > 0 ? EXIT.usage : EXIT.done;
}

function start(name: string, options: Common): number {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return EXIT.usage;
  const slug = slugOf(name);
  if (slug !== name) {
    const fix = slug === '' ? 'use lower case letters, digits and single dashes' : `try: iter roles init ${slug}`;
    complain([{ what: `"${name}" is no name for a role`, fix }]);
    return EXIT.usage;
  }
  return write(repository.root, { [name]: skeleton(name) }, options);
}

function take(files: readonly string[], as: string | undefined, options: Common): number {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return EXIT.usage;
  const { texts, problems } = readAgentFiles(files, options.directory, as);
  if (problems.length > 0) {
    complain(problems);
    return EXIT.usage;
  }
  return write(repository.root, texts, options);
}

function give(name: string, { to, output }: { readonly to: string; readonly output?: string }, options: Common): number {
  const form = FORMS.find((one): one is RoleForm => one === to);
  if (form === undefined) {
    complain([{ what: `--to: unknown form "${to}"`, fix: didYouMean(to, FORMS) }]);
    return EXIT.usage;
  }
  const found = roleAt(name, options);
  if (found === undefined) return EXIT.usage;
  const { role, problems } = importRole(found.text, found.source);
  if (role === undefined) {
    complain(problems);
    return EXIT.usage;
  }
  const text = exportRole(role, form);
  if (output === undefined) {
    if (options.json === true) json({ name, form, text });
    else result(text.trimEnd());
    return EXIT.done;
  }
  const file = resolve(options.directory, output);
  if (exists(file)) {
    complain([{ file: output, what: 'is there already', fix: 'choose another name, or remove it first' }]);
    return EXIT.usage;
  }
  writeAtomic(file, text);
  if (options.json === true) json({ name, form, file: output });
  else if (options.quiet !== true) result(`wrote ${output}`);
  return EXIT.done;
}

function write(root: string, texts: Readonly<Record<string, string>>, options: Common): number {
  const { written, hidden, problems } = writeRoles(root, texts);
  if (problems.length > 0) {
    complain(problems);
    return EXIT.usage;
  }
  for (const name of hidden) say(`roles/${name}.md now stands before the role "${name}" that comes with iter`);
  if (options.json === true) json({ written });
  else if (options.quiet !== true) result(written.map((file) => `wrote ${file}`).join('\n'));
  return EXIT.done;
}

function rolesAt(options: Common): LibraryRole[] {
  return libraryRoles(libraryPlaces(options));
}

function roleAt(name: string, options: Common): RoleText | undefined {
  const all = rolesAt(options);
  const names = namesOf(all.filter((one) => one.hiddenBy === undefined));
  const found = all.find((one) => one.name === names.own(basename(name, '.md')));
  if (found === undefined) {
    const guess = didYouMean(name, names.all);
    complain([{ what: `unknown role "${name}"`, fix: guess.startsWith('did') ? guess : 'see: iter roles list' }]);
  }
  return found;
}

function skeleton(name: string): string {
  return `---
name: ${name}
description: What this role is for, in one sentence.
tools: Read, Grep, Glob, Edit, Write, Bash
model: standard
iter:
  type: specialist
  permission: edit
  prompt_tokens: 2000
  token_budget: 40000
  complexity_threshold: 5
  skills: []
---
You are … Say from which point of view this role looks at the work, and what it has learned to watch for.

## What you are responsible for

- One line for each thing nobody else would do.

## Quality bar

- What must be true of the result, so that anyone can check it.

## What you do not do

- What is left to other roles, and what is never right.

## What you hand in

One Markdown file with these headings:

- \`## Summary\`: what a reader needs who reads nothing else.
`;
}
