import type { Deps } from "./deps.ts";
import { sinceThen } from "./since_then.ts";

/**
 * Tells what an isolate has counted, in the background: at once, or as soon as `leastPause`
 * milliseconds are over since it was told last; again for what came meanwhile.
 *
 * @returns what asks for that; to be called whenever there is something to tell
 */
export function tellInBackground(
  { now, wait, later }: Pick<Deps, "now" | "wait" | "later">,
  { leastPause, isDue, tell, onFailure }: {
    leastPause: number;
    /** There is something that was not told yet. */
    isDue: () => boolean;
    tell: () => Promise<void>;
    onFailure: (error: unknown) => void;
  },
): () => void {
  let isTelling = false;
  let toldAt = -Infinity;

  async function tellAll(): Promise<void> {
    while (isDue()) {
      await wait(Math.max(0, leastPause - sinceThen(toldAt, now())));
      toldAt = now();
      await tell();
    }
  }

  return () => {
    if (isTelling) return;
    isTelling = true;
    later(tellAll().catch(onFailure).finally(() => isTelling = false));
  };
}
