import type { StepProvider, Submitted } from "../_shared/provider.ts";
import {
  announceCall,
  recordAnswer,
  recordSubmission,
  type StepWork,
  type Verdict,
  withdrawCall,
} from "../_shared/transitions/steps.ts";
import type { PerformDeps } from "./perform.ts";
import { retryWhileAway } from "./retry_while_away.ts";

/** The call was not announced: its claim is over, or (`cause`) the database stays away. */
class NotAnnounced extends Error {}

/**
 * Calls the provider for the first time in this attempt, and records what it answered. A call that
 * cannot safely be made twice is announced first; one that cannot be announced is not made, which
 * is recorded too: the database may know of the announcement though we do not.
 */
export async function performStart(
  deps: PerformDeps,
  provider: StepProvider,
  work: StepWork,
): Promise<void> {
  const { db, sleep, log } = deps;
  const { attempt_id } = work.attempt;
  let answer: Submitted;
  try {
    answer = await provider.submit(
      work,
      work.attempt.announce ? () => announce(deps, work) : undefined,
    );
  } catch (error) {
    if (!(error instanceof NotAnnounced)) throw error;
    log("call.not_made", { step: work.step, attempt_id, error: error.cause });
    await retryWhileAway(() => withdrawCall(db, work), sleep);
    return;
  }
  if (answer.state !== "accepted") {
    await retryWhileAway(() => recordAnswer(db, work, answer), sleep);
    return;
  }

  const { submission } = answer;
  try {
    await retryWhileAway(() => recordSubmission(db, work, submission), sleep);
  } catch (error) {
    // From here on the look-up has to find it; the log is its second witness.
    const { request_id } = submission;
    log("submission.unrecorded", { step: work.step, attempt_id, request_id, error });
    throw error;
  }
}

async function announce({ db, sleep, inTurn }: PerformDeps, work: StepWork): Promise<void> {
  let verdict: Verdict;
  try {
    verdict = await retryWhileAway(() => inTurn(() => announceCall(db, work)), sleep);
  } catch (cause) {
    throw new NotAnnounced("Cannot announce call", { cause });
  }
  if (verdict === "stale") throw new NotAnnounced("The claim is over");
}
