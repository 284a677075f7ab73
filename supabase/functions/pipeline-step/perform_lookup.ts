import type { StepProvider } from "../_shared/provider.ts";
import { recordAnswer, recordSubmission, type StepWork } from "../_shared/transitions/steps.ts";
import type { PerformDeps } from "./perform.ts";
import { retryWhileAway } from "./retry_while_away.ts";

/**
 * Finds out whether a call whose answer was lost reached the provider, and adopts the request that
 * it made there. The database refuses a request that another attempt owns; then the next may be ours.
 */
export async function performLookup(
  { db, sleep }: PerformDeps,
  provider: StepProvider,
  work: StepWork,
): Promise<void> {
  const found = await provider.find(work);

  if (found.state === "found") {
    for (const submission of found.submissions) {
      const verdict = await retryWhileAway(() => recordSubmission(db, work, submission), sleep);
      if (verdict === "applied") return;
    }
    const message = "Every request with this input belongs to another attempt";
    await retryWhileAway(() => recordAnswer(db, work, { state: "lost", message }), sleep);
    return;
  }

  // The look-up has a time of its own, shorter than the one for accepted work: it stays a lost one.
  const answer = found.state === "unreachable"
    ? { ...found, state: "lost" as const, unasked: true }
    : found;
  await retryWhileAway(() => recordAnswer(db, work, answer), sleep);
}
