/** `iter doctor`: looks whether everything iter needs is there. Changes nothing. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { examine } from '../engine/doctor.ts';
import { json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, verb } from './verb.ts';

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('doctor', 'Look whether everything iter needs is there: git, repository, agents, disk.', 'iter doctor').action(
    async (options: Common) => {
      const findings = await examine(options.directory, contextOf(options, signal));
      if (options.json === true) json({ findings });
      else
        result(
          findings
            .map((finding) => `${MARK[finding.state]}  ${finding.what}${finding.fix === undefined ? '' : `; ${finding.fix}`}`)
            .join('\n'),
        );
      return finish(findings.some((finding) => finding.state === 'bad') ? EXIT.failed : EXIT.done);
    },
  );
}

const MARK = { good: 'ok      ', absent: 'missing ', bad: 'problem ' } as const;
