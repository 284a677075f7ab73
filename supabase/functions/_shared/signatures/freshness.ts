/** Seconds that a signed timestamp may lie in the past or the future. */
export const TOLERANCE = 300;

/**
 * True for unix seconds within the tolerance.
 *
 * @param now milliseconds
 */
export function isFresh(timestamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) &&
    Math.abs(Math.floor(now / 1000) - Number(timestamp)) <= TOLERANCE;
}

/**
 * True for unix seconds so long ago that the tolerance is over.
 *
 * @param now milliseconds
 */
export function isPast(timestamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.floor(now / 1000) - Number(timestamp) > TOLERANCE;
}
