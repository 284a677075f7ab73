import { z } from "zod";
import type { Database } from "../database.ts";
import { Verdict } from "./steps.ts";

export const DeliveryWork = z.object({
  kind: z.literal("delivery"),
  delivery_id: z.string(),
  claim_token: z.string(),
  /**
   * Null: to a film's callback_url. `notification`: to the installation's own service, whose URL only
   * the runner knows. `source:<name>`: what a custom source sent, passed on.
   */
  endpoint_id: z.string().nullable(),
  url: z.string(),
  /** The `webhook-id`, the same in every try. */
  webhook_id: z.string(),
  /** The exact bytes to sign and send. */
  body: z.string(),
  headers: z.record(z.string(), z.string()),
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
};

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
