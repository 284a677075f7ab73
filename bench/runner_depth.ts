import { median } from "./figures.ts";

/** What was seen at one moment of a run. */
export type Sample = {
  /** Steps that a runner has claimed and not yet submitted. */
  claimed: number;
  /** Steps that are due and wait for a claim. */
  due: number;
  /** Rings that pg_net has not sent yet. */
  rings: number;
  /** Films that have ended. */
  completed: number;
};

/**
 * How the runner's depth develops under a load that stays: claimed steps in the last third of the
 * time in which at least half of the films are under way, to those in the first third. About 1 where
 * runs come and go; a runner that takes on more than it gets done rises. NaN where there are too few
 * samples to say.
 */
export function depthGrowth(samples: readonly Sample[], films: number): number {
  const busy = samples.filter(({ completed, claimed }) => completed < films / 2 && claimed > 0);
  const third = Math.floor(busy.length / 3);
  if (third < 3) return NaN;
  const depth = (part: Sample[]) => median(part.map(({ claimed }) => claimed));
  return depth(busy.slice(-third)) / depth(busy.slice(0, third));
}
