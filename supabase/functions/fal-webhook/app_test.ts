import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { Buffer } from "node:buffer";
import { handMadeWorld, NOTHING_CHANGED, signedPost } from "../_shared/testing/hand_made_world.ts";
import { createFalWebhook } from "./app.ts";

const BODY =
  '{"request_id":"r1","status":"OK","payload":{"video":{"url":"https://a.example/b.mp4"}}}';
const fal = generateKeyPairSync("ed25519");
const JWKS = { keys: [{ ...fal.publicKey.export({ format: "jwk" }), alg: "EdDSA", use: "sig" }] };

/** A door whose key server answers with fal's keys, or not at all. */
function aDoor({ keysAway = false, env = {} }: {
  keysAway?: boolean;
  env?: Record<string, string>;
} = {}) {
  const asked: string[] = [];
  const world = handMadeWorld({
    env,
    sql: {
      receive_callback: { ...NOTHING_CHANGED, chunk_updated: true },
      is_bell_deaf: false,
      hint_attempt: true,
    },
    fetch: (input) => {
      asked.push(`${input}`);
      return keysAway
        ? Promise.reject(new TypeError("connection refused"))
        : Promise.resolve(Response.json(JWKS));
    },
  });
  return { ...world, asked, app: createFalWebhook(world.deps) };
}

function falPost(body: string, now: number, key = fal.privateKey): RequestInit {
  const timestamp = `${Math.floor(now / 1000)}`;
  const hash = createHash("sha256").update(body).digest("hex");
  const message = Buffer.from(["r1", "user", timestamp, hash].join("\n"));
  return {
    method: "POST",
    body,
    headers: {
      "x-fal-webhook-request-id": "r1",
      "x-fal-webhook-user-id": "user",
      "x-fal-webhook-timestamp": timestamp,
      "x-fal-webhook-signature": sign(null, message, key).toString("hex"),
    },
  };
}

Deno.test("fal-webhook lets fal in by its own signature, without any secret", async () => {
  const { app, clock, asked } = aDoor();

  const answer = await app.request("/fal-webhook?token=t", falPost(BODY, clock.now));

  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { success: true, outcome: "applied", chunk_updated: true });
  assert.deepEqual(asked, ["https://rest.fal.ai/.well-known/jwks.json"]);
});

Deno.test("fal-webhook asks FAL_JWKS_URL for keys where it is set", async () => {
  const { app, clock, asked } = aDoor({ env: { FAL_JWKS_URL: "http://127.0.0.1:9/jwks.json" } });

  await app.request("/fal-webhook", falPost(BODY, clock.now));

  assert.deepEqual(asked, ["http://127.0.0.1:9/jwks.json"]);
});

Deno.test("fal-webhook answers 401 and records nothing when the signature does not match", async () => {
  const { app, calls, clock } = aDoor({ env: { FAL_WEBHOOK_SECRET: "s3cret" } });
  const stranger = generateKeyPairSync("ed25519").privateKey;

  for (
    const init of [
      falPost(BODY, clock.now, stranger),
      falPost(BODY, clock.now - 301_000, stranger),
      falPost(BODY, clock.now + 301_000),
      { ...falPost(BODY, clock.now), body: BODY.replace("OK", "ERROR") },
      signedPost(BODY, "another"),
      { method: "POST", body: BODY },
    ]
  ) {
    const answer = await app.request("/fal-webhook", init);
    assert.equal(answer.status, 401);
    assert.deepEqual(await answer.json(), { error: "Invalid signature" });
  }
  assert.deepEqual(calls, []);
});

Deno.test("fal-webhook refuses what fal signed long ago, but has fal asked about it", async () => {
  const { app, calls, clock, settled, lines } = aDoor({ env: { FAL_USER_ID: "user" } });

  const answer = await app.request("/fal-webhook?token=t", falPost(BODY, clock.now - 301_000));

  assert.equal(answer.status, 401);
  assert.deepEqual(await answer.json(), { error: "Invalid signature" });
  await settled();
  assert.deepEqual(calls.slice(0, 1), [
    { name: "hint_attempt", args: { p_token: "t", p_request_id: "r1" } },
  ]);
  assert.ok(lines.some((line) => line.includes('"callback.stale"')));
});

Deno.test("fal-webhook has fal asked about nothing that another account's key signed", async () => {
  const { app, calls, clock, settled } = aDoor({ env: { FAL_USER_ID: "us" } });

  await app.request("/fal-webhook?token=t", falPost(BODY, clock.now - 301_000));

  await settled();
  assert.deepEqual(calls, []);
});

Deno.test("fal-webhook has fal asked no more while an address repeats an old callback", async () => {
  const { app, calls, clock, settled } = aDoor();
  const old = falPost(BODY, clock.now - 301_000);
  const statuses = new Set<number>();

  for (let i = 0; i < 120; i++) statuses.add((await app.request("/fal-webhook", old)).status);

  await settled();
  assert.deepEqual([...statuses], [401, 429]);
  assert.equal(calls.filter(({ name }) => name === "hint_attempt").length, 100);
});

Deno.test("fal-webhook answers 503, not 401, where no key can be had", async () => {
  const { app, calls, clock } = aDoor({ keysAway: true });

  assert.equal((await app.request("/fal-webhook", falPost(BODY, clock.now))).status, 503);
  assert.equal((await app.request("/fal-webhook", { method: "POST", body: BODY })).status, 401);
  assert.deepEqual(calls, []);
});

Deno.test("fal-webhook lets workers in by FAL_WEBHOOK_SECRET, and asks for no key then", async () => {
  const { app, asked, clock } = aDoor({ env: { FAL_WEBHOOK_SECRET: "s3cret" } });
  const { "x-webhook-signature": hex } = signedPost(BODY, "s3cret").headers;
  const headers = { "x-fal-signature": hex ?? "" };

  assert.equal((await app.request("/fal-webhook", signedPost(BODY, "s3cret"))).status, 200);
  const own = await app.request("/fal-webhook", { method: "POST", body: BODY, headers });
  assert.equal(own.status, 200);
  assert.deepEqual(asked, []);
  assert.equal((await app.request("/fal-webhook", falPost(BODY, clock.now))).status, 200);
});

Deno.test("fal-webhook believes a project's name only of who shares a secret with us, or of our account", async () => {
  const body = JSON.stringify({
    request_id: "r1",
    status: "OK",
    payload: { images: [{ url: "https://a.example/1.png" }] },
    metadata: { project_id: "proj_1" },
  });
  const secret = { FAL_WEBHOOK_SECRET: "s3cret" };
  const named = async (env: Record<string, string>, init: (now: number) => RequestInit) => {
    const { app, clock, calls } = aDoor({ env });
    assert.equal((await app.request("/fal-webhook", init(clock.now))).status, 200);
    return JSON.parse(JSON.stringify(calls[0]?.args)).p_callback.result.project_id;
  };

  const byFal = (now: number) => falPost(body, now);
  assert.equal(await named(secret, () => signedPost(body, "s3cret")), "proj_1");
  assert.equal(await named({ FAL_USER_ID: "user" }, byFal), "proj_1");
  assert.equal(await named({}, byFal), null);
  assert.equal(await named(secret, byFal), null);
});
