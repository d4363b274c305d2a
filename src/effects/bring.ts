/**
 * Brings files that no commit has from one checkout into another: as copies, which share their blocks where the file system can, or as links.
 * Nothing is overwritten, nothing is written or read through a link that leaves the checkout. Which files is for the caller to say.
 */
import { constants, lstatSync } from 'node:fs';
import { copyFile, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises';
import path from 'node:path';

export interface Bringing {
  /** Folders by their real paths. */
  readonly from: string;
  readonly to: string;
  /** Relative to both. A folder may end in a slash. */
  readonly copied: readonly string[];
  readonly linked: readonly string[];
  /** Told before the first of them is touched: only these are brought. */
  readonly begins?: (paths: readonly string[]) => void;
  readonly signal?: AbortSignal;
}

export interface Brought {
  /** What is in the other checkout now because of this, without slashes at the end. */
  readonly paths: readonly string[];
  /** Those of them that lead to the first checkout. */
  readonly linked: readonly string[];
  readonly refused: readonly { readonly path: string; readonly why: string }[];
}

/** Copies and links; what is there already stays as it is and is not in the list of what was brought. Rejects with the reason when it was aborted. */
export async function bring(bringing: Bringing): Promise<Brought> {
  const work = new Work(bringing);
  const free = async (names: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const name of names.map((written) => written.replace(/\/$/, ''))) if (await work.isFree(name)) found.push(name);
    return found;
  };
  const [copied, linked] = [await free(bringing.copied), await free(bringing.linked)];
  bringing.begins?.([...copied, ...linked]);
  const paths: string[] = [];
  for (const name of copied) if (await work.copy(name)) paths.push(name);
  for (const name of linked) if (await work.link(name)) paths.push(name);
  await work.settled();
  return { paths, linked: linked.filter((name) => paths.includes(name)), refused: work.refused };
}

/** Files that are copied at the same time. */
const AT_ONCE = 16;

class Work {
  readonly refused: { path: string; why: string }[] = [];
  readonly #bringing: Bringing;
  readonly #copies = new Set<Promise<void>>();
  #failed: unknown;

  constructor(bringing: Bringing) {
    this.#bringing = bringing;
  }

  /** False when something has the name already, or a folder above it is not a folder of this checkout. */
  async isFree(name: string): Promise<boolean> {
    const parts = name.split('/');
    for (let count = 1; count < parts.length; count += 1) {
      const above = parts.slice(0, count).join('/');
      const entry = lstatSync(path.join(this.#bringing.to, above), { throwIfNoEntry: false });
      if (entry === undefined) break;
      if (entry.isDirectory()) continue;
      return this.#refuse(name, `${above} is ${entry.isSymbolicLink() ? 'a link' : 'no folder'} there`);
    }
    if (lstatSync(path.join(this.#bringing.to, name), { throwIfNoEntry: false }) !== undefined) return false;
    await mkdir(path.dirname(path.join(this.#bringing.to, name)), { recursive: true });
    return true;
  }

  /** A file, a folder with everything in it, or a link that stays inside. A repository of its own below keeps its git directory for itself. */
  async copy(name: string): Promise<boolean> {
    this.#bringing.signal?.throwIfAborted();
    const [from, to] = [path.join(this.#bringing.from, name), path.join(this.#bringing.to, name)];
    const entry = lstatSync(from, { throwIfNoEntry: false });
    if (entry === undefined) return false;
    if (entry.isDirectory()) {
      await mkdir(to, { recursive: true });
      for (const inner of await readdir(from)) if (inner !== '.git') await this.copy(`${name}/${inner}`);
    } else if (entry.isSymbolicLink()) {
      const target = await readlink(from);
      if (!(await this.#staysInside(from, target))) return this.#refuse(name, `it is a link to ${target}, outside the repository`);
      await symlink(target, to);
    } else if (entry.isFile()) {
      await this.#queue(copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL));
    } else return this.#refuse(name, 'it is neither a file nor a folder');
    return true;
  }

  /**
   * A file becomes a link. A folder becomes a folder with a link for each thing in it: rules that ignore folders alone (`node_modules/`) hold for it,
   * and a program that empties or fills it does so here and not in the other checkout.
   */
  async link(name: string): Promise<boolean> {
    this.#bringing.signal?.throwIfAborted();
    const [from, to] = [path.join(this.#bringing.from, name), path.join(this.#bringing.to, name)];
    if (lstatSync(from, { throwIfNoEntry: false })?.isDirectory() !== true) return this.#linkOne(name);
    await mkdir(to);
    for (const inner of await readdir(from)) await this.#linkOne(`${name}/${inner}`);
    return true;
  }

  async #linkOne(name: string): Promise<boolean> {
    const from = path.join(this.#bringing.from, name);
    const target = await realpath(from).catch(() => undefined);
    if (target === undefined || !isWithin(target, this.#bringing.from))
      return this.#refuse(name, 'it is a link that leads out of the repository');
    await symlink(from, path.join(this.#bringing.to, name));
    return true;
  }

  #refuse(name: string, why: string): false {
    this.refused.push({ path: name, why });
    return false;
  }

  async #staysInside(from: string, target: string): Promise<boolean> {
    const direct = path.resolve(path.dirname(from), target);
    const real = await realpath(direct).catch(() => direct);
    return isWithin(direct, this.#bringing.from) && isWithin(real, this.#bringing.from);
  }

  async #queue(copy: Promise<void>): Promise<void> {
    const done = copy.catch((error: unknown) => {
      this.#failed ??= error;
    });
    this.#copies.add(done);
    void done.then(() => this.#copies.delete(done));
    if (this.#copies.size >= AT_ONCE) await Promise.race(this.#copies);
  }

  /** Waits for the copies under way; throws what one of them has failed of. */
  async settled(): Promise<void> {
    await Promise.all(this.#copies);
    if (this.#failed !== undefined) throw this.#failed;
  }
}

function isWithin(place: string, folder: string): boolean {
  return place === folder || place.startsWith(`${folder}${path.sep}`);
}
