import { pause } from "../supabase/functions/_shared/pause.ts";

/** What may befall a call on its way: it, or its answer, never arrives; or its answer comes late. */
export type Trouble = "lost-calls" | "lost-answers" | "slow-answers";

type Bad = { trouble: Trouble; every: number; delayMs: number; seen: number };

/** The way from the functions to the database and to Storage, and what goes wrong on it. */
export class Network {
  #bad = new Set<Bad>();

  /** Every so many calls meet with trouble, until what is returned is called. */
  worsen(
    trouble: Trouble,
    { every, delayMs = 0 }: { every: number; delayMs?: number },
  ): () => void {
    const bad = { trouble, every, delayMs, seen: 0 };
    this.#bad.add(bad);
    return () => void this.#bad.delete(bad);
  }

  /** `isAnswer`: the call was made, and its answer is about to leave. */
  async note(isAnswer: boolean): Promise<"lose" | void> {
    for (const bad of this.#bad) {
      const befallsAnswers = bad.trouble !== "lost-calls";
      if (befallsAnswers !== isAnswer || ++bad.seen % bad.every !== 0) continue;
      if (bad.trouble !== "slow-answers") return "lose";
      await pause(bad.delayMs);
    }
  }
}
