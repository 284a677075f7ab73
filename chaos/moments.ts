/** Moments at which a death hurts: between two steps that belong together. */
export const MOMENTS = ["claimed", "accepted", "made", "called-back", "delivered"] as const;

/** Among them one at which nobody may know afterwards whether fal was called. */
export type Moment = typeof MOMENTS[number] | "announced";

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

  /** What was claimed, or announced, is committed when its runner dies, and was never told of it. */
  async noteRpc(name: string, answer: Response | null): Promise<"lose" | void> {
    if (answer === null) return;
    const isStart = name === "claim_work" && this.#waitsFor("claimed") &&
      /"announce": ?true/.test(await answer.clone().text());
    if (isStart && await this.note("claimed")) return "lose";
    if (name === "announce_call" && await this.note("announced")) return "lose";
  }

  #waitsFor(moment: Moment): boolean {
    return this.#waiting.some((one) => one.moment === moment);
  }

  noteFalLine(line: string): void {
    for (const [pattern, moment] of FAL_LINES) if (pattern.test(line)) void this.note(moment);
  }

  /** Calls `act` at the next such moment, while it lasts. */
  once(moment: Moment, act: () => Promise<void>): void {
    this.#waiting.push({ moment, act });
  }
}
