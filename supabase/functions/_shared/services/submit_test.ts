import assert from "node:assert/strict";
import type { Submitted } from "../provider.ts";
import { refusingUrl, withRawServer, withServer } from "../testing/loopback.ts";
import { CASES, KEY, NOW, serviceDeps, TOKEN, VIDEO, workOf } from "./fixture.ts";
import { createServiceProvider } from "./provider.ts";

const ACCEPTED = { task_id: "task_1", status: "pending" };
const SUBMISSION = {
  request_id: "task_1",
  status_url: null,
  response_url: null,
  cancel_url: null,
};

/** Submits to a service that answers everything alike, and expects one request and no more. */
function submitTo(status: number, body: BodyInit | null, headers = {}): Promise<Submitted> {
  return withServer(() => new Response(body, { status, headers }), async ({ url, seen }) => {
    const submitted = await createServiceProvider(serviceDeps(url)).submit(workOf(VIDEO));

    assert.equal(seen.length, 1, "sent exactly once");
    assert.ok(!JSON.stringify(submitted).includes(KEY));
    assert.ok(!JSON.stringify(submitted).includes(TOKEN));
    return submitted;
  });
}

Deno.test("each service gets its request with key, callback URL and the attempt's id", async () => {
  for (const one of CASES) {
    await withServer(() => Response.json(ACCEPTED, { status: 202 }), async ({ url, seen }) => {
      const deps = serviceDeps(url, { service: one.service });

      const submitted = await createServiceProvider(deps).submit(workOf(one));

      assert.deepEqual(submitted, { state: "accepted", submission: SUBMISSION });
      const [call] = seen;
      assert.equal(`${call?.method} ${call?.path}`, `POST ${one.path ?? one.service.submitPath}`);
      assert.equal(call?.headers.get("authorization"), `Bearer ${KEY}`);
      assert.equal(call?.headers.get("idempotency-key"), "att_1");
      assert.deepEqual(JSON.parse(call?.body ?? ""), {
        ...one.sent,
        webhook_url: `https://project.example.com/functions/v1/${one.service.door}?token=${TOKEN}`,
      });
    });
  }
});

Deno.test("the job's trace goes out with the task", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
    const work = workOf(VIDEO);
    const attempt = { ...work.attempt, traceparent };
    await createServiceProvider(serviceDeps(url)).submit({ ...work, attempt });

    assert.equal(seen[0]?.headers.get("traceparent"), traceparent);
  });
});

Deno.test("what a clip has not got is left out of its request", async () => {
  await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
    const input = { ...VIDEO.input, duration: null, aspect_ratio: null, driver_video_url: null };
    await createServiceProvider(serviceDeps(url)).submit(workOf({ ...VIDEO, input }));

    const sent = Object.keys(JSON.parse(seen[0]?.body ?? ""));
    const given = ["image_url", "model", "project_id", "prompt", "scene_id", "webhook_url"];
    assert.deepEqual(sent.sort(), given);
  });
});

Deno.test("a service below a path is called below that path", async () => {
  await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
    await createServiceProvider(serviceDeps(`${url}/video`)).submit(workOf(VIDEO));

    assert.equal(seen[0]?.path, "/video/v1/videos/generations/async");
  });
});

Deno.test("an input that does not fit is not sent anywhere", async () => {
  await withServer(() => Response.json(ACCEPTED), async ({ url, seen }) => {
    const work = workOf({ ...VIDEO, input: { prompt: 3 } });
    const submitted = await createServiceProvider(serviceDeps(url)).submit(work);

    assert.deepEqual(submitted, {
      state: "failed",
      error: {
        message: "Cannot submit generate_clip to the video service: its input does not fit",
        retryable: false,
      },
    });
    assert.equal(seen.length, 0);
  });
});

Deno.test("a refused connection took nothing and may pass later", async () => {
  const submitted = await createServiceProvider(serviceDeps(refusingUrl())).submit(workOf(VIDEO));

  assert.deepEqual(submitted, {
    state: "failed",
    error: { message: "Cannot reach the video service: connection refused", retryable: true },
  });
});

Deno.test("429 may pass later, after the time that the service asks for", async () => {
  const date = new Date(NOW + 45_000).toUTCString();

  for (const [after, seconds] of [["17", 17], [date, 45]] as const) {
    assert.deepEqual(await submitTo(429, '{"error":"Busy"}', { "retry-after": after }), {
      state: "failed",
      error: {
        message: "The video service refused the request (429): Busy",
        retryable: true,
        retry_after: seconds,
      },
    });
  }
});

Deno.test("408, 500 and 503 took nothing and may pass later, an empty balance too, 400 and 422 never", async () => {
  for (const status of [408, 500, 503, 402, 400, 404, 422]) {
    const submitted = await submitTo(status, "no");

    assert.equal(submitted.state, "failed", `${status}`);
    const retryable = submitted.state === "failed" && submitted.error.retryable;
    assert.equal(retryable, [408, 500, 503, 402].includes(status), `${status}`);
  }
});

Deno.test("a refused key can be mended, and is named by its variable, never by its value", async () => {
  for (const status of [401, 403]) {
    const body = JSON.stringify({ error: { message: `No key ${KEY} (${TOKEN})` } });

    assert.deepEqual(await submitTo(status, body), {
      state: "failed",
      error: {
        message: `The video service refused VIDEO_GENERATION_API_KEY (${status}): No key *** (***)`,
        retryable: true,
      },
    });
  }
});

Deno.test("a redirect is an answer: the key is not carried elsewhere", async () => {
  const submitted = await submitTo(307, null, { location: "/elsewhere" });

  assert.equal(submitted.state, "failed");
});

Deno.test("a gateway that heard nothing, or a key at work, leaves the task open", async () => {
  for (const status of [502, 504, 409]) {
    assert.equal((await submitTo(status, "<html>")).state, "lost", `${status}`);
  }
});

Deno.test("a 200 that names no task we can ask about leaves it open", async () => {
  const bodies = ["<html>", "", "[]", '{"status":"pending"}', '{"task_id":""}', '{"task_id":".."}'];
  for (const body of bodies) {
    assert.equal((await submitTo(200, body)).state, "lost", body);
  }
});

Deno.test("an answer that breaks off or never comes leaves the task open", async () => {
  const answers = ["", 'HTTP/1.1 202 Accepted\r\nContent-Length: 500\r\n\r\n{"task_id": "ta', null];
  for (const answer of answers) {
    await withRawServer(answer, async ({ url, seen }) => {
      const deps = serviceDeps(url, { timeoutMs: answer === null ? 100 : 2000 });
      const submitted = await createServiceProvider(deps).submit(workOf(VIDEO));

      assert.equal(submitted.state, "lost", `${answer}`);
      assert.equal(seen.length, 1, "sent exactly once");
    });
  }
});
