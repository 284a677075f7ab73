import assert from "node:assert/strict";
import { type Seen, withServer } from "../supabase/functions/_shared/testing/loopback.ts";
import type { TaskEvent, VideoTask } from "./types.ts";
import { waitForTask } from "./wait_for_task.ts";

const task = (status: VideoTask["status"], progress_percentage = 0): VideoTask => ({
  task_id: "proj_1",
  status,
  progress_percentage,
  video_url: null,
  error: null,
});
const say = (id: number, event: string, data: unknown) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** Waits for a task at a server that answers so at `/events` and `/task`. */
function waitAt(events: (seen: Seen, n: number) => Response, asked: () => Response) {
  const pauses: number[] = [];
  const told: (VideoTask | TaskEvent)[] = [];
  let n = 0;
  const answer = (seen: Seen) => seen.path === "/events" ? events(seen, n++) : asked();
  return withServer(answer, async ({ url, seen }) => {
    const ended = await waitForTask({ status_url: `${url}/task`, events_url: `${url}/events` }, {
      onTask: (one) => told.push(one),
      onEvent: (one) => told.push(one),
      pause: (ms) => Promise.resolve(void pauses.push(ms)),
    }).catch((error) => error);
    return { ended, pauses, told, seen };
  });
}
const nobodyAsks = () => new Response("unexpected", { status: 500 });

Deno.test("a task is listened to until it has ended, in however many pieces its words come", async () => {
  const text = "retry: 2000\n\n: alive\n\n" + say(5, "task", task("processing")) +
    say(9, "scene.completed", { type: "scene.completed" }) + say(9, "task", task("completed"));
  async function* bytes() {
    for (const byte of new TextEncoder().encode(text)) yield Uint8Array.of(byte);
  }
  const { ended, told, pauses } = await waitAt(
    () => new Response(ReadableStream.from(bytes())),
    nobodyAsks,
  );

  assert.deepEqual(ended, task("completed"));
  assert.deepEqual(told, [task("processing"), { type: "scene.completed" }, task("completed")]);
  assert.deepEqual(pauses, []);
});

Deno.test("where a stream ends before the task does, it goes on after the last event", async () => {
  const { ended, seen } = await waitAt(
    ({ headers }, n) =>
      n === 0 ? new Response(say(5, "task", task("processing"))) : new Response(
        say(7, "task", task(headers.get("last-event-id") === "5" ? "failed" : "pending")),
      ),
    () => Response.json(task("processing")),
  );

  assert.equal(ended.status, "failed");
  assert.deepEqual(seen.map(({ path }) => path), ["/events", "/task", "/events"]);
});

Deno.test("while nothing can be listened to, the task is asked for, ever less often", async () => {
  let asks = 0;
  const { ended, pauses } = await waitAt(
    () => new Response(null, { status: 503 }),
    () => Response.json(task(++asks > 6 ? "cancelled" : "processing")),
  );

  assert.equal(ended.status, "cancelled");
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 10_000, 10_000]);
});

Deno.test("a task that has ended long ago, and one that is not there, are not waited for", async () => {
  const over = await waitAt(
    () => new Response(null, { status: 204 }),
    () => Response.json(task("completed")),
  );
  assert.equal(over.ended.status, "completed");

  const gone = await waitAt(() => Response.json({}, { status: 404 }), nobodyAsks);
  assert.equal(gone.ended.status, 404);
  assert.equal(gone.ended.name, "ReelayError");
});

Deno.test("waiting ends with the signal", async () => {
  const stop = new AbortController();
  stop.abort(new DOMException("Enough", "AbortError"));
  const links = { status_url: "http://127.0.0.1:9/", events_url: "http://127.0.0.1:9/" };

  await assert.rejects(waitForTask(links, { signal: stop.signal }), { name: "AbortError" });
});

Deno.test("a signal that comes between two tries ends the waiting at once", async () => {
  const links = { status_url: "http://127.0.0.1:9/task", events_url: "http://127.0.0.1:9/events" };
  const stop = new AbortController();
  const answers: typeof fetch = (url) =>
    Promise.resolve(
      `${url}`.endsWith("/task")
        ? Response.json(task("processing"))
        : new Response(null, { status: 204 }),
    );
  const pause = (_ms: number, signal?: AbortSignal) => {
    stop.abort(new DOMException("Enough", "AbortError"));
    return signal?.aborted
      ? Promise.reject(signal.reason)
      : Promise.reject(new Error("It waits on"));
  };

  const waiting = waitForTask(links, { fetch: answers, signal: stop.signal, pause });
  await assert.rejects(waiting, { name: "AbortError" });
});

Deno.test("whoever asks too often waits as long as the answer says, up to a minute", async () => {
  const waits = ["7", "3600"];
  const { ended, pauses } = await waitAt(
    () => new Response(null, { status: 503 }),
    () => {
      const seconds = waits.shift();
      if (seconds === undefined) return Response.json(task("completed"));
      return Response.json({}, { status: 429, headers: { "retry-after": seconds } });
    },
  );

  assert.equal(ended.status, "completed");
  assert.deepEqual(pauses, [7000, 60_000]);
});

Deno.test("a stream that is refused for a while holds up nobody who can ask", async () => {
  let asks = 0;
  const { pauses } = await waitAt(
    () => Response.json({}, { status: 429, headers: { "retry-after": "60" } }),
    () => Response.json(task(++asks > 1 ? "completed" : "processing")),
  );

  assert.deepEqual(pauses, [1000]);
});

Deno.test("what a listener throws ends the waiting, whether the task was heard of or asked for", async () => {
  const links = { status_url: "http://127.0.0.1:9/task", events_url: "http://127.0.0.1:9/events" };
  const onTask = ({ status }: VideoTask) => {
    throw new Error(`It has ${status}`);
  };
  const answers = (hasStream: boolean): typeof fetch => (url) =>
    Promise.resolve(
      `${url}`.endsWith("/task")
        ? Response.json(task("failed"))
        : new Response(hasStream ? say(9, "task", task("failed")) : null, {
          status: hasStream ? 200 : 204,
        }),
    );
  let pauses = 0;
  const pause = () => ++pauses > 3 ? Promise.reject(new Error("It goes on")) : Promise.resolve();

  for (const hasStream of [true, false]) {
    const waiting = waitForTask(links, { fetch: answers(hasStream), pause, onTask });
    await assert.rejects(waiting, { message: "It has failed" });
  }
});

Deno.test("a connection that says nothing any more is given up, and the task asked for", async () => {
  const links = { status_url: "http://127.0.0.1:9/task", events_url: "http://127.0.0.1:9/events" };
  const limits: number[] = [];
  const timeout = AbortSignal.timeout;
  AbortSignal.timeout = (ms) => {
    limits.push(ms);
    return AbortSignal.abort(new DOMException("Too late", "TimeoutError"));
  };
  const silent: typeof fetch = (url, init) =>
    `${url}`.endsWith("/task")
      ? Promise.resolve(Response.json(task("completed")))
      : new Promise((_, reject) => init?.signal?.aborted ? reject(init.signal.reason) : undefined);
  try {
    assert.equal((await waitForTask(links, { fetch: silent })).status, "completed");
    assert.ok(limits.every((ms) => ms >= 30_000 && ms <= 120_000), `${limits}`);
  } finally {
    AbortSignal.timeout = timeout;
  }
});
