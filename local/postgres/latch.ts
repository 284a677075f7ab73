/** Lets one loop wait for work, as Postgres's own latches do: set once, or twice, means one waking. */
export class Latch {
  #isSet = false;
  #wake: () => void = () => {};

  set(): void {
    this.#isSet = true;
    this.#wake();
  }

  /** Waits until the latch is set, or for so many milliseconds; then it is no longer set. */
  async wait(patience_ms = Infinity): Promise<void> {
    if (!this.#isSet) {
      await new Promise<void>((resolve) => {
        const timer = patience_ms === Infinity ? undefined : setTimeout(resolve, patience_ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = () => {};
    this.#isSet = false;
  }
}
