/** A binary heap whose smallest entry comes first. */
export class MinHeap<T> {
  private readonly entries: T[] = [];
  private readonly compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare;
  }

  peek(): T | undefined {
    return this.entries[0];
  }

  push(entry: T): void {
    let at = this.entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isLess(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): T | undefined {
    const first = this.entries[0];
    const last = this.entries.pop();
    if (this.entries.length === 0 || last === undefined) return first;
    this.entries[0] = last;
    this.sink();
    return first;
  }

  private sink(): void {
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.entries.length && this.isLess(child, least)) least = child;
      }
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private isLess(a: number, b: number): boolean {
    return this.compare(this.entries[a] as T, this.entries[b] as T) < 0;
  }

  private swap(a: number, b: number): void {
    const kept = this.entries[a] as T;
    this.entries[a] = this.entries[b] as T;
    this.entries[b] = kept;
  }
}
