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
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    if (!signal.aborted) return;
    // Who gave up is woken for nothing; one that was woken already hands it on.
    const place = this.#waiting.indexOf(resolve);
    if (place >= 0) this.#waiting.splice(place, 1);
    else this.#waiting.shift()?.();
    throw signal.reason;
  }
}
