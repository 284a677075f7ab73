import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { standardHeaders, verifyStandard } from "./standard_webhooks.ts";

/** The vector that the libraries of Standard Webhooks share. */
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT = 1614265330;
const BODY = new TextEncoder().encode('{"test": 2432232314}');
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const HEADERS = {
  "webhook-id": ID,
  "webhook-timestamp": `${AT}`,
  "webhook-signature": SIGNATURE,
};

function verify(
  changed: Record<string, string> = {},
  { secrets = [SECRET], at = AT, body = BODY } = {},
): string | null {
  return verifyStandard(new Headers({ ...HEADERS, ...changed }), body, secrets, at * 1000);
}

Deno.test("the published vector holds and gives back the signed id", () => {
  assert.equal(verify(), ID);
});

Deno.test("the secret may be written with v1, before it, and without its padding", () => {
  assert.equal(verify({}, { secrets: [`v1,${SECRET}`] }), ID);

  const padded = `whsec_${btoa("sixteen bytes...")}`;
  const headers = standardHeaders({ id: "m", timestamp: AT, body: "{}", secret: padded });
  const body = new TextEncoder().encode("{}");
  assert.equal(verify(headers, { secrets: [padded.replace(/=+$/, "")], body }), "m");
});

Deno.test("a secret without whsec_ is its UTF-8 bytes", () => {
  const secret = "plain sécret";
  const headers = standardHeaders({ id: "m", timestamp: AT, body: "{}", secret });

  assert.equal(verify(headers, { secrets: [secret], body: new TextEncoder().encode("{}") }), "m");
});

Deno.test("what we sign, the reference library accepts", () => {
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = standardHeaders({ id: "m", timestamp, body: '{"a":1}', secret: SECRET });

  assert.deepEqual(new Webhook(SECRET).verify('{"a":1}', headers), { a: 1 });
});

Deno.test("one right signature in a list is enough", () => {
  const wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
  const list = `${wrong} v2,${SIGNATURE.slice(3)} ${SIGNATURE} ${wrong}`;

  assert.equal(verify({ "webhook-signature": list }), ID);
});

Deno.test("a wrong, partial, unversioned or missing signature does not hold", () => {
  const given = [
    "v1,dawfeoifkpqwoekfpqoekf",
    "v1,",
    "",
    SIGNATURE.slice(3),
    SIGNATURE.slice(0, -2),
  ];

  for (
    const signature of [...given, SIGNATURE.replace("v1", "v2"), SIGNATURE.replace("v1", "v1a")]
  ) {
    assert.equal(verify({ "webhook-signature": signature }), null, signature);
  }
});

Deno.test("another body, id or secret does not hold, nor does none", () => {
  assert.equal(verify({}, { body: new TextEncoder().encode("{}") }), null);
  assert.equal(verify({ "webhook-id": "msg_other" }), null);
  assert.equal(verify({ "webhook-id": "" }), null);
  for (const secrets of [["whsec_AAAA"], ["whsec_"], ["whsec_***"], ["whsec_AAAAA"], []]) {
    assert.equal(verify({}, { secrets }), null);
  }
});

Deno.test("during a rotation both secrets hold", () => {
  assert.equal(verify({}, { secrets: ["whsec_AAAA", SECRET] }), ID);
});

Deno.test("a timestamp holds for 300 seconds both ways, and only as whole seconds", () => {
  assert.equal(verify({}, { at: AT + 300 }), ID);
  assert.equal(verify({}, { at: AT - 300 }), ID);
  assert.equal(verify({}, { at: AT + 301 }), null);
  assert.equal(verify({}, { at: AT - 301 }), null);
  for (const timestamp of ["", "hello", `${AT}.0`, `-${AT}`, `${AT} `]) {
    const trimmed = timestamp.trim() === `${AT}`;
    assert.equal(verify({ "webhook-timestamp": timestamp }), trimmed ? ID : null, timestamp);
  }
});

Deno.test("one signature does for one id, one time and one body, however they are cut", () => {
  const later = AT + 60;
  const text = new TextEncoder();
  const whole = standardHeaders({ id: "m", timestamp: AT, body: `${later}.{}`, secret: SECRET });
  const moved = { ...whole, "webhook-id": `m.${AT}`, "webhook-timestamp": `${later}` };
  assert.equal(verify(whole, { body: text.encode(`${later}.{}`) }), "m");
  assert.equal(verify(moved, { body: text.encode("{}") }), null);

  const dotted = standardHeaders({ id: `m.${later}`, timestamp: AT, body: "{}", secret: SECRET });
  const shorter = { ...dotted, "webhook-id": "m", "webhook-timestamp": `${later}` };
  assert.equal(verify(dotted, { body: text.encode("{}") }), null, "it could be read in two ways");
  assert.equal(verify(shorter, { body: text.encode(`${AT}.{}`) }), "m");

  for (const id of ["order.created.x7", "v1.2b", "a.b"]) {
    const headers = standardHeaders({ id, timestamp: AT, body: "{}", secret: SECRET });
    assert.equal(verify(headers, { body: text.encode("{}") }), id);
  }
});
