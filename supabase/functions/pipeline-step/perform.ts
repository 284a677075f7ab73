import type { Database } from "../_shared/database.ts";
import type { Log } from "../_shared/log.ts";
import type { Providers } from "../_shared/providers.ts";
import {
  type DeliveryResult,
  type DeliveryWork,
  recordDelivery,
} from "../_shared/transitions/deliveries.ts";
import { type Answer, recordAnswer, type StepWork } from "../_shared/transitions/steps.ts";
import type { InTurn } from "./in_turn.ts";
import { performAsk } from "./perform_ask.ts";
import { performCancel } from "./perform_cancel.ts";
import { performLookup } from "./perform_lookup.ts";
import { performStart } from "./perform_start.ts";
import { retryWhileAway, type Sleep } from "./retry_while_away.ts";

export type Work = StepWork | DeliveryWork;

export type PerformDeps = {
  db: Database;
  providers: Providers;
  send: (work: DeliveryWork) => Promise<DeliveryResult>;
  sleep: Sleep;
  /** For announcements: a runner that dies leaves one open at most. */
  inTurn: InTurn;
  log: Log;
};

/** Does one claimed piece of work outside the database, and records what came of it. */
export async function perform(deps: PerformDeps, work: Work): Promise<void> {
  if (work.kind === "delivery") {
    const result = await deps.send(work);
    await retryWhileAway(() => recordDelivery(deps.db, work, result), deps.sleep);
    return;
  }
  if (work.step === "cancel_request") return await performCancel(deps, work);

  const provider = deps.providers.byName(work.attempt.provider);
  if (provider === null) return await recordMissing(deps, work);

  switch (work.mode) {
    case "start":
      return await performStart(deps, provider, work);
    case "ask":
      return await performAsk(deps, provider, work);
    case "lookup":
      return await performLookup(deps, provider, work);
  }
}

/** Somebody took the provider's variables away while work was open there. */
async function recordMissing({ db, sleep }: PerformDeps, work: StepWork): Promise<void> {
  const message = `Cannot reach provider "${work.attempt.provider}": it is not configured`;
  const answer = withoutProvider(work.mode, message);
  await retryWhileAway(() => recordAnswer(db, work, answer), sleep);
}

function withoutProvider(mode: StepWork["mode"], message: string): Answer {
  switch (mode) {
    case "start":
      return { state: "failed", error: { message, retryable: true } };
    case "ask":
      return { state: "unreachable", message, away: true };
    case "lookup":
      return { state: "lost", message, unasked: true, away: true };
  }
}
