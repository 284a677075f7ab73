import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { CallbackRefused, verifyCallback } from "./verify_callback.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = "whsec_" + btoa("another secret of 24 byte");
const TEXT = '{"type":"video.generation.completed","data":{"title":"ü"}}';
const AT = new Date(1_795_305_600_000);
const now = AT.getTime();

function signed(secret = SECRET): Record<string, string> {
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": `${now / 1000}`,
    "webhook-signature": new Webhook(secret).sign("msg_1", AT, TEXT),
  };
}

Deno.test("what the standardwebhooks package signs is verified, by any of the secrets and signatures", async () => {
  const body = JSON.parse(TEXT);
  assert.deepEqual(await verifyCallback(TEXT, signed(), SECRET, { now }), body);
  assert.deepEqual(
    await verifyCallback(TEXT, new Headers(signed()), [OTHER, SECRET], { now }),
    body,
  );

  const rotating = { ...signed(OTHER) };
  rotating["webhook-signature"] += ` v1a,ed25519 ${signed()["webhook-signature"]}`;
  assert.deepEqual(await verifyCallback(TEXT, rotating, SECRET, { now }), body);
});

Deno.test("headers are taken as any server has them, whatever else is among them", async () => {
  const pairs = Object.entries(signed());
  const given = [
    Object.fromEntries(pairs.map(([name, value]) => [name.toUpperCase(), value])),
    Object.fromEntries(pairs.map(([name, value]) => [name, [value]])),
    { ":method": "POST", ":path": "/hook", "x-odd": "\u0100\n", ...signed() },
    { get: (name: string) => signed()[name] ?? null },
  ];
  for (const headers of given) {
    assert.deepEqual(await verifyCallback(TEXT, headers, SECRET, { now }), JSON.parse(TEXT));
  }
});

Deno.test("another text, secret, id, time or signature is refused", async () => {
  const wrong: [string, Record<string, string>][] = [
    [TEXT.replace("completed", "failed"), signed()],
    [JSON.stringify(JSON.parse(TEXT), null, 1), signed()],
    [TEXT, signed(OTHER)],
    [TEXT, { ...signed(), "webhook-id": "msg_2" }],
    [TEXT, { ...signed(), "webhook-timestamp": `${now / 1000 + 1}` }],
    [TEXT, { ...signed(), "webhook-signature": "" }],
    [TEXT, { ...signed(), "webhook-signature": "v1,%%% v1, v2,AAAA" }],
    [TEXT, {}],
  ];
  for (const [text, headers] of wrong) {
    await assert.rejects(verifyCallback(text, headers, SECRET, { now }), CallbackRefused);
  }
});

Deno.test("a callback is good for five minutes on either side", async () => {
  for (const seconds of [-300, 300]) {
    await verifyCallback(TEXT, signed(), SECRET, { now: now + seconds * 1000 });
  }
  for (const seconds of [-301, 301]) {
    const late = verifyCallback(TEXT, signed(), SECRET, { now: now + seconds * 1000 });
    await assert.rejects(late, CallbackRefused);
  }
});
