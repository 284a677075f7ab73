import assert from "node:assert/strict";
import { createReelay, ReelayError } from "./reelay.ts";

const VIDEO = { model: "kling", prompt: "A bay" };

/** A client of a Reelay that answers so, and what it was asked. */
function aClient(answer: (path: string, init: RequestInit) => Response | Promise<Response>) {
  const asked: string[] = [];
  const reelay = createReelay({
    baseUrl: "https://x.example/functions/v1/",
    secret: "s",
    fetch: (url, init) => {
      asked.push(`${url}`);
      return Promise.resolve(answer(`${url}`, init ?? {}));
    },
  });
  return { reelay, asked };
}

async function refusal(asking: Promise<unknown>): Promise<ReelayError> {
  const error = await asking.then(() => null, (error) => error);
  assert.ok(error instanceof ReelayError, `${error}`);
  return error;
}

Deno.test("an error names the field, and what is wrong with it", async () => {
  const issues = [{ path: "prompt", message: "Must not be empty" }];
  const { reelay, asked } = aClient(() =>
    Response.json({ error: "Invalid request", issues }, { status: 400 })
  );
  const error = await refusal(reelay.createVideo(VIDEO));

  assert.equal(
    error.message,
    "Reelay answered 400: Invalid request (prompt: Must not be empty)",
  );
  assert.deepEqual([error.status, error.issues, error.retryAfter], [400, issues, null]);
  assert.deepEqual(asked, ["https://x.example/functions/v1/videos/generations/async"]);
});

Deno.test("an error has all that was answered, and when to come again", async () => {
  const dear = { error: "Costs more", estimated_cost_usd: 2, max_cost_usd: 1 };
  const { reelay } = aClient((path) =>
    path.endsWith("/webhook")
      ? Response.json(dear, { status: 402 })
      : Response.json({ error: "Rate limit exceeded" }, {
        status: 429,
        headers: { "retry-after": "12" },
      })
  );

  assert.deepEqual(
    (await refusal(reelay.createFilm({ video_id: "v", user_id: "u", prompt: "A bay" }))).answer,
    dear,
  );
  assert.equal((await refusal(reelay.createVideo(VIDEO))).retryAfter, 12);
});

Deno.test("what is no JSON is an error, whatever its status", async () => {
  for (const status of [200, 502]) {
    const { reelay } = aClient(() => new Response("<html>Hello</html>", { status }));
    assert.equal((await refusal(reelay.createVideo(VIDEO))).status, status);
    assert.equal((await refusal(reelay.task("proj_1"))).status, status);
  }
});

Deno.test("a call ends by itself, and with the caller's signal", async () => {
  const never: Parameters<typeof aClient>[0] = (_, { signal }) =>
    new Promise((_, reject) => {
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  const { reelay } = aClient(never);
  const timeout = AbortSignal.timeout;
  AbortSignal.timeout = () => AbortSignal.abort(new DOMException("Too late", "TimeoutError"));
  try {
    await assert.rejects(reelay.createVideo(VIDEO), { name: "TimeoutError" });
    await assert.rejects(reelay.cancel("proj_1"), { name: "TimeoutError" });
  } finally {
    AbortSignal.timeout = timeout;
  }

  const stop = new AbortController();
  const asking = reelay.task("proj_1", { signal: stop.signal });
  stop.abort(new DOMException("Enough", "AbortError"));
  await assert.rejects(asking, { name: "AbortError" });
});
