import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { createPost } from "../_shared/outbound/post.ts";
import { refusingUrl, type Seen, withRawServer, withServer } from "../_shared/testing/loopback.ts";
import type { DeliveryResult, DeliveryWork } from "../_shared/transitions/deliveries.ts";
import { type DeliveryDeps, sendDelivery } from "./send_delivery.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"type":"video.generation.completed","data":{"error":null,"title":"ü"}}';

const DEPS: DeliveryDeps = {
  secrets: [SECRET],
  notification: null,
  allowPrivate: true,
  post: poster({ timeoutMs: 2000 }),
  now: Date.now,
};

function poster({ timeoutMs }: { timeoutMs: number }) {
  return createPost({ allowPrivate: true, fetch, now: Date.now, timeoutMs });
}

function send(
  url: string,
  more: Partial<DeliveryDeps> = {},
  headers = {},
): Promise<DeliveryResult> {
  return sendDelivery(
    { ...DEPS, ...more },
    delivery(url, headers),
  );
}

function delivery(url: string, headers: Record<string, string> = {}): DeliveryWork {
  return {
    kind: "delivery",
    delivery_id: "del_1",
    claim_token: "claim_1",
    endpoint_id: null,
    url,
    webhook_id: "msg_1",
    body: BODY,
    headers,
    number: 1,
  };
}

function sendTo(status: number, body: BodyInit | null = null, headers = {}) {
  return withServer(() => new Response(body, { status, headers }), ({ url }) => send(url));
}

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

Deno.test("an error answer is passed on by its status, with what it says and when to come again", async () => {
  const result = await sendTo(429, "slow down", { "retry-after": "30" });

  assert.equal(result.status_code, 429);
  assert.equal(result.error, "Receiver answered 429");
  assert.equal(result.response_excerpt, "slow down");
  assert.equal(result.retry_after, 30);
  assert.equal((await sendTo(410)).status_code, 410);
  assert.equal((await sendTo(500)).error, "Receiver answered 500");
  assert.equal((await sendTo(204)).error, null);
});

Deno.test("304, 308 and 410 are failures, 204 and 299 are none", async () => {
  for (const status of [304, 308, 410]) {
    const { status_code, error } = await sendTo(status);
    assert.deepEqual([status_code, error], [status, `Receiver answered ${status}`]);
  }
  for (const status of [204, 299]) assert.equal((await sendTo(status)).error, null);
});

Deno.test("Retry-After is read in seconds and as a date, and an absurd one as a day at most", async () => {
  const after = async (value: string) =>
    (await sendTo(429, null, { "retry-after": value })).retry_after;

  assert.equal(await after("120"), 120);
  const date = await after(new Date(Date.now() + 90_000).toUTCString()) ?? 0;
  assert.ok(date >= 85 && date <= 91, `${date}`);
  assert.equal(await after("99999999999999"), 86_400);
  assert.equal(await after("Fri, 31 Dec 9999 23:59:59 GMT"), 86_400);
  assert.equal(await after("-5") ?? 0, 0);
  assert.equal(await after("soon"), null);
});

Deno.test("a redirect is a failure and is not followed", async () => {
  await withServer(
    ({ path }) =>
      new Response(null, { status: path === "/" ? 302 : 200, headers: { location: "/b" } }),
    async ({ url, seen }) => {
      const result = await send(`${url}/`);

      assert.equal(result.status_code, 302);
      assert.equal(result.error, "Receiver answered 302");
      assert.equal(seen.length, 1);
    },
  );
});

Deno.test("of a long answer the first 4 KiB are read, and no null byte is kept", async () => {
  async function* endless() {
    while (true) yield new TextEncoder().encode("a\0".repeat(500));
  }
  const result = await withServer(
    () => new Response(ReadableStream.from(endless())),
    ({ url }) => send(url),
  );

  assert.equal(result.status_code, 200);
  assert.equal(result.response_excerpt, "a".repeat(2048));
});

Deno.test("a receiver that shows the request in its answer puts no header's value on record", async () => {
  const headers = {
    "Authorization": "Bearer client-secret",
    "X-Key": "abcdef0123",
    "X-Tenant": "7",
  };
  const dumped = async (more: string) => {
    const answer = ({ headers }: Seen) => new Response(JSON.stringify([...headers]) + more);
    return await withServer(answer, ({ url }) => send(url, {}, headers));
  };

  const { response_excerpt: shown } = await dumped(
    ' Bearer not-yours token=client-secret 7 items, key "abcdef0123',
  );
  assert.doesNotMatch(shown ?? "", /client-secret|abcdef/);
  assert.match(shown ?? "", /Bearer not-yours/);
  assert.match(shown ?? "", /"x-tenant","7"\]/, "nothing more is hidden than that");
  const cut = await dumped(" abcdef01");
  assert.ok(cut.response_excerpt?.endsWith("(hidden)"), "cut off in the middle of one");
});

Deno.test("a receiver that shows its own address in its answer puts no value of the query on record", async () => {
  const answer = ({ path }: Seen) => {
    const { searchParams } = new URL(path, "https://app.example.com");
    return new Response(`Cannot POST ${path} (key ${searchParams.get("key")})`, { status: 404 });
  };

  const { response_excerpt: shown } = await withServer(
    answer,
    ({ url }) => send(`${url}/hook?key=s3cret%2Fvalue&tenant=7`),
  );

  assert.doesNotMatch(shown ?? "", /s3cret/);
  assert.match(shown ?? "", /^Cannot POST \/hook/);
});

Deno.test("the deadline is one over headers and body: a dripping body ends there, its status stands", async () => {
  const silent = await withRawServer(
    null,
    ({ url }) => send(url, { post: poster({ timeoutMs: 100 }) }),
  );
  assert.equal(silent.status_code, null);
  assert.equal(silent.error, "Receiver did not answer: no complete answer in time");

  const half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf";
  const post = poster({ timeoutMs: 300 });
  const dripping = await withRawServer(half, ({ url }) => send(url, { post }), { holdOpen: true });
  assert.equal(dripping.status_code, 200);
  assert.equal(dripping.response_excerpt, "half");
});

Deno.test("a receiver that cannot be reached is no answer, and its URL is not repeated", async () => {
  const result = await send(`${refusingUrl()}/hook?token=secret`);

  assert.deepEqual({ ...result, duration_ms: 0 }, {
    status_code: null,
    error: "Receiver did not answer: connection refused",
    duration_ms: 0,
    response_excerpt: null,
    retry_after: null,
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
      ...delivery(url),
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
