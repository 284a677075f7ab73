import assert from "node:assert/strict";
import type { DeliveryWork } from "../_shared/transitions/deliveries.ts";
import { deliveryTarget } from "./delivery_target.ts";

const SERVICE = { url: "http://notify.internal/hook", key: "notify-key" };

function delivery(more: Partial<DeliveryWork>): DeliveryWork {
  return {
    kind: "delivery",
    delivery_id: "del_1",
    claim_token: "claim_1",
    endpoint_id: null,
    url: "https://app.example.com/hook",
    webhook_id: "msg_1",
    body: "{}",
    headers: { "x-tenant": "7" },
    number: 1,
    ...more,
  };
}

Deno.test("a client's delivery goes to its own URL with its own headers", () => {
  const target = deliveryTarget(delivery({}), { notification: SERVICE, allowPrivate: false });

  assert.deepEqual(target, {
    url: "https://app.example.com/hook",
    headers: { "x-tenant": "7" },
    trusted: false,
  });
});

Deno.test("a notification goes to the installation's service, private or not, with its key", () => {
  const work = delivery({
    endpoint_id: "notification",
    url: "NOTIFICATION_SERVICE_URL",
    headers: {},
  });

  assert.deepEqual(deliveryTarget(work, { notification: SERVICE, allowPrivate: false }), {
    url: "http://notify.internal/hook",
    trusted: true,
    headers: { authorization: "Bearer notify-key" },
  });
});

Deno.test("what a custom source sent is passed on to a public URL alone", () => {
  const work = delivery({ endpoint_id: "source:crm", headers: {} });
  const inside = { ...work, url: "https://10.0.0.7/hook" };
  const deps = { notification: SERVICE, allowPrivate: false };

  assert.deepEqual(deliveryTarget(work, deps), { url: work.url, headers: {}, trusted: false });
  assert.deepEqual(deliveryTarget(inside, deps), {
    refused: "Cannot post delivery: it names a private address",
  });
});

Deno.test("what has no address is refused, saying which variable is missing", () => {
  const deps = { notification: null, allowPrivate: false };

  assert.deepEqual(deliveryTarget(delivery({ endpoint_id: "notification" }), deps), {
    refused: "Cannot post delivery: NOTIFICATION_SERVICE_URL is not set",
  });
  assert.deepEqual(deliveryTarget(delivery({ endpoint_id: "queue_7" }), deps), {
    refused: 'Cannot post delivery: endpoint "queue_7" is not known',
  });
});

Deno.test("an endpoint's URL has to be public too, and its own headers go along", () => {
  const work = delivery({ endpoint_id: "ep_7" });
  const deps = { notification: null, allowPrivate: false };

  assert.deepEqual(deliveryTarget(work, deps), {
    url: work.url,
    headers: work.headers,
    trusted: false,
  });
  assert.deepEqual(deliveryTarget({ ...work, url: "https://10.0.0.1/" }, deps), {
    refused: "Cannot post delivery: it names a private address",
  });
});
