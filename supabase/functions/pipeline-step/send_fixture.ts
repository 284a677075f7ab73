import { createPost } from "../_shared/outbound/post.ts";
import { withServer } from "../_shared/testing/loopback.ts";
import type { DeliveryResult } from "../_shared/transitions/deliveries.ts";
import { delivery } from "./fixture.ts";
import { type DeliveryDeps, sendDelivery } from "./send_delivery.ts";

export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const BODY = '{"type":"video.generation.completed","data":{"error":null,"title":"ü"}}';

export const DEPS: DeliveryDeps = {
  secrets: [SECRET],
  notification: null,
  allowPrivate: true,
  post: poster({ timeoutMs: 2000 }),
  now: Date.now,
};

export function poster({ timeoutMs }: { timeoutMs: number }) {
  return createPost({ allowPrivate: true, fetch, now: Date.now, timeoutMs });
}

export function send(
  url: string,
  more: Partial<DeliveryDeps> = {},
  headers = {},
): Promise<DeliveryResult> {
  return sendDelivery({ ...DEPS, ...more }, { ...delivery("1"), url, headers, body: BODY });
}

/** Sends to a receiver that answers so. */
export function sendTo(status: number, body: BodyInit | null = null, headers = {}) {
  return withServer(() => new Response(body, { status, headers }), ({ url }) => send(url));
}
