import assert from "node:assert/strict";
import type { Submitted } from "../provider.ts";
import {
  refusingUrl,
  withKeptConnections,
  withRawServer,
  withServer,
} from "../testing/loopback.ts";
import { falDeps, KEY, NOW, TOKEN, work } from "./fixture.ts";
import { createFalProvider } from "./provider.ts";

/** Submits to a queue that answers everything alike, and expects one request and no more. */
function submitTo(status: number, body: BodyInit | null, headers = {}): Promise<Submitted> {
  return withServer(() => new Response(body, { status, headers }), async ({ url, seen }) => {
    const submitted = await createFalProvider(falDeps(url)).submit(work());

    assert.equal(seen.length, 1, "sent exactly once");
    assert.ok(!JSON.stringify(submitted).includes(KEY));
    assert.ok(!JSON.stringify(submitted).includes(TOKEN));
    return submitted;
  });
}

function submitRaw(answer: string | null, timeoutMs = 2000): Promise<Submitted> {
  return withRawServer(answer, async ({ url, seen }) => {
    const submitted = await createFalProvider(falDeps(url, { timeoutMs })).submit(work());

    assert.equal(seen.length, 1, "sent exactly once");
    return submitted;
  });
}

const JSON_TYPE = { "content-type": "application/json" };

function detail(value: unknown): string {
  return JSON.stringify({ detail: value });
}

Deno.test("a refused connection took nothing and may pass later", async () => {
  let calls = 0;
  const counted: typeof fetch = (input, init) => {
    calls++;
    return fetch(input, init);
  };

  const deps = falDeps(refusingUrl(), { fetch: counted });
  const submitted = await createFalProvider(deps).submit(work());

  assert.equal(calls, 1, "sent exactly once");
  assert.deepEqual(submitted, {
    state: "failed",
    error: { message: "Cannot reach fal: connection refused", retryable: true },
  });
});

Deno.test("a host name that nobody knows took nothing", async () => {
  const submitted = await createFalProvider(falDeps("http://fal.invalid")).submit(work());

  assert.equal(submitted.state, "failed");
});

Deno.test("429 may pass later, after the time that fal asks for", async () => {
  const headers = { ...JSON_TYPE, "retry-after": "17" };

  assert.deepEqual(await submitTo(429, detail("Too many requests"), headers), {
    state: "failed",
    error: {
      message: "fal refused the request (429): Too many requests",
      retryable: true,
      retry_after: 17,
    },
  });
});

Deno.test("500, 503 and 408 took nothing and may pass later", async () => {
  for (const status of [500, 503, 408]) {
    const submitted = await submitTo(status, "no");

    assert.equal(submitted.state, "failed", `${status}`);
    assert.ok(submitted.state === "failed" && submitted.error.retryable, `${status}`);
  }
});

Deno.test("a gateway that heard nothing from the queue leaves open whether it was taken", async () => {
  for (const status of [502, 504]) {
    assert.equal((await submitTo(status, "<html>Bad gateway</html>")).state, "lost", `${status}`);
  }
});

Deno.test("422 is final and says what fal says, a list or a sentence", async () => {
  const list = [
    { loc: ["body", "prompt"], msg: "field required", type: "value_error.missing" },
    { loc: ["body", "duration"], msg: "unexpected value", type: "value_error", input: TOKEN },
  ];

  assert.deepEqual(await submitTo(422, detail(list), JSON_TYPE), {
    state: "failed",
    error: {
      message: "fal refused the request (422): " +
        "prompt: field required; duration: unexpected value",
      retryable: false,
    },
  });
  assert.deepEqual(await submitTo(422, detail("Content policy"), JSON_TYPE), {
    state: "failed",
    error: { message: "fal refused the request (422): Content policy", retryable: false },
  });
});

Deno.test("a refused key can be mended, and is named FAL_KEY, never by its value", async () => {
  for (const status of [401, 403]) {
    const submitted = await submitTo(status, detail(`Key ${KEY} is not known (${TOKEN})`));

    assert.deepEqual(submitted, {
      state: "failed",
      error: {
        message: `fal refused FAL_KEY (${status}): Key *** is not known (***)`,
        retryable: true,
      },
    });
  }
});

Deno.test("a redirect is an answer: the key is not carried elsewhere", async () => {
  const submitted = await submitTo(307, null, { location: "/elsewhere" });

  assert.equal(submitted.state, "failed");
});

Deno.test("a connection that breaks after sending leaves the request lost", async () => {
  assert.equal((await submitRaw("")).state, "lost");
});

Deno.test("a kept connection that breaks under a submission does not make it go out twice", async () => {
  const kept = 'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{"status": "IN_QUEUE"}';
  await withKeptConnections(kept, async ({ url, seen }) => {
    const fal = createFalProvider(falDeps(url));
    const asked = await fal.ask(work({ attempt: { request_id: "req_1" } }));
    const submitted = await fal.submit(work());

    assert.equal(asked.state, "in_progress");
    assert.equal(submitted.state, "lost");
    assert.deepEqual(seen.map((request) => request.split(" ")[0]), ["GET", "POST"]);
  });
});

Deno.test("a 200 that breaks off leaves the request lost", async () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"request_id": "re';

  assert.equal((await submitRaw(answer)).state, "lost");
});

Deno.test("a refusal whose body breaks off is a refusal", async () => {
  const answer = 'HTTP/1.1 422 Unprocessable\r\nContent-Length: 500\r\n\r\n{"detail": "';

  assert.deepEqual(await submitRaw(answer), {
    state: "failed",
    error: { message: "fal refused the request (422)", retryable: false },
  });
});

Deno.test("silence up to the deadline leaves the request lost", async () => {
  assert.deepEqual(await submitRaw(null, 100), {
    state: "lost",
    message: "fal did not answer the submission: no complete answer in time",
  });
});

Deno.test("a 200 that is no JSON, or names no request, leaves it lost", async () => {
  assert.equal((await submitTo(200, "<html>")).state, "lost");
  assert.equal((await submitTo(200, '{"status":"IN_QUEUE"}', JSON_TYPE)).state, "lost");
  assert.equal((await submitTo(200, '{"request_id":""}', JSON_TYPE)).state, "lost");
});

Deno.test("Retry-After as a date counts from now", async () => {
  const headers = { "retry-after": new Date(NOW + 45_000).toUTCString() };
  const submitted = await submitTo(503, "busy", headers);

  assert.equal(submitted.state === "failed" && submitted.error.retry_after, 45);
});
