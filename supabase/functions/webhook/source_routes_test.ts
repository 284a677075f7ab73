import assert from "node:assert/strict";
import * as z from "zod";
import { handMadeWorld, NOTHING_CHANGED, signedPost } from "../_shared/testing/hand_made_world.ts";
import { signHex } from "../_shared/signatures/hex_hmac.ts";
import { standardHeaders } from "../_shared/signatures/standard_webhooks.ts";
import type { WebhookSource } from "../_shared/transitions/sources.ts";
import { createWebhook } from "./app.ts";

const BODY = '{"event":{"id":"evt_1","type":"deal.won"}}';
const CRM: WebhookSource = {
  name: "crm",
  scheme: "hmac",
  header: null,
  secret_in: "env",
  secret_name: "CRM_SECRET",
  secret: null,
  id_path: "event.id",
  type_path: "event.type",
  rate_limit: null,
  revision: "1",
};

function aDoor(changes: Partial<WebhookSource> = {}, env: Record<string, string> = {}) {
  const sql: Record<string, unknown> = {
    read_webhook_sources: [{ ...CRM, ...changes }],
    receive_source_callback: NOTHING_CHANGED,
    is_bell_deaf: false,
  };
  const world = handMadeWorld({ sql, env: { CRM_SECRET: "s3cret", ...env } });
  const app = createWebhook(world.deps);

  async function post(init: RequestInit = signedPost(BODY, "s3cret"), path = "/webhook/crm") {
    const answer = await app.request(path, init);
    return { status: answer.status, body: await answer.json() };
  }
  return {
    ...world,
    app,
    sql,
    post,
    callsOf: (name: string) => world.calls.filter((call) => call.name === name),
    setSources: (...sources: Partial<WebhookSource>[]) =>
      sql.read_webhook_sources = sources.map((one) => ({ ...CRM, ...one })),
  };
}

const Recorded = z.object({
  data: z.unknown(),
  delivery_id: z.string().nullable(),
  type: z.string(),
});

function recordedBy(callsOf: ReturnType<typeof aDoor>["callsOf"]) {
  return callsOf("receive_source_callback").map(({ args }) => Recorded.parse(args.p_callback));
}

const RECEIVED = { status: 200, body: { received: true, outcome: "applied" } };
const REFUSED = { status: 401, body: { error: "Invalid signature" } };
const NOT_FOUND = { status: 404, body: { error: "Not found" } };

Deno.test("Slack's question whether somebody is there is answered where it is signed, and not recorded", async () => {
  const { post, callsOf, deps } = aDoor({ scheme: "slack" });
  const body = '{"type":"url_verification","challenge":"3eZbrw1a"}';
  const at = `${Math.floor(deps.now() / 1000)}`;
  const signed = (secret: string) => {
    const signature = signHex(`v0:${at}:${body}`, secret);
    return {
      method: "POST",
      body,
      headers: { "x-slack-request-timestamp": at, "x-slack-signature": `v0=${signature}` },
    };
  };

  assert.deepEqual(await post(signed("s3cret")), { status: 200, body: { challenge: "3eZbrw1a" } });
  assert.deepEqual(await post(signed("wrong")), REFUSED);
  assert.deepEqual(callsOf("receive_source_callback"), []);
});

Deno.test("a custom source's callback is recorded under its name, with id and type from its body", async () => {
  const { post, callsOf } = aDoor();

  assert.deepEqual(await post(signedPost(BODY, "s3cret", { "x-request-id": "q" })), RECEIVED);

  assert.deepEqual(callsOf("receive_source_callback").map(({ args }) => args), [{
    p_callback: {
      source: "crm",
      delivery_id: "evt_1",
      token: null,
      type: "deal.won",
      headers: { "content-type": "text/plain;charset=UTF-8", "x-request-id": "q" },
      raw_body: btoa(BODY),
      data: JSON.parse(BODY),
      malformed: null,
      result: { state: "received" },
    },
    p_revision: "1",
  }]);
});

Deno.test("a custom source may send anything: what is no JSON is recorded without data", async () => {
  for (const body of ["a=1&b=2", "", "\xff\xfe", "[".repeat(1000), '{"event":"\\u0000"}']) {
    const { post, callsOf } = aDoor();

    assert.deepEqual(await post(signedPost(body, "s3cret")), RECEIVED, body);
    const [recorded] = recordedBy(callsOf);
    assert.deepEqual(
      [recorded?.data, recorded?.delivery_id, recorded?.type],
      [null, null, "webhook.received"],
    );
  }
});

Deno.test("a custom source's signed id is the delivery's where its body names none", async () => {
  const { post, callsOf, clock } = aDoor({ scheme: "standard", id_path: "no.such" });
  const timestamp = Math.floor(clock.now / 1000);
  const headers = standardHeaders({ id: "msg_7", timestamp, body: BODY, secret: "s3cret" });

  assert.deepEqual(await post({ method: "POST", body: BODY, headers }), RECEIVED);

  assert.equal(recordedBy(callsOf)[0]?.delivery_id, "msg_7");
});

Deno.test("a custom source's secret is in the environment or in Vault, several at once", async () => {
  for (
    const { door, secrets } of [
      { door: aDoor({}, { CRM_SECRET: "old,new" }), secrets: ["old", "new"] },
      { door: aDoor({ secret_in: "vault", secret: "a, b" }), secrets: ["a", "b"] },
    ]
  ) {
    for (const secret of secrets) {
      assert.deepEqual(await door.post(signedPost(BODY, secret)), RECEIVED);
    }
    assert.deepEqual(await door.post(signedPost(BODY, "another")), REFUSED);
  }
});

Deno.test("a header that is the secret is not recorded, whatever it is called", async () => {
  const { post, callsOf } = aDoor({ scheme: "token", header: "x-request-id" });

  await post({ method: "POST", body: BODY, headers: { "x-request-id": "s3cret" } });

  assert.equal(callsOf("receive_source_callback").length, 1);
  assert.ok(!JSON.stringify(callsOf("receive_source_callback")).includes("s3cret"));
});

Deno.test("checks come in the documented order at a custom source", async () => {
  const big = signedPost("x".repeat(1024 * 1024 + 1), "s3cret");
  const { app, post, sql } = aDoor({ rate_limit: 1 });

  assert.equal((await app.request("/webhook/crm", { method: "PUT", body: BODY })).status, 405);
  assert.equal((await app.request("/webhook/crm")).headers.get("allow"), "POST");
  assert.deepEqual(await post(big, "/webhook/nobody"), NOT_FOUND);
  assert.equal((await post(big)).status, 413);
  assert.equal((await aDoor({ secret_name: "NOT_SET" }).post()).status, 503);
  assert.equal((await aDoor({ scheme: "of a newer release" }).post()).status, 503);
  assert.deepEqual(await post({ method: "POST", body: BODY }), REFUSED);
  assert.deepEqual(await post(), RECEIVED);
  sql.receive_source_callback = new Error("not reached");
  const limited = await app.request("/webhook/crm", signedPost(BODY, "s3cret"));
  assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "60"]);
});

Deno.test("processing that failed is answered with 500, so that the sender tries again", async () => {
  const { post, sql } = aDoor();
  sql.receive_source_callback = { ...NOTHING_CHANGED, outcome: "error" };

  assert.deepEqual(await post(), { status: 500, body: { error: "Webhook processing failed" } });
});

Deno.test("names of ours and what is no name are 404, and ask the database nothing", async () => {
  const { post, calls } = aDoor();

  for (const name of ["Crm", "a.b", "%00", "-", "x".repeat(64), "constructor$"]) {
    assert.deepEqual(await post(signedPost(BODY, "s3cret"), `/webhook/${name}`), NOT_FOUND, name);
  }
  assert.deepEqual(calls, []);
});

Deno.test("a flood asks the database about once a second, whatever it makes up", async () => {
  const { post, callsOf, clock } = aDoor();

  for (let i = 0; i < 600; i++) {
    clock.now += 100;
    await post(signedPost(BODY, "wrong"), i % 2 ? "/webhook/crm" : `/webhook/made-up-${i}`);
  }

  assert.ok(callsOf("read_webhook_sources").length <= 75);
  assert.equal(callsOf("receive_source_callback").length, 0);
});

Deno.test("a source is let in as soon as it is there, or its secret is another one", async () => {
  const { post, setSources } = aDoor({ secret_in: "vault", secret: "first" });
  const desk = { name: "desk", secret_in: "vault", secret: "first", revision: "2" } as const;
  assert.deepEqual(await post(signedPost(BODY, "first"), "/webhook/desk"), NOT_FOUND);

  setSources(desk);
  assert.deepEqual(await post(signedPost(BODY, "first"), "/webhook/desk"), RECEIVED);
  setSources({ ...desk, secret: "second", revision: "3" });
  assert.deepEqual(await post(signedPost(BODY, "second"), "/webhook/desk"), RECEIVED);
});

Deno.test("a source that the database knows to have changed is verified again by what it is now", async () => {
  const { post, setSources, sql, callsOf } = aDoor();
  await post();
  sql.receive_source_callback = null;

  setSources({ scheme: "github", revision: "2" });
  assert.deepEqual(await post(), REFUSED);
  setSources();
  assert.deepEqual(await post(), NOT_FOUND);

  setSources({ revision: "3" });
  assert.equal((await post()).status, 503, "it changes while we look");
  const revisions = callsOf("receive_source_callback").map(({ args }) => args.p_revision);
  assert.deepEqual(revisions.at(-1), "3");
});

Deno.test("an address that fails too often is told so here, too", async () => {
  const { post } = aDoor();
  const wrong = {
    method: "POST",
    body: BODY,
    headers: { "x-webhook-signature": signHex("", "x") },
  };
  const statuses = [];

  for (let i = 0; i < 101; i++) statuses.push((await post(wrong)).status);

  assert.deepEqual([statuses[99], statuses[100]], [401, 429]);
  assert.deepEqual(await post(), RECEIVED);
});
