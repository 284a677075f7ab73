import {
  announceCall,
  recordAnswer,
  recordSubmission,
  type StepWork,
} from "../_shared/transitions/steps.ts";
import type { StepProvider } from "../_shared/provider.ts";
import type { PerformDeps } from "./perform.ts";
import { retryWhileAway } from "./retry_while_away.ts";

/**
 * Calls the provider for the first time in this attempt, and records what it answered. A call that
 * cannot safely be made twice is announced first; one that cannot be announced is not made.
 */
export async function performStart(
  { db, sleep, log }: PerformDeps,
  provider: StepProvider,
  work: StepWork,
): Promise<void> {
  if (work.attempt.announce) {
    const verdict = await retryWhileAway(() => announceCall(db, work), sleep);
    if (verdict === "stale") {
      log("call.not_made", { step: work.step, attempt_id: work.attempt.attempt_id });
      return;
    }
  }

  const answer = await provider.submit(work);
  if (answer.state !== "accepted") {
    await retryWhileAway(() => recordAnswer(db, work, answer), sleep);
    return;
  }

  const { request_id } = answer.submission;
  try {
    await retryWhileAway(() => recordSubmission(db, work, answer.submission), sleep);
  } catch (error) {
    // From here on the look-up has to find it; the log is its second witness.
    const { attempt_id } = work.attempt;
    log("submission.unrecorded", { step: work.step, attempt_id, request_id, error });
    throw error;
  }
}
