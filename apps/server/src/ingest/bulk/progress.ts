/**
 * Which of a result's open partitions are taken and which are committed, counted from 0: memory that the threads that
 * work on them share.
 */
export class Progress {
  /** [0]: the next to be taken. Behind it, one for each: 0, or when it is committed, its roots + 1. */
  private readonly cells: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory);
  }

  static memoryFor = (partitions: number): SharedArrayBuffer =>
    new SharedArrayBuffer((1 + partitions) * Int32Array.BYTES_PER_ELEMENT);

  /** A partition that nobody has taken. */
  take(): number | null {
    const index = Atomics.add(this.cells, 0, 1);
    return index < this.partitions ? index : null;
  }

  /** Nobody is to take another. */
  stop(): void {
    Atomics.store(this.cells, 0, this.partitions);
  }

  done(index: number, roots: number): void {
    Atomics.store(this.cells, 1 + index, roots + 1);
  }

  /**
   * How many partitions from the first on, with how many roots, are committed as soon as this one is; null as long as one
   * before it is not: whoever ends that one counts this one too.
   */
  checkpoint(index: number, roots: number): { partitions: number; roots: number } | null {
    let all = 0;
    for (let i = 0; i < this.partitions; i++) {
      const cell = i === index ? roots + 1 : Atomics.load(this.cells, 1 + i);
      if (cell === 0) return i > index ? { partitions: i, roots: all } : null;
      all += cell - 1;
    }
    return { partitions: this.partitions, roots: all };
  }

  private get partitions(): number {
    return this.cells.length - 1;
  }
}
