import type { Runner } from "./runner.ts";

/**
 * Runs of one isolate, so many at a time at most.
 *
 * Every ring starts a run, so that there are several where there is more to do. Without a bound a burst
 * would have each of its rings add ten steps to what one isolate has claimed and not yet submitted. A ring
 * without room is answered at once, lest the bell should count as deaf, and is seen to by a run that begins
 * as soon as another one has ended, well or not.
 *
 * @param pass has a run look that has free slots: each may be waiting for one long piece
 * @param answer tells the database that its rings were heard, all until then; claims nothing
 */
export function boundRuns(
  run: Runner,
  { most, pass, answer }: { most: number; pass: () => void; answer: () => Promise<void> },
): Runner {
  const begin = bound(run, most);
  const answerRings = bound(answer, 1);

  return async function start(by) {
    const begun = begin(by);
    if (begun !== null) return await begun;
    pass();
    if (by.answersBell) await answerRings(by);
  };
}

/**
 * Does something `most` times at a time at most; null where there is no room. Once more then, for all
 * who found none meanwhile. Not each begun by the one before: a busy hour of them would be kept until
 * its last has ended.
 */
function bound(work: Runner, most: number): (by: { answersBell: boolean }) => Promise<void> | null {
  let underWay = 0;
  let isAnotherWanted = false;

  async function workWhileWanted(by: { answersBell: boolean }): Promise<void> {
    let failure: { error: unknown } | null = null;
    underWay++;
    for (let next = by;; next = { answersBell: false }) {
      try {
        await work(next);
      } catch (error) {
        failure = { error };
      }
      if (!isAnotherWanted) break;
      isAnotherWanted = false;
    }
    underWay--;
    if (failure !== null) throw failure.error;
  }

  return (by) => {
    if (underWay < most) return workWhileWanted(by);
    isAnotherWanted = true;
    return null;
  };
}
