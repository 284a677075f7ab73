import assert from "node:assert/strict";
import { refusingUrl, type Seen, withRawServer, withServer } from "../testing/loopback.ts";
import type { Answer } from "../transitions/steps.ts";
import { falDeps, KEY, work } from "./fixture.ts";
import { createFalProvider } from "./provider.ts";

const STATUS = "/fal-ai/kling-video/requests/req_1/status";

const CLIP = { video: { url: "https://v3.fal.media/files/1.mp4" } };
const COMPLETED = { status: "COMPLETED", request_id: "req_1" };

type Result = { status?: number; body?: unknown; headers?: Record<string, string> };

/** Asks about `req_1` at a queue with this status and this result. */
function ask(status: unknown, { status: code = 200, body = CLIP, headers }: Result = {}) {
  const answer = ({ path }: Seen) =>
    path === STATUS
      ? Response.json(status)
      : new Response(JSON.stringify(body), { status: code, headers });
  return withServer(answer, ({ url }) => askAt(url));
}

function askAt(url: string, attempt = {}): Promise<Answer> {
  return createFalProvider(falDeps(url)).ask(
    work({ attempt: { request_id: "req_1", ...attempt } }),
  );
}

function failed(message: string, retryable: boolean): Answer {
  return { state: "failed", error: { message, retryable } };
}

Deno.test("queued and running requests are in progress", async () => {
  assert.deepEqual(await ask({ status: "IN_QUEUE", queue_position: 3 }), { state: "in_progress" });
  assert.deepEqual(await ask({ status: "IN_PROGRESS" }), { state: "in_progress" });
});

Deno.test("a completed request's result is fetched and read", async () => {
  const answer = await ask(COMPLETED);

  assert.deepEqual(answer, { state: "completed", output: { video_url: CLIP.video.url } });
});

Deno.test("the URLs that fal gave are asked, with the key", async () => {
  await withServer(
    ({ path }) => Response.json(path === "/s" ? COMPLETED : CLIP),
    async ({ url, seen }) => {
      await askAt(url, { status_url: `${url}/s`, response_url: `${url}/r` });

      assert.deepEqual(seen.map(({ method, path }) => `${method} ${path}`), ["GET /s", "GET /r"]);
      assert.ok(seen.every(({ headers }) => headers.get("authorization") === `Key ${KEY}`));
    },
  );
});

Deno.test("the key never goes to an address that is not the queue's", async () => {
  await withServer(() => Response.json(COMPLETED), async (elsewhere) => {
    await withServer(() => Response.json({ status: "IN_QUEUE" }), async (queue) => {
      await askAt(queue.url, { status_url: `${elsewhere.url}/s`, response_url: "nonsense" });

      assert.equal(elsewhere.seen.length, 0);
      assert.deepEqual(queue.seen.map(({ path }) => path), [STATUS]);
    });
  });
});

Deno.test("the model's 4xx is final, in its own words", async () => {
  const status = { ...COMPLETED, error: "Invalid status code: 422" };
  const body = { detail: [{ loc: ["body", "image_url"], msg: "No face found", type: "face" }] };

  assert.deepEqual(
    await ask(status, { status: 422, body }),
    failed("image_url: No face found", false),
  );
  assert.deepEqual(
    await ask(COMPLETED, { status: 422, body }),
    failed("image_url: No face found", false),
  );
});

Deno.test("the model's 5xx, 408 and 429 may pass another time", async () => {
  for (const code of [500, 503, 504, 408, 429]) {
    const error = `Invalid status code: ${code}`;
    const answer = await ask({ ...COMPLETED, error }, { status: code, body: null });

    assert.deepEqual(answer, failed(error, true));
  }
});

Deno.test("error_type decides, wherever fal writes it", async () => {
  const timeout = { detail: "Request timed out", error_type: "request_timeout" };
  const bad = { "x-fal-error-type": "bad_request" };

  assert.deepEqual(
    await ask(COMPLETED, { status: 504, body: timeout }),
    failed("Request timed out", true),
  );
  assert.deepEqual(
    await ask(COMPLETED, { status: 500, body: null, headers: bad }),
    failed("fal answered 500 (bad_request)", false),
  );
  assert.deepEqual(
    await ask({ ...COMPLETED, error: "Cancelled", error_type: "client_cancelled" }, {
      status: 499,
    }),
    { state: "cancelled" },
  );
});

Deno.test("a gateway's trouble with the result is no failure of the request: it is asked again", async () => {
  for (const code of [429, 500, 502, 503, 504, 401, 403]) {
    const answer = await ask(COMPLETED, { status: code, body: null });
    assert.equal(answer.state === "unreachable" && answer.away, true, `${code}`);
  }
});

Deno.test("a gateway's trouble with a failed request's result is not taken for the model's words", async () => {
  const refused = { ...COMPLETED, error: "Invalid status code: 422" };

  for (const code of [429, 500, 503]) {
    const answer = await ask(refused, { status: code, body: { detail: "Refused" } });
    assert.equal(answer.state, "unreachable", `${code}`);
  }
});

Deno.test("a page or a redirect in the result's place is no result: it is asked for again", async () => {
  const places = [
    () => new Response("<html>We will be back</html>"),
    () => new Response(null),
    () => new Response(null, { status: 302, headers: { location: "/maintenance" } }),
  ];
  for (const place of places) {
    for (
      const status of [() => Response.json(COMPLETED), () => Response.json({}, { status: 404 })]
    ) {
      const answer = ({ path }: Seen) => path === STATUS ? status() : place();
      assert.equal((await withServer(answer, ({ url }) => askAt(url))).state, "unreachable");
    }
  }
});

Deno.test("a result without a file that we can read is final", async () => {
  const answer = await ask(COMPLETED, { body: { seed: 1 } });

  assert.deepEqual(answer, failed("fal's result has no file that we know how to read", false));
});

Deno.test("a request that fal no longer knows is final: it may have been paid for", async () => {
  const answer = await withServer(
    () => Response.json({ detail: "Not found" }, { status: 404 }),
    ({ url }) => askAt(url),
  );

  assert.equal(answer.state, "failed");
  assert.ok(answer.state === "failed" && !answer.error.retryable);
});

Deno.test("where only the status is not found, the result is taken, or asked for again", async () => {
  const askResult = (answer: () => Response) =>
    withServer(
      ({ path }) => path === STATUS ? Response.json({}, { status: 404 }) : answer(),
      ({ url }) => askAt(url),
    );

  const made = await askResult(() => Response.json(CLIP));
  const open = await askResult(() =>
    Response.json({ detail: "Request is still in progress" }, { status: 400 })
  );
  const busy = await askResult(() => new Response("busy", { status: 503 }));

  assert.deepEqual(made, { state: "completed", output: { video_url: CLIP.video.url } });
  assert.deepEqual([open.state, busy.state], ["unreachable", "unreachable"]);
});

Deno.test("nothing is learnt from a dead queue, an error, or an answer that breaks off", async () => {
  const answers = [
    await askAt(refusingUrl()),
    await withServer(() => new Response("busy", { status: 503 }), ({ url }) => askAt(url)),
    await withServer(() => new Response("<html>"), ({ url }) => askAt(url)),
    await withServer(() => Response.json({ status: "NEW" }), ({ url }) => askAt(url)),
    await withRawServer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", ({ url }) => askAt(url)),
    await withServer(() => new Response("no", { status: 401 }), ({ url }) => askAt(url)),
  ];

  assert.deepEqual(answers.map(({ state }) => state), Array(6).fill("unreachable"));
  const away = answers.map((answer) => answer.state === "unreachable" && answer.away);
  assert.deepEqual(away, [true, true, false, false, true, true]);
  assert.match(JSON.stringify(answers[5]), /FAL_KEY was refused/);
});
