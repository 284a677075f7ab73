import assert from "node:assert/strict";
import * as z from "zod/mini";
import { ApiError, createClient } from "./client.ts";

const Counted = z.object({ n: z.number() });

function aClient(answers: (() => Response | Promise<Response>)[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  let refused = 0;
  const client = createClient({
    base: "https://api.example/functions/v1/webhook-manage",
    key: { kind: "operator", value: "op" },
    send: async (url, init) => {
      asked.push({ url, init });
      const answer = answers.shift();
      if (!answer) throw new Error("Nothing was planned");
      return await answer();
    },
    onRefused: () => refused++,
  });
  return { client, asked, refusals: () => refused };
}

Deno.test("what the API says is unchanged is not sent again, and comes from memory", async () => {
  const { client, asked } = aClient([
    () => Response.json({ n: 1 }, { headers: { etag: 'W/"a"' } }),
    () => new Response(null, { status: 304 }),
    () => Response.json({ n: 2 }, { headers: { etag: 'W/"b"' } }),
  ]);

  const seen = [];
  for (let i = 0; i < 3; i++) seen.push(await client.read("/x", Counted));

  assert.deepEqual(seen, [{ n: 1 }, { n: 1 }, { n: 2 }]);
  assert.deepEqual(asked.map(({ init }) => new Headers(init.headers).get("if-none-match")), [
    null,
    'W/"a"',
    'W/"a"',
  ]);
});

Deno.test("an operator's key goes as apikey, no cookie and no cached answer with it", async () => {
  const { client, asked } = aClient([() => Response.json({ n: 1 })]);
  await client.read("/x?a=1", Counted);

  const { url, init } = asked[0] ?? assert.fail();
  assert.equal(url, "https://api.example/functions/v1/webhook-manage/x?a=1");
  assert.equal(new Headers(init.headers).get("apikey"), "op");
  assert.deepEqual([init.credentials, init.cache, init.redirect], ["omit", "no-store", "error"]);
});

Deno.test("what is sent says by which key it is known again, where it has one", async () => {
  const { client, asked } = aClient([() => Response.json({}), () => Response.json({})]);
  await client.send("/x", {}, { idempotencyKey: "night" });
  await client.send("/x");

  const keys = asked.map(({ init }) => new Headers(init.headers).get("idempotency-key"));
  assert.deepEqual(keys, ["night", null]);
});

Deno.test("a refusal carries the door's sentence and the fields", async () => {
  const { client } = aClient([
    () =>
      Response.json({ error: "Bad", issues: [{ path: "take", message: "No" }] }, { status: 400 }),
    () => new Response("<h1>", { status: 502 }),
    () => Promise.reject(new TypeError("fetch failed")),
  ]);

  await assert.rejects(client.send("/x", {}), new ApiError(400, "Bad: take: No"));
  await assert.rejects(client.send("/x"), { status: 502, message: "The API answered 502" });
  await assert.rejects(client.read("/x", Counted), { status: 0 });
});

Deno.test("a key that is no longer let in is reported, a failing health is no error", async () => {
  const Health = z.object({ checks: z.record(z.string(), z.unknown()) });
  const { client, refusals } = aClient([
    () => Response.json({ error: "Failing", checks: {} }, { status: 503 }),
    () => Response.json({ error: "Invalid signature" }, { status: 401 }),
  ]);

  assert.deepEqual(await client.read("/health", Health), { checks: {} });
  await assert.rejects(client.read("/x", Counted), { status: 401 });
  assert.equal(refusals(), 1);
});

Deno.test("what is listened to names what is known of it, and what is told counts as read", async () => {
  const { client, asked } = aClient([
    () => Response.json({ n: 1 }, { headers: { etag: 'W/"a"' } }),
    () => new Response("retry: 2000\n\n"),
    () => new Response(null, { status: 304 }),
  ]);
  await client.read("/x?a=1", Counted);
  const stream = await client.listen(["/x?a=1", "/y"], new AbortController().signal);
  await stream.body?.cancel();

  const { searchParams, pathname } = new URL(asked[1]?.url ?? "");
  assert.ok(pathname.endsWith("/webhook-manage/stream"));
  assert.deepEqual(searchParams.getAll("path"), ["/x?a=1", "/y"]);
  assert.deepEqual(searchParams.getAll("tag"), ['W/"a"', ""]);
  assert.equal(new Headers(asked[1]?.init.headers).get("apikey"), "op");

  const told = { path: "/x?a=1", status: 200, tag: 'W/"b"', body: { n: 2 } };
  assert.deepEqual(client.take(told, Counted), { n: 2 });
  assert.deepEqual(await client.read("/x?a=1", Counted), { n: 2 });
  assert.equal(new Headers(asked[2]?.init.headers).get("if-none-match"), 'W/"b"');
  assert.throws(
    () => client.take({ ...told, status: 503, body: { error: "Away" } }, Counted),
    new ApiError(503, "Away"),
  );
});
