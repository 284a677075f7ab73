import * as z from "zod";
import { recordAnswer, type StepWork } from "../_shared/transitions/steps.ts";
import type { PerformDeps } from "./perform.ts";
import { retryWhileAway } from "./retry_while_away.ts";

const CancelInput = z.object({
  provider: z.string(),
  request_id: z.string().nullable(),
  cancel_url: z.string().nullish().transform((url) => url ?? null),
  model: z.string().nullish().transform((model) => model ?? null),
  about: z.object({ scene_id: z.string().nullish(), project_id: z.string().nullish() }).default({}),
});

/** Gives a request up at whichever provider has it. Doing it twice does no harm. */
export async function performCancel(
  { db, providers, sleep }: PerformDeps,
  work: StepWork,
): Promise<void> {
  const request = CancelInput.parse(work.attempt.input);
  const provider = providers.byName(request.provider);
  const message = `Cannot cancel request: provider "${request.provider}" is not configured`;
  const answer = provider
    ? await provider.cancel(request)
    : { state: "failed" as const, error: { message, retryable: false } };

  await retryWhileAway(() => recordAnswer(db, work, answer), sleep);
}
