import assert from "node:assert/strict";
import { checkWebhookHeaders, WebhookHeaders } from "./webhook_headers.ts";

const paths = (headers: Record<string, string>) =>
  checkWebhookHeaders(headers).map(({ path }) => path);

Deno.test("a client's own headers are taken, Authorization among them", () => {
  assert.deepEqual(paths({ Authorization: "Bearer abc", "X-Custom-Header": "custom-value" }), []);
});

Deno.test("headers of the connection and of the signature are refused in any case", () => {
  const refused = {
    Connection: "close",
    Host: "internal",
    "content-length": "3",
    "Transfer-Encoding": "chunked",
    "Webhook-Signature": "v1,x",
    "webhook-id": "m",
  };

  assert.deepEqual(paths(refused), Object.keys(refused).map((name) => `webhook_headers.${name}`));
});

Deno.test("line breaks and controls are refused in names and values", () => {
  for (
    const [name, value] of [["X-A", "a\r\nX-B: b"], ["X-A", "a\0"], ["X A", "a"], ["", "a"], [
      "X-A\n",
      "a",
    ]]
  ) {
    assert.equal(paths({ [name ?? ""]: value ?? "" }).length, 1, JSON.stringify([name, value]));
  }
});

Deno.test("more than twenty headers are refused", () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, "a"]));

  assert.deepEqual(paths(many), ["webhook_headers"]);
});

Deno.test("a header whose value is null is as absent", () => {
  assert.deepEqual(WebhookHeaders.parse({ "x-tenant": null, "x-a": "1" }), { "x-a": "1" });
  assert.equal(WebhookHeaders.safeParse({ "x-a": 1 }).success, false);
});

Deno.test("of more headers than are taken nothing but that is said, and none is looked at", () => {
  const values = (count: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, value]));
  const messages = (headers: unknown) =>
    WebhookHeaders.safeParse(headers).error?.issues.map(({ message }) => message) ?? [];

  assert.deepEqual(messages({ ...values(20, "a"), "x-none": null }), []);
  assert.deepEqual(messages(values(21, "a")), ["More than 20 headers"]);
  assert.deepEqual(messages(values(21, 5)), ["More than 20 headers"]);
  assert.equal(messages(values(20, 5)).length, 20);
});
