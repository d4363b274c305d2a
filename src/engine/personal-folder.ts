/** Where a person keeps what holds in all their repositories. Apart from settings.ts, so that who only asks for the place loads nothing else. */
import { join } from 'node:path';

/** The folder of what a person sets for all repositories, by the XDG base directory specification. */
export function personalFolder(variables: Readonly<Record<string, string | undefined>>): string {
  return join(variables['XDG_CONFIG_HOME'] ?? join(variables['HOME'] ?? '/', '.config'), 'iter');
}
