export type PollState = {
  /** Something on the page is expected to change. */
  isMoving: boolean;
  /** The tab is in the background. */
  isHidden: boolean;
  failures: number;
};

const MOVING_MS = 2000;
const QUIET_MS = 10_000;
const SLOWEST_MS = 60_000;

/**
 * How long to wait before looking again where no stream tells what happens; null: not before somebody
 * looks at the tab. What is unchanged costs one 304.
 */
export function pauseBefore({ isMoving, isHidden, failures }: PollState): number | null {
  if (isHidden) return null;
  const usual = isMoving ? MOVING_MS : QUIET_MS;
  return failures === 0 ? usual : Math.min(SLOWEST_MS, usual * 2 ** Math.min(failures, 6));
}
