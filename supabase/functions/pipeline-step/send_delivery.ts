import { readFetchFailure } from "../_shared/fetch_failure.ts";
import type { Post } from "../_shared/outbound/post.ts";
import { readRetryAfter } from "../_shared/retry_after.ts";
import { signWebhook } from "../_shared/sign_webhook.ts";
import type { DeliveryResult, DeliveryWork } from "../_shared/transitions/deliveries.ts";
import { deliveryHeaders } from "./delivery_headers.ts";
import { hideValues } from "./hide_values.ts";
import { deliveryTarget, type NotificationService } from "./delivery_target.ts";

const NO_SECRET = "CALLBACK_SIGNING_SECRET is not set, or not base64 after whsec_";

export type DeliveryDeps = {
  /** CALLBACK_SIGNING_SECRET: several during a rotation, none where it is not set. */
  secrets: readonly string[];
  /** Null where the installation has none. */
  notification: NotificationService | null;
  /** ALLOW_PRIVATE_TARGETS. */
  allowPrivate: boolean;
  post: Post;
  now: () => number;
};

/**
 * Posts a delivery once, signed afresh under its stable id. Any HTTP answer is passed on by its
 * status, success being 2xx alone; a redirect is an answer, never followed.
 */
export async function sendDelivery(
  deps: DeliveryDeps,
  work: DeliveryWork,
): Promise<DeliveryResult> {
  const begun = deps.now();
  const signature = sign(work.secrets ?? deps.secrets, work, begun);
  const target = deliveryTarget(work, deps);
  if (signature === null) return notAnswered(`Cannot sign delivery: ${NO_SECRET}`, 0);
  if ("refused" in target) return notAnswered(target.refused, 0);

  try {
    const { status, headers, excerpt, timing } = await deps.post(target.url, {
      headers: deliveryHeaders(target.headers, signature),
      body: work.body,
      trusted: target.trusted,
    });
    return {
      status_code: status,
      error: status >= 200 && status < 300 ? null : `Receiver answered ${status}`,
      response_excerpt: excerpt === null ? null : hideValues(excerpt, target),
      duration_ms: deps.now() - begun,
      retry_after: readRetryAfter(headers, deps.now()),
      timing,
    };
  } catch (error) {
    const { words } = readFetchFailure(error);
    return notAnswered(`Receiver did not answer: ${words}`, deps.now() - begun);
  }
}

/** Null where there is no secret, or one that is not base64 where it says so. */
function sign(
  secrets: readonly string[],
  { webhook_id: id, body }: DeliveryWork,
  now: number,
): Record<string, string> | null {
  try {
    return signWebhook(secrets, { id, timestamp: Math.floor(now / 1000), body });
  } catch {
    return null;
  }
}

function notAnswered(error: string, duration_ms: number): DeliveryResult {
  return { status_code: null, error, duration_ms, response_excerpt: null, retry_after: null };
}
