/** Moments at which a death hurts: around the announcement of a call, around its effects. */
export const MOMENTS = [
  "claimed",
  "announced",
  "accepted",
  "made",
  "called-back",
  "delivered",
] as const;
export type Moment = typeof MOMENTS[number];

/** Who dies at it. */
export const VICTIMS: Readonly<Record<Moment, string>> = {
  "claimed": "pipeline-step",
  "announced": "pipeline-step",
  "accepted": "pipeline-step",
  "made": "fal-webhook",
  "called-back": "fal-webhook",
  "delivered": "pipeline-step",
};

const FAL_LINES: readonly [RegExp, Moment][] = [
  [/^submitted /, "accepted"],
  [/^ended /, "made"],
  [/^webhook \S+ 200$/, "called-back"],
];

/** Tells when a named moment is there. */
export class Moments {
  #waiting: { moment: Moment; act: () => Promise<void> }[] = [];

  /** Resolves, with true where somebody waited for it, once what was to happen then has happened. */
  async note(moment: Moment): Promise<boolean> {
    const index = this.#waiting.findIndex((one) => one.moment === moment);
    const [found] = index >= 0 ? this.#waiting.splice(index, 1) : [];
    await found?.act();
    return found !== undefined;
  }

  /** The announcement of who died before it does not arrive; of who died after it, it is committed. */
  async noteRpc(name: string, when: "asked" | "answered"): Promise<"lose" | void> {
    if (name !== "announce_call") return;
    if (await this.note(when === "asked" ? "claimed" : "announced")) return "lose";
  }

  noteFalLine(line: string): void {
    for (const [pattern, moment] of FAL_LINES) if (pattern.test(line)) void this.note(moment);
  }

  /** Calls `act` at the next such moment, while it lasts. */
  once(moment: Moment, act: () => Promise<void>): void {
    this.#waiting.push({ moment, act });
  }
}
