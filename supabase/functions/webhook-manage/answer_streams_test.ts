import assert from "node:assert/strict";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createAnswerStreams } from "./answer_streams.ts";

/** Each path answers the next of these at each look, and the last again and again. */
function streamsOver(
  answers: Record<string, unknown[]>,
  { stopping = new AbortController().signal, took = 0 } = {},
) {
  const { deps, clock } = handMadeWorld();
  const looks: { path: string; at: number }[] = [];
  const began = clock.now;
  const streams = createAnswerStreams({
    now: deps.now,
    wait(ms) {
      clock.now += ms;
      return Promise.resolve();
    },
  }, {
    stopping,
    look(path) {
      const all = answers[path] ?? [];
      const body = all[Math.min(looks.filter((one) => one.path === path).length, all.length - 1)];
      looks.push({ path, at: clock.now - began });
      clock.now += took;
      return Promise.resolve(
        body instanceof Response
          ? body.clone()
          : Response.json(body, { headers: { etag: `W/"${JSON.stringify(body)}"` } }),
      );
    },
  });
  return { streams, looks };
}

/** What was said of which path, in order. */
function eventsOf(text: string): { path: string; status: number; tag: string; body: unknown }[] {
  return text.split("\n\n").filter((part) => part.startsWith("event: answer\n"))
    .map((part) => JSON.parse(part.slice("event: answer\ndata: ".length)));
}

Deno.test("an answer is told once, and again each time that it is something else", async () => {
  const { streams } = streamsOver({ "/a": [1, 1, 2, 2, 1], "/b": ["same"] });
  const answer = streams.open([{ path: "/a", tag: "" }, { path: "/b", tag: "" }]);
  const events = eventsOf(await answer.text());

  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
  assert.deepEqual(events.filter(({ path }) => path === "/a").map(({ body }) => body), [1, 2, 1]);
  assert.deepEqual(events.filter(({ path }) => path === "/b").length, 1);
  assert.equal(events[0]?.tag, 'W/"1"');
});

Deno.test("what the reader has already is not told", async () => {
  const { streams } = streamsOver({ "/a": [1, 1, 2] });
  const text = await streams.open([{ path: "/a", tag: 'W/"1"' }]).text();

  assert.deepEqual(eventsOf(text).map(({ body }) => body), [2]);
});

Deno.test("a refusal is told with its status, and so is that it is over", async () => {
  const gone = Response.json({ error: "Not found" }, { status: 404 });
  const { streams } = streamsOver({ "/a": [gone, gone, 1] });
  const text = await streams.open([{ path: "/a", tag: "" }]).text();

  assert.deepEqual(eventsOf(text).map(({ status, body }) => [status, body]), [
    [404, { error: "Not found" }],
    [200, 1],
  ]);
});

Deno.test("what does not change is looked at ever less often, what does each second", async () => {
  const restless = Array.from({ length: 200 }, (_, i) => i);
  const { streams, looks } = streamsOver({ "/a": ["same"], "/b": restless });
  const text = await streams.open([{ path: "/a", tag: "" }, { path: "/b", tag: "" }]).text();
  const of = (path: string) => looks.filter((one) => one.path === path).map(({ at }) => at);
  const pauses = of("/a").slice(1).map((at, i) => at - (of("/a")[i] ?? 0));

  assert.equal(pauses[0], 1000);
  assert.ok(pauses.every((ms, i) => ms >= (pauses[i - 1] ?? 0) && ms <= 5000), `${pauses}`);
  assert.deepEqual(of("/b"), Array.from({ length: 100 }, (_, i) => i * 1000));
  assert.ok(!text.includes(": alive"), "who hears something needs no heartbeat");
});

Deno.test("what is dear to look at is looked at more seldom, even if it is another each time", async () => {
  const restless = Array.from({ length: 200 }, (_, i) => i);
  const { streams, looks } = streamsOver({ "/a": restless }, { took: 500 });
  await streams.open([{ path: "/a", tag: "" }]).text();

  assert.ok(looks.length <= 10, `${looks.length}`);
});

Deno.test("a stream ends before the platform would end it, and is heard of all the time", async () => {
  const { streams, looks } = streamsOver({ "/a": ["same"] });
  const text = await streams.open([{ path: "/a", tag: "" }]).text();

  const last = looks.at(-1)?.at ?? 0;
  assert.ok(last > 90_000 && last < 105_000, `${last}`);
  assert.ok(text.split(": alive\n\n").length - 1 >= 5);
});

Deno.test("a stream ends when its isolate has to go; one more than 30 is 503 until one has gone", async () => {
  const stopping = new AbortController();
  const going = streamsOver({ "/a": ["same"] }, { stopping: stopping.signal });
  const answer = going.streams.open([{ path: "/a", tag: "" }]);
  stopping.abort();
  await answer.text();
  assert.ok(going.looks.length <= 2, `${going.looks.length}`);

  const { streams } = streamsOver({ "/a": ["same"] });
  const open = Array.from({ length: 30 }, () => streams.open([{ path: "/a", tag: "" }]));
  assert.throws(() => streams.open([{ path: "/a", tag: "" }]), { status: 503 });
  await open[0]?.body?.cancel();
  const next = streams.open([{ path: "/a", tag: "" }]);
  for (const { body } of [...open.slice(1), next]) await body?.cancel();
});
