/** Gives commands that start agents those a person or a repository has added. Apart from verb.ts, so that the commands called all the time read none of it. */
import { ownAgents } from '../engine/agent-library.ts';
import type { Context } from '../engine/context.ts';
import type { Iteration } from '../engine/iteration.ts';
import { libraryPlaces } from './library-places.ts';
import { complain } from './out.ts';
import type { Common } from './verb.ts';

/** The context with these agents, those an iteration was made with before all; a file that cannot be used is told, and is as if it were not there. */
export function withOwnAgents(context: Context, options: Common, iteration?: Pick<Iteration, 'directory'>): Context {
  const { agents, problems } = ownAgents({
    ...libraryPlaces(options),
    ...(iteration === undefined ? {} : { iteration: iteration.directory }),
  });
  complain(problems);
  return { ...context, program: { ...context.program, agents } };
}
