/** What arrives somewhere, and those who wait for it. */
export class Arrivals<T> {
  readonly all: T[] = [];
  #given = new Set<T>();
  #waiting = new Set<() => void>();

  add(item: T): void {
    this.all.push(item);
    for (const look of this.#waiting) look();
  }

  /**
   * The first item, come already or still to come, that `predicate` accepts; each is given out once.
   * Rejects when `signal` is aborted.
   */
  next(predicate: (item: T) => boolean = () => true, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.delete(look);
        signal?.removeEventListener("abort", giveUp);
      };
      const giveUp = () => {
        stop();
        reject(signal?.reason);
      };
      const look = () => {
        const found = this.all.find((item) => !this.#given.has(item) && predicate(item));
        if (found === undefined) return;
        this.#given.add(found);
        stop();
        resolve(found);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiting.add(look);
      look();
    });
  }
}
