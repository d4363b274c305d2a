/** Optional members of an object: one that nobody said is left out, so that it is never there as undefined. */

/** What is left of members when those without a value are left out. */
export type Said<Members> = {
  readonly [Name in keyof Members as undefined extends Members[Name] ? never : Name]: Members[Name];
} & {
  readonly [Name in keyof Members as undefined extends Members[Name] ? Name : never]?: Exclude<Members[Name], undefined>;
};

/** The members that have a value, in their order. */
export function said<Members extends object>(members: Members): Said<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Said<Members>;
}
