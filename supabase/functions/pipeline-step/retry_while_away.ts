import { DatabaseError } from "../_shared/database.ts";

/** Milliseconds between tries. */
const PAUSES = [200, 1000, 3000, 8000];

/** SQLSTATEs of what was undone (deadlocks, serialization), or waited too long for a lock. */
const UNDONE = /^(40|55P03$)/;

export type Sleep = (ms: number) => Promise<void>;

/**
 * Calls the database, again while it cannot be reached or somebody is in the way: what a provider
 * answered is paid for and must not be forgotten. Made for calls that may reach it twice; the second
 * time a claim is stale.
 *
 * @param isFinal for what there is a better way than to try again
 * @throws {DatabaseError} when the database refuses, or stays away.
 */
export async function retryWhileAway<T>(
  call: () => Promise<T>,
  sleep: Sleep,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await call();
    } catch (error) {
      if (!mayPass(error) || isFinal(error)) throw error;
      await sleep(pause);
    }
  }
  return await call();
}

function mayPass(error: unknown): boolean {
  return error instanceof DatabaseError && (error.away || UNDONE.test(error.code));
}
