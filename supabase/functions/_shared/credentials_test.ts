import assert from "node:assert/strict";
import { doorCredentials, type DoorName } from "./credentials.ts";
import { handMadeWorld } from "./testing/hand_made_world.ts";
import { signHex } from "./signatures/hex_hmac.ts";
import { standardHeaders } from "./signatures/standard_webhooks.ts";

const BODY = '{"request_id":"r1"}';
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** Which variable opens which door. */
const TABLE: [DoorName, string][] = [
  ["webhook", "WEBHOOK_SECRET"],
  ["fal-webhook", "FAL_WEBHOOK_SECRET"],
  ["video-complete", "VIDEO_WEBHOOK_SECRET"],
  ["last-frame-complete", "LAST_FRAME_WEBHOOK_SECRET"],
  ["last-frame-complete", "LASTFRAME_WEBHOOK_SECRET"],
  ["stitch-complete", "STITCH_WEBHOOK_SECRET"],
];

function verify(door: DoorName, env: Record<string, string>, headers: Record<string, string>) {
  const { deps } = handMadeWorld({ env });
  return doorCredentials(door, deps).verify(new Headers(headers), new TextEncoder().encode(BODY));
}

function standard(secret: string): Record<string, string> {
  const timestamp = Math.floor(handMadeWorld().clock.now / 1000);
  return standardHeaders({ id: "msg_1", timestamp, body: BODY, secret });
}

const VERIFIED = { kind: "verified", deliveryId: null };
const REFUSED = { kind: "refused" };

for (const [door, name] of TABLE) {
  Deno.test(`${door} is opened by each of three schemes with ${name}`, async () => {
    const env = { [name]: SECRET };
    const hex = signHex(BODY, SECRET);

    assert.deepEqual(await verify(door, env, { "x-webhook-signature": hex }), VERIFIED);
    assert.deepEqual(await verify(door, env, { "x-webhook-signature": `sha256=${hex}` }), VERIFIED);
    assert.deepEqual(await verify(door, env, { authorization: `Bearer ${SECRET}` }), VERIFIED);
    assert.deepEqual(await verify(door, env, standard(SECRET)), {
      kind: "verified",
      deliveryId: "msg_1",
    });
  });

  Deno.test(`${door} with ${name} refuses nothing, wrong secrets, and both halves mixed`, async () => {
    const env = { [name]: SECRET };
    const hex = signHex(BODY, "another");

    assert.deepEqual(await verify(door, env, {}), REFUSED);
    assert.deepEqual(await verify(door, env, { "x-webhook-signature": hex }), REFUSED);
    assert.deepEqual(await verify(door, env, { authorization: "Bearer another" }), REFUSED);
    assert.deepEqual(await verify(door, env, standard("another")), REFUSED);
    assert.deepEqual(
      await verify(door, env, { ...standard(SECRET), "webhook-id": "msg_2" }),
      REFUSED,
    );
  });

  Deno.test(`${door} takes the old and the new secret of ${name} during a rotation`, async () => {
    const env = { [name]: `old,v1,${SECRET}` };

    for (const secret of ["old", `v1,${SECRET}`]) {
      const headers = { "x-webhook-signature": signHex(BODY, secret) };
      assert.deepEqual(await verify(door, env, headers), VERIFIED);
      assert.equal((await verify(door, env, standard(secret))).kind, "verified");
    }
  });
}

Deno.test("one valid scheme suffices beside an invalid one", async () => {
  const headers = { ...standard("another"), authorization: `Bearer ${SECRET}` };

  assert.deepEqual(await verify("webhook", { WEBHOOK_SECRET: SECRET }, headers), VERIFIED);
});

Deno.test("x-fal-signature opens fal-webhook alone, x-lastframe-signature last-frame-complete", async () => {
  const env = Object.fromEntries(TABLE.map(([, name]) => [name, SECRET]));
  const hex = signHex(BODY, SECRET);
  const own: Partial<Record<DoorName, string>> = {
    "fal-webhook": "x-fal-signature",
    "last-frame-complete": "x-lastframe-signature",
  };

  for (const [door] of TABLE) {
    for (const header of ["x-fal-signature", "x-lastframe-signature"]) {
      const expected = own[door] === header ? VERIFIED : REFUSED;
      assert.deepEqual(await verify(door, env, { [header]: hex }), expected, `${door} ${header}`);
    }
  }
});

Deno.test("the bell is opened by Standard Webhooks alone", async () => {
  const env = { PIPELINE_BELL_SECRET: SECRET };

  assert.equal((await verify("pipeline-step", env, standard(SECRET))).kind, "verified");
  const bearer = { authorization: `Bearer ${SECRET}` };
  assert.deepEqual(await verify("pipeline-step", env, bearer), REFUSED);
  const hex = { "x-webhook-signature": signHex(BODY, SECRET) };
  assert.deepEqual(await verify("pipeline-step", env, hex), REFUSED);
});

Deno.test("without its secret a door is not configured; fal's is, by fal's own keys", () => {
  const { deps } = handMadeWorld();

  for (const [door] of TABLE) {
    assert.equal(doorCredentials(door, deps).configured, door === "fal-webhook", door);
  }
  assert.equal(doorCredentials("pipeline-step", deps).configured, false);
});
