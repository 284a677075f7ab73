import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import { type Delivery, TEXT_MODEL, withFal } from "./fal_fixture.ts";

const INPUT = { prompt: "a café by the sea", duration: "5" };
const FAIL = { fail: { status: 500, detail: "Internal server error" } };

Deno.test("fal's webhook is signed by a published key and says OK with the model's output", async () => {
  await withFal(async ({ fal, submit, delivery }) => {
    const { request_id } = await submit(TEXT_MODEL, INPUT);
    const sent = await delivery(1);
    assert.equal(await isSigned(sent, fal.jwksUrl), true);
    assert.equal(sent.headers.get("x-fal-webhook-request-id"), request_id);
    assert.equal(sent.headers.get("x-fal-webhook-user-id"), fal.userId);
    const url = fal.requests[0]?.result?.body;
    assert.deepEqual(JSON.parse(sent.text), {
      request_id,
      gateway_request_id: request_id,
      status: "OK",
      error: null,
      payload: url,
    });
    assert.ok(sent.text.startsWith('{"error": null, "gateway_request_id": "'), sent.text);
    assert.deepEqual(fal.bill(), [{ requestId: request_id, endpoint: TEXT_MODEL, input: INPUT }]);
  });
});

Deno.test("fal says ERROR with the model's words and asks no money for it", async () => {
  await withFal(async ({ fal, submit, delivery }) => {
    fal.behave({ fail: { status: 504, detail: "Timed out", errorType: "request_timeout" } });
    await submit(TEXT_MODEL, INPUT);
    const { status, error, payload } = JSON.parse((await delivery(1)).text);
    assert.deepEqual([status, error], ["ERROR", "Invalid status code: 504"]);
    assert.deepEqual(payload, { detail: "Timed out", error_type: "request_timeout" });
    assert.deepEqual(fal.bill(), []);
  });
});

Deno.test("fal tells a payload that it cannot send by payload_error beside a null", async () => {
  await withFal(async ({ fal, submit, delivery }) => {
    fal.behave({ ...FAIL, payloadError: "Response payload is not JSON serializable" });
    await submit(TEXT_MODEL, INPUT);
    const { payload, payload_error } = JSON.parse((await delivery(1)).text);
    assert.deepEqual([payload, payload_error], [null, "Response payload is not JSON serializable"]);
  });
});

Deno.test("fal tries again after a 4xx, a 5xx and a cut, and stops at the first 2xx", async () => {
  await withFal(async ({ fal, submit, delivery, answers }) => {
    fal.behave(FAIL);
    answers.push(401, "cut", 503);
    const { request_id } = await submit(TEXT_MODEL, INPUT);
    const fourth = await delivery(4);
    assert.equal(await isSigned(fourth, fal.jwksUrl), true);
    assert.equal(JSON.parse(fourth.text).request_id, request_id);
    await fal.ended(request_id);
    const tried = fal.requests[0]?.webhooks.map(({ status }) => status);
    assert.deepEqual(tried?.slice(0, 3), [401, null, 503]);
  });
});

Deno.test("fal waits no longer for an answer than its policy says, then tries again", async () => {
  await withFal(async ({ fal, submit, delivery, answers }) => {
    fal.behave(FAIL);
    answers.push("hang");
    await submit(TEXT_MODEL, INPUT);
    await delivery(2);
    assert.match(fal.requests[0]?.webhooks[0]?.error ?? "", /timeout/);
  }, { webhookTimeoutMs: 50 });
});

Deno.test("fal takes a redirect for a permanent failure", async () => {
  await withFal(async ({ fal, submit, answers, delivery }) => {
    fal.behave(FAIL);
    answers.push(308, 503);
    const redirected = await submit(TEXT_MODEL, INPUT);
    await fal.ended(redirected.request_id);
    const refused = await submit(TEXT_MODEL, INPUT);
    assert.equal(JSON.parse((await delivery(3)).text).request_id, refused.request_id);
    assert.equal(await fal.redeliver(redirected.request_id), 200);
    assert.deepEqual(fal.requests[0]?.webhooks.map(({ status }) => status), [308, 200]);
  });
});

Deno.test("fal told to be early delivers before it answers the submit", async () => {
  await withFal(async ({ fal, submit, deliveries }) => {
    fal.behave({ ...FAIL, webhook: "early" });
    await submit(TEXT_MODEL, INPUT);
    assert.equal(deliveries.length, 1);
  });
});

Deno.test("fal told to be twofold sends the very same delivery again", async () => {
  await withFal(async ({ fal, submit, delivery }) => {
    fal.behave({ ...FAIL, webhook: "twice" });
    await submit(TEXT_MODEL, INPUT);
    const [first, second] = [await delivery(1), await delivery(2)];
    assert.equal(second.text, first.text);
    const name = "x-fal-webhook-signature";
    assert.equal(second.headers.get(name), first.headers.get(name));
  });
});

Deno.test("fal told to be silent ends the work and sends nothing", async () => {
  await withFal(async ({ fal, submit, deliveries }) => {
    fal.behave({ ...FAIL, webhook: "silent" });
    const { request_id } = await submit(TEXT_MODEL, INPUT);
    await fal.ended(request_id);
    assert.equal(fal.requests[0]?.state, "COMPLETED");
    assert.deepEqual(deliveries, []);
  });
});

Deno.test("fal told to be wrong breaks the one thing that it is told to break", async () => {
  await withFal(async ({ fal, submit, delivery }) => {
    fal.behave({ webhook: "bad_signature", ...FAIL, times: 1 });
    fal.behave({ webhook: "wrong_request_id", ...FAIL, input: ({ prompt }) => prompt === "id" });
    fal.behave({ webhook: "stale_timestamp", ...FAIL, input: ({ prompt }) => prompt === "old" });
    const forged = await submit(TEXT_MODEL, INPUT);
    assert.equal(await isSigned(await delivery(1), fal.jwksUrl), false);
    assert.equal(JSON.parse((await delivery(1)).text).request_id, forged.request_id);

    const foreign = await submit(TEXT_MODEL, { ...INPUT, prompt: "id" });
    const second = await delivery(2);
    assert.equal(await isSigned(second, fal.jwksUrl), true);
    assert.notEqual(JSON.parse(second.text).request_id, foreign.request_id);

    await submit(TEXT_MODEL, { ...INPUT, prompt: "old" });
    const third = await delivery(3);
    assert.equal(await isSigned(third, fal.jwksUrl), true);
    const age = Date.now() / 1000 - Number(third.headers.get("x-fal-webhook-timestamp"));
    assert.ok(age > 500, `age ${age}`);
  });
});

const Jwks = z.object({
  keys: z.array(z.object({ kty: z.string(), crv: z.string(), x: z.string() })),
});

async function isSigned({ headers, text }: Delivery, jwksUrl: string): Promise<boolean> {
  const { keys } = Jwks.parse(await (await fetch(jwksUrl)).json());
  const signed = ["request-id", "user-id", "timestamp"]
    .map((name) => headers.get(`x-fal-webhook-${name}`));
  const digest = createHash("sha256").update(text).digest("hex");
  const message = Buffer.from([...signed, digest].join("\n"));
  const signature = Buffer.from(headers.get("x-fal-webhook-signature") ?? "", "hex");
  return keys.some((key) =>
    verify(null, message, createPublicKey({ key, format: "jwk" }), signature)
  );
}
