import { recordAnswer, type StepWork } from "../_shared/transitions/steps.ts";
import type { StepProvider } from "../_shared/provider.ts";
import type { PerformDeps } from "./perform.ts";
import { retryWhileAway } from "./retry_while_away.ts";

/** Asks the provider about accepted work that has been silent for too long. */
export async function performAsk(
  { db, sleep }: PerformDeps,
  provider: StepProvider,
  work: StepWork,
): Promise<void> {
  const answer = await provider.ask(work);
  await retryWhileAway(() => recordAnswer(db, work, answer), sleep);
}
