/** A queue that gives the least of its items first, whatever order they came in; a binary heap. */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #before: (a: Item, b: Item) => boolean;

  /** `before` must put any two items in an order that does not change while they are inside. */
  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  least(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    let place = this.#items.length;
    this.#items.push(item);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || !this.#before(item, parent)) break;
      this.#items[place] = parent;
      place = above;
    }
    this.#items[place] = item;
  }

  /** Takes the least item out. */
  take(): Item | undefined {
    const [least] = this.#items;
    const item = this.#items.pop();
    if (item === undefined || this.#items.length === 0) return least;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [a, b] = [this.#items[left], this.#items[left + 1]];
      const smaller = a !== undefined && b !== undefined && this.#before(b, a) ? b : a;
      if (smaller === undefined || !this.#before(smaller, item)) break;
      this.#items[place] = smaller;
      place = smaller === a ? left : left + 1;
    }
    this.#items[place] = item;
    return least;
  }
}
