import assert from "node:assert/strict";
import { createFalKeys } from "./fal_keys.ts";

const X = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
const HOUR = 3_600_000;

type Answer = { status?: number; body: unknown } | "no answer";

/** A key server that can be told what to answer, a clock, and the keys cached from it. */
function given(first: Answer, startsAt = 0) {
  const server: { answer: Answer; fetches: number } = { answer: first, fetches: 0 };
  const clock = { now: startsAt };
  const lines: string[] = [];
  const keys = createFalKeys({
    url: "https://keys.example/jwks.json",
    now: () => clock.now,
    log: (event) => lines.push(event),
    fetch: () => {
      server.fetches++;
      const { answer } = server;
      if (answer === "no answer") return Promise.reject(new TypeError("connection refused"));
      const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
      return Promise.resolve(new Response(body, { status: answer.status ?? 200 }));
    },
  });
  return { server, clock, lines, keys };
}

function jwks(...xs: string[]): Answer {
  return { body: { keys: xs.map((x) => ({ kty: "OKP", crv: "Ed25519", use: "sig", x })) } };
}

Deno.test("a key is read with and without padding", async () => {
  for (const x of [X, `${X}=`]) {
    const { keys } = given(jwks(x));
    const [key] = await keys.current() ?? [];
    assert.equal(key?.export({ format: "jwk" }).x, X);
  }
});

Deno.test("keys of other kinds and broken ones are passed over", async () => {
  const { keys } = given({
    body: { keys: [{ kty: "RSA", n: "x" }, null, { kty: "OKP", crv: "Ed25519", x: "short" }] },
  });
  assert.equal(await keys.current(), null);

  const mixed = given({ body: { keys: [3, { kty: "OKP", crv: "Ed25519", x: X }] } });
  assert.equal((await mixed.keys.current())?.length, 1);
});

Deno.test("requests at the same moment share one fetch, later ones the cache", async () => {
  const { keys, server } = given(jwks(X));

  await Promise.all([keys.current(), keys.current(), keys.current()]);
  await keys.current();
  assert.equal(server.fetches, 1);
});

Deno.test("old keys are served in an outage for 24 hours, then no more", async () => {
  const { keys, server, clock } = given(jwks(X));
  await keys.current();
  server.answer = "no answer";

  clock.now = 24 * HOUR;
  assert.equal((await keys.current())?.length, 1);
  assert.equal(server.fetches, 2);
  clock.now += 1;
  assert.equal(await keys.current(), null);
});

Deno.test("without keys a fetch is tried every five seconds at most", async () => {
  const { keys, server, clock } = given({ status: 500, body: "away" });

  assert.equal(await keys.current(), null);
  assert.equal(await keys.current(), null);
  assert.equal(server.fetches, 1);

  clock.now += 5000;
  server.answer = jwks(X);
  assert.equal((await keys.current())?.length, 1);
});

Deno.test("keys that did not match are fetched anew at once, and then every 30 seconds at most", async () => {
  const { keys, server, clock } = given(jwks(X));
  await keys.current();

  assert.equal((await keys.refetched())?.length, 1);
  assert.equal(await keys.refetched(), null);
  assert.equal(server.fetches, 2);
  clock.now += 30_000;
  assert.equal((await keys.refetched())?.length, 1);
});

Deno.test("a refetch that fails leaves the cached keys in place", async () => {
  const { keys, server } = given(jwks(X));
  await keys.current();
  server.answer = { body: "not json" };

  assert.equal(await keys.refetched(), null);
  assert.equal((await keys.current())?.length, 1);
});

Deno.test("a key set larger than 64 KiB is not read, and the failure is logged", async () => {
  const { keys, lines } = given({ body: " ".repeat(65 * 1024) + JSON.stringify({ keys: [] }) });

  assert.equal(await keys.current(), null);
  assert.deepEqual(lines, ["fal_keys.failed"]);
});

Deno.test("a clock that is set back keeps nobody from fetching keys", async () => {
  const { keys, server, clock } = given({ status: 500, body: "away" }, 2 * HOUR);
  assert.equal(await keys.current(), null);

  clock.now = HOUR;
  server.answer = jwks(X);
  assert.equal((await keys.current())?.length, 1);
  assert.equal((await keys.refetched())?.length, 1);
  clock.now = 0;
  assert.equal((await keys.refetched())?.length, 1);
});
