import type { FaultKind } from "./fault_kinds.ts";
import type { Storm } from "./schedule.ts";

/** Whoever is dead already cannot die: these wait for the one before. */
const ONE_AT_A_TIME: readonly FaultKind[] = [
  "dead-postgres",
  "provider-away",
  "read-only",
  "rotated-secrets",
];

/** The storms of a schedule, each begun when it is its turn. */
export class Storms {
  #left: Storm[];
  #raging = new Set<Promise<void>>();
  #last = new Map<FaultKind, Promise<void>>();
  #rage: (storm: Storm) => Promise<void>;
  #failure: unknown = null;

  constructor(storms: Storm[], rage: (storm: Storm) => Promise<void>) {
    this.#left = [...storms];
    this.#rage = rage;
  }

  /** So many films have ended. */
  passed(ended: number): void {
    while (this.#left[0] && this.#left[0].at <= ended) {
      const storm = this.#left.shift();
      if (storm) this.#begin(storm);
    }
  }

  /** @throws what went wrong with a fault itself: the run proves nothing then. */
  async over(): Promise<void> {
    while (this.#raging.size > 0) await Promise.all(this.#raging);
    if (this.#failure !== null) throw this.#failure;
  }

  #begin(storm: Storm): void {
    const before = ONE_AT_A_TIME.includes(storm.kind) ? this.#last.get(storm.kind) : undefined;
    const raging = Promise.resolve(before).then(() => this.#rage(storm)).catch((error) => {
      this.#failure ??= error;
    }).finally(() => this.#raging.delete(raging));
    this.#raging.add(raging);
    this.#last.set(storm.kind, raging);
  }
}
