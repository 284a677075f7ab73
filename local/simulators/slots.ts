/** Lets so many at a time do their work; the others wait in order. */
export class Slots {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  /** Waits for a slot; rejects when `signal` is aborted. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    while (this.#free === 0) await this.#turn(signal);
    signal.throwIfAborted();
    this.#free--;
    try {
      return await work();
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    if (!signal.aborted) return;
    // The wake may have been this one's: hand it on.
    this.#waiting.shift()?.();
    throw signal.reason;
  }
}
