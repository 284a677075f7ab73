import * as z from "zod";
import type { Database } from "../database.ts";
import { Verdict } from "./steps.ts";

export const DeliveryWork = z.object({
  kind: z.literal("delivery"),
  delivery_id: z.string(),
  claim_token: z.string(),
  /**
   * Null: to a film's callback_url. `notification`: to the installation's own service, whose URL only
   * the runner knows. `source:<name>`: what a custom source sent, passed on. `ep_...`: to a standing
   * endpoint of the user.
   */
  endpoint_id: z.string().nullable(),
  url: z.string(),
  /** The `webhook-id`, the same in every try. */
  webhook_id: z.string(),
  /** The exact bytes to sign and send. */
  body: z.string(),
  headers: z.record(z.string(), z.string()),
  /** Those of a standing endpoint, the newest first; absent: the installation's sign. */
  secrets: z.array(z.string()).nullish(),
  number: z.number(),
});
export type DeliveryWork = z.infer<typeof DeliveryWork>;

export type DeliveryResult = {
  /** Null: no answer. */
  status_code: number | null;
  error: string | null;
  duration_ms: number;
  /** The first kilobytes of the answer. */
  response_excerpt: string | null;
  /** Seconds. */
  retry_after: number | null;
  /** Milliseconds of its parts, as far as the sender knows them. */
  timing?: Readonly<Record<string, number>> | null;
};

const ClaimedDeliveries = z.object({
  deliveries: z.array(DeliveryWork),
  /** ISO 8601; where nothing was claimed: when something may be, null when nothing is open. */
  next_at: z.string().nullable(),
  /** Seconds until then by the database's clock. Absent in the answers of earlier schemas. */
  next_in: z.number().nullish(),
});
export type ClaimedDeliveries = z.infer<typeof ClaimedDeliveries>;

/** Leases up to `limit` due deliveries: as many of each receiver as it has room for, taking turns. */
export function claimDeliveries(db: Database, limit: number): Promise<ClaimedDeliveries> {
  return db.call("claim_deliveries", { p_limit: limit }, ClaimedDeliveries);
}

export type DeliveryRecord = { work: DeliveryWork; result: DeliveryResult };

const Recorded = z.object({ applied: z.number(), stale: z.number() });

/** Records what came of several deliveries at once; `stale` of them another runner has meanwhile. */
export function recordDeliveries(
  db: Database,
  records: readonly DeliveryRecord[],
): Promise<z.infer<typeof Recorded>> {
  return db.call("record_deliveries", {
    p_results: records.map(({ work: { delivery_id, claim_token }, result }) => ({
      delivery_id,
      claim_token,
      ...result,
    })),
  }, Recorded);
}

export function recordDelivery(
  db: Database,
  work: DeliveryWork,
  result: DeliveryResult,
): Promise<Verdict> {
  return db.call("record_delivery", {
    p_delivery_id: work.delivery_id,
    p_claim_token: work.claim_token,
    p_result: result,
  }, Verdict);
}
