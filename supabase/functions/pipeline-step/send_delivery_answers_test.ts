import assert from "node:assert/strict";
import { refusingUrl, type Seen, withRawServer, withServer } from "../_shared/testing/loopback.ts";
import { poster, send, sendTo } from "./send_fixture.ts";

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
