/** Moments at which a death hurts. */
export const MOMENTS = ["accepted", "made", "called-back", "delivered"] as const;
export type Moment = typeof MOMENTS[number];

/** Who dies at it. */
export const VICTIMS: Readonly<Record<Moment, string>> = {
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
  #waiting: { moment: Moment; act: () => void }[] = [];

  note(moment: Moment): void {
    const index = this.#waiting.findIndex((one) => one.moment === moment);
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.act();
  }

  noteFalLine(line: string): void {
    for (const [pattern, moment] of FAL_LINES) if (pattern.test(line)) this.note(moment);
  }

  /** Calls `act` at the next such moment, while it lasts. */
  once(moment: Moment, act: () => void): void {
    this.#waiting.push({ moment, act });
  }
}
