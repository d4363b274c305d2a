/** Where commands look for workflows. Apart from verb.ts, so that the commands called all the time do not load the reading of settings. */
import { resolve } from 'node:path';
import { locate } from '../effects/repository.ts';
import { personalFolder } from '../engine/personal-folder.ts';
import type { LibraryPlaces } from '../engine/workflow-library.ts';
import type { Common } from './verb.ts';

/** Where workflows are looked for; outside of a repository only among the person's own and those that come with the program. */
export function libraryPlaces(options: Common): LibraryPlaces {
  const personal = personalFolder(process.env);
  const repository = locate(resolve(options.directory));
  return repository === undefined || repository.bare ? { personal } : { personal, root: repository.root };
}
