import type { Runner } from "./runner.ts";

/** Runs of one isolate, so many at a time at most. */
export type BoundedRuns = {
  /** A ring: starts a run where there is room, else the runs that are there see to it. */
  start: Runner;
  /** Whether a claim answers a ring: its own run's first one does, and the next of any run after a ring without room. */
  answersBell: (own: boolean) => boolean;
};

/**
 * Every ring starts a run, so that there are several where there is more to do. Without a bound a burst
 * would have each of its rings add ten steps to what one isolate has claimed and not yet submitted.
 *
 * A ring without room is answered by the next claim, which finds what it is about; should every run be past
 * its last claim, it gets a run of its own after them.
 */
export function boundRuns(run: Runner, most: number): BoundedRuns {
  let running = 0;
  let waiting: { answersBell: boolean } | null = null;

  async function start(by: { answersBell: boolean }): Promise<void> {
    if (running >= most) {
      waiting = { answersBell: by.answersBell || (waiting?.answersBell ?? false) };
      return;
    }
    running++;
    try {
      await run(by);
    } finally {
      running--;
    }
    const next = waiting;
    waiting = null;
    if (next !== null) await start(next);
  }

  return {
    start,
    answersBell(own) {
      const answers = own || (waiting?.answersBell ?? false);
      waiting = null;
      return answers;
    },
  };
}
