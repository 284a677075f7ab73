import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { createPost } from "../_shared/outbound/post.ts";
import { withServer } from "../_shared/testing/loopback.ts";
import { delivery } from "./fixture.ts";
import { sendDelivery } from "./send_delivery.ts";
import { BODY, DEPS, SECRET, send } from "./send_fixture.ts";

Deno.test("a delivery arrives byte for byte, signed for the standardwebhooks package, from Reelay", async () => {
  await withServer(() => new Response("thanks"), async ({ url, seen }) => {
    const result = await send(`${url}/hook?a=1`);

    assert.equal(result.status_code, 200);
    assert.equal(result.error, null);
    assert.equal(result.response_excerpt, "thanks");
    const [post] = seen;
    assert.equal(`${post?.method} ${post?.path}`, "POST /hook?a=1");
    assert.equal(post?.body, BODY);
    assert.equal(post?.headers.get("content-type"), "application/json");
    assert.equal(post?.headers.get("user-agent"), "Reelay/1.0");
    assert.equal(post?.headers.get("webhook-id"), "msg_1");
    assert.deepEqual(
      new Webhook(SECRET).verify(BODY, Object.fromEntries(post?.headers ?? [])),
      JSON.parse(BODY),
    );
  });
});

Deno.test("every try has the same webhook-id and a timestamp of its own", async () => {
  await withServer(() => new Response(), async ({ url, seen }) => {
    await send(url, { now: () => 1_700_000_000_000 });
    await send(url, { now: () => 1_700_000_060_999 });

    assert.deepEqual(seen.map(({ headers }) => headers.get("webhook-id")), ["msg_1", "msg_1"]);
    assert.deepEqual(seen.map(({ headers }) => headers.get("webhook-timestamp")), [
      "1700000000",
      "1700000060",
    ]);
  });
});

Deno.test("the client's own headers go along, but not the signature's, the connection's or bad ones", async () => {
  const own = {
    "Authorization": "Bearer client",
    "X-Tenant": "7",
    "Webhook-Signature": "v1,forged",
    "webhook-extra": "x",
    "Host": "evil.example",
    "Content-Type": "text/plain",
    "User-Agent": "other",
    "Transfer-Encoding": "chunked",
    "x-broken": "a\r\nb: c",
  };
  await withServer(() => new Response(), async ({ url, seen }) => {
    assert.equal((await send(url, {}, own)).status_code, 200);

    const headers = seen[0]?.headers;
    assert.equal(headers?.get("authorization"), "Bearer client");
    assert.equal(headers?.get("x-tenant"), "7");
    assert.doesNotMatch(headers?.get("webhook-signature") ?? "", /forged/);
    assert.equal(headers?.get("webhook-extra"), null);
    assert.equal(headers?.get("host"), new URL(url).host);
    assert.equal(headers?.get("content-type"), "application/json");
    assert.equal(headers?.get("user-agent"), "Reelay/1.0");
    assert.equal(headers?.get("x-broken"), null);
  });
});

Deno.test("without ALLOW_PRIVATE_TARGETS nothing is sent to http or a private address", async () => {
  const strict = {
    allowPrivate: false,
    post: createPost({ allowPrivate: false, fetch, now: Date.now }),
  };
  await withServer(() => new Response(), async ({ url, seen }) => {
    const results = [
      await send(url, strict),
      await send(url.replace("http:", "https:"), strict),
    ];

    assert.equal(seen.length, 0);
    assert.deepEqual(results.map(({ error }) => error), [
      "Cannot post delivery: it is not https",
      "Cannot post delivery: it names a private address",
    ]);
  });
});

Deno.test("an endpoint's own secrets sign, each of them, and the installation's does not", async () => {
  const old = "whsec_" + btoa("an old secret of 24 bytes");
  const fresh = "whsec_" + btoa("a fresh secret of 25 byte");
  await withServer(() => new Response(), async ({ url, seen }) => {
    await sendDelivery(DEPS, {
      ...delivery("1"),
      url,
      body: BODY,
      endpoint_id: "ep_1",
      secrets: [fresh, old],
    });

    const headers = Object.fromEntries(seen[0]?.headers ?? []);
    for (const secret of [old, fresh]) new Webhook(secret).verify(BODY, headers);
    assert.throws(() => new Webhook(SECRET).verify(BODY, headers));
  });
});

Deno.test("nothing is sent unsigned", async () => {
  await withServer(() => new Response(), async ({ url, seen }) => {
    const results = [await send(url, { secrets: [] }), await send(url, { secrets: ["whsec_%%"] })];

    assert.equal(seen.length, 0);
    assert.ok(results.every(({ error }) => error?.includes("CALLBACK_SIGNING_SECRET")));
  });
});
