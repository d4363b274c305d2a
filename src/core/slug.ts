/** Makes names that are safe as part of a file name, a branch and an agent's name. */

const LONGEST = 60;

/** Lower case, digits and single dashes; empty when the text holds no letter or digit of that kind. */
export function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, '');
}

/** The file name of a path without folders and extension, as a slug: `src/Tax.service.js` gives `tax-service`. */
export function stemOf(path: string): string {
  const name = path.split('/').findLast((part) => part !== '') ?? '';
  return slugOf(name.replace(/(?<=.)\.[^.]*$/, ''));
}
