import assert from "node:assert/strict";
import type { Found } from "../provider.ts";
import { refusingUrl, type Seen, withServer } from "../testing/loopback.ts";
import { falDeps, MODEL, NOW, work } from "./fixture.ts";
import { createFalProvider } from "./provider.ts";
import { stepRequest } from "./step_request.ts";

const OURS = stepRequest(work()).input;

function item(request_id: string, more: Record<string, unknown> = {}) {
  const sent_at = new Date(NOW + 1000).toISOString();
  return { request_id, endpoint_id: MODEL, sent_at, json_input: OURS, ...more };
}

function findAmong(pages: (url: Seen) => unknown, now = NOW): Promise<Found & { seen: Seen[] }> {
  return withServer((request) => Response.json(pages(request)), async ({ url, seen }) => {
    const deps = falDeps(url, { now: () => now });
    return { ...await createFalProvider(deps).find(work()), seen };
  });
}

function ids(found: Found): string[] {
  assert.equal(found.state, "found");
  return found.state === "found" ? found.submissions.map(({ request_id }) => request_id) : [];
}

Deno.test("the list is asked for the endpoint, a minute before the attempt was made, with payloads", async () => {
  const { seen } = await findAmong(() => ({ items: [] }));

  const url = new URL(seen[0]?.path ?? "", "http://api");
  assert.equal(url.pathname, "/v1/models/requests/by-endpoint");
  assert.equal(url.searchParams.get("endpoint_id"), MODEL);
  assert.equal(url.searchParams.get("start"), new Date(NOW - 60_000).toISOString());
  assert.equal(url.searchParams.get("expand"), "payloads");
});

Deno.test("requests with the very same input are candidates, whatever the order of keys, oldest first", async () => {
  const reversed = Object.fromEntries(Object.entries(OURS).reverse());
  const found = await findAmong(() => ({
    items: [
      item("later", { sent_at: new Date(NOW + 9000).toISOString() }),
      item("ours", { json_input: reversed }),
      item("other prompt", { json_input: { ...OURS, prompt: "A cat" } }),
      item("more", { json_input: { ...OURS, seed: 1 } }),
      item("without payload", { json_input: undefined }),
      item("too old", { sent_at: new Date(NOW - 61_000).toISOString() }),
    ],
  }));

  assert.deepEqual(ids(found), ["ours", "later"]);
});

Deno.test("a candidate comes with URLs built by owner and app alone", async () => {
  const found = await findAmong(() => ({ items: [item("req_1")] }));

  assert.ok(found.state === "found");
  const path = (url?: string | null) => new URL(url ?? "").pathname;
  const [one] = found.submissions;
  assert.equal(path(one?.status_url), "/fal-ai/kling-video/requests/req_1/status");
  assert.equal(path(one?.response_url), "/fal-ai/kling-video/requests/req_1");
  assert.equal(path(one?.cancel_url), "/fal-ai/kling-video/requests/req_1/cancel");
});

Deno.test("a request that has not started has no time yet, and still counts", async () => {
  const found = await findAmong(() => ({ items: [item("queued", { sent_at: null })] }));

  assert.deepEqual(ids(found), ["queued"]);
});

Deno.test("a slow list is left before the lease is over, and what was found by then is told", async () => {
  let now = NOW;
  const slowList = (items: unknown[]) =>
    withServer(() => {
      now += 20_000;
      return Response.json({ items, has_more: true, next_cursor: "next" });
    }, async ({ url, seen }) => {
      const deps = falDeps(url, { now: () => now });
      return { ...await createFalProvider(deps).find(work()), pages: seen.length };
    });

  const none = await slowList([]);
  assert.deepEqual([none.state, none.pages], ["unreachable", 3]);
  now = NOW;
  const some = await slowList([item("ours")]);
  assert.deepEqual([ids(some)[0], some.pages], ["ours", 3]);
});

Deno.test("all pages are read", async () => {
  const found = await findAmong(({ path }) =>
    path.includes("cursor=next")
      ? { items: [item("second")], has_more: false, next_cursor: null }
      : { items: [item("other", { json_input: {} })], has_more: true, next_cursor: "next" }
  );

  assert.deepEqual(ids(found), ["second"]);
  assert.equal(found.seen.length, 2);
});

Deno.test("a list whose pages never end is left after twenty, and does not say that nothing was sent", async () => {
  const { state, seen } = await findAmong(() => ({ items: [], has_more: true, next_cursor: "x" }));

  assert.equal(state, "unreachable");
  assert.equal(seen.length, 20);
});

Deno.test("a list without our request leaves it lost", async () => {
  assert.equal((await findAmong(() => ({ items: [] }))).state, "lost");
});

Deno.test("a database clock ahead of ours hides no request", async () => {
  const earlier = NOW - 3_600_000;
  const sent_at = new Date(earlier).toISOString();

  assert.deepEqual(ids(await findAmong(() => ({ items: [item("ours", { sent_at })] }), earlier)), [
    "ours",
  ]);
});

Deno.test("a list is asked from when the attempt was made by our clock, wherever the database's stands", async () => {
  const made = (age_seconds: number, created_at: string) => {
    const one = work();
    return { ...one, attempt: { ...one.attempt, age_seconds, created_at } };
  };
  for (const created_at of ["2020-01-01T00:00:00Z", "2031-01-01T00:00:00Z"]) {
    await withServer(() => Response.json({ items: [] }), async ({ url, seen }) => {
      await createFalProvider(falDeps(url)).find(made(600, created_at));

      const start = new URL(seen[0]?.path ?? "", "http://api").searchParams.get("start");
      assert.equal(start, new Date(NOW - 660_000).toISOString());
    });
  }
});

Deno.test("a list that cannot be read for now is unreachable, one that we may not read is lost", async () => {
  const answer = (status: number) =>
    withServer(
      () => new Response("no", { status }),
      ({ url }) => createFalProvider(falDeps(url)).find(work()),
    );

  const refused = await createFalProvider(falDeps(refusingUrl())).find(work());
  for (const found of [refused, await answer(503), await answer(429), await answer(401)]) {
    assert.ok(found.state === "unreachable" && found.away);
  }
  const unlisted = await answer(404);
  assert.ok(unlisted.state === "unreachable" && !unlisted.away);
  assert.equal((await answer(403)).state, "lost");
});
