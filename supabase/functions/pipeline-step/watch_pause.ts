/** Milliseconds. Open work that is due but cannot be claimed now is not asked for in a tight loop. */
const SHORTEST = 250;
const LONGEST = 5000;

/**
 * How long a runner on watch sleeps before it claims again; null where no work is open. At least
 * every 5 seconds, because what becomes due meanwhile rings no bell.
 *
 * @param nextDueAt ISO 8601
 */
export function watchPause(nextDueAt: string | null, now: number): number | null {
  if (nextDueAt === null) return null;
  const left = Date.parse(nextDueAt) - now;
  return Math.min(Math.max(Number.isNaN(left) ? LONGEST : left, SHORTEST), LONGEST);
}
