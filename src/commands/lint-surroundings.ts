/** What linting a workflow knows of the roles and agents there are. */
import { agentNames, agentRow } from '../agents/table.ts';
import type { Role } from '../core/workflow.ts';
import { ownAgents } from '../engine/agent-library.ts';
import { namesOf, roleTexts } from '../engine/role-library.ts';
import type { LibraryPlaces } from '../engine/workflow-library.ts';
import { loadRole } from '../files/role.ts';
import type { RoleSkills } from '../files/workflow-lint.ts';
import type { Surroundings } from '../files/workflow-lint-roles.ts';

/** Every role of every layer with its names, and every agent. */
export function lintSurroundings(places: LibraryPlaces): Surroundings & { readonly names: readonly string[]; readonly skills: RoleSkills } {
  const texts = roleTexts(places);
  const { own, all } = namesOf(texts);
  const roles = Object.fromEntries(
    texts.flatMap(({ name, text, source }): [string, Role][] => {
      const { role } = loadRole(text, source);
      return role === undefined ? [] : [[name, role]];
    }),
  );
  const { agents } = ownAgents(places);
  return {
    names: all,
    skills: Object.fromEntries(all.map((name) => [name, roles[own(name)]?.skills ?? []])),
    own,
    roles,
    agents: Object.fromEntries(agentNames(agents).map((name) => [name, agentRow(name, agents)?.usage.reports ?? []])),
  };
}
