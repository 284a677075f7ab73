import type { Runner } from "./runner.ts";

/**
 * Runs of one isolate, so many at a time at most.
 *
 * Every ring starts a run, so that there are several where there is more to do. Without a bound a burst
 * would have each of its rings add ten steps to what one isolate has claimed and not yet submitted. A ring
 * without room is answered at once, lest the bell should count as deaf, and is seen to by a run that begins
 * as soon as another one has ended, well or not.
 *
 * @param answer tells the database that its ring was heard; claims nothing
 */
export function boundRuns(
  run: Runner,
  { most, answer }: { most: number; answer: () => Promise<void> },
): Runner {
  let running = 0;
  let isAnotherWanted = false;

  return async function start(by) {
    if (running >= most) {
      isAnotherWanted = true;
      if (by.answersBell) await answer();
      return;
    }
    running++;
    try {
      await run(by);
    } finally {
      running--;
      if (isAnotherWanted) {
        isAnotherWanted = false;
        await start({ answersBell: false });
      }
    }
  };
}
