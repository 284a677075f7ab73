import assert from "node:assert/strict";
import { refusingUrl, withRawServer, withServer } from "../testing/loopback.ts";
import { film, filmStep, store, storeAt, STORED } from "./store_fixture.ts";

Deno.test("a film that is gone is final, any other trouble of its source may pass", async () => {
  for (
    const [status, retryable] of [[404, false], [410, false], [403, true], [503, true]] as const
  ) {
    const source = () => new Response("no", { status });
    const { answer, stored } = await store({ "/film": source });

    const message = `Cannot fetch file: its source answered ${status}`;
    assert.deepEqual(answer, { state: "failed", error: { message, retryable } });
    assert.equal(stored.length, 0);
  }
});

Deno.test("a film that breaks off is not kept as if it were whole", async () => {
  const half = "HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n    ftypisom half";

  await withRawServer(half, async (source) => {
    await withServer(() => STORED.clone(), async ({ url, seen }) => {
      const step = filmStep(url);
      step.attempt.input.film_url = `${source.url}/film`;

      const answer = await storeAt(url, step);

      assert.deepEqual(answer, {
        state: "failed",
        error: { message: "Cannot copy file: it broke off", retryable: true },
      });
      assert.equal(seen.length, 0, "Storage never saw the end of it");
    });
  });
});

Deno.test("a page under a film's name is no film, and nothing of it is stored", async () => {
  const page = () =>
    new Response("<title>Not found</title>", { headers: { "content-type": "video/mp4" } });

  const { answer, stored } = await store({ "/film": page });

  assert.deepEqual(answer, {
    state: "failed",
    error: { message: "Cannot store film: what its source sent is no video", retryable: false },
  });
  assert.equal(stored.length, 0);
});

Deno.test("an empty film is none", async () => {
  const { answer } = await store({ "/film": () => new Response("") });

  assert.equal(answer.state, "failed");
});

Deno.test("what Storage refuses is final, what it cannot do now may pass", async () => {
  const refuse = (status: number) => () =>
    Response.json({ statusCode: `${status}`, error: "x", message: "Bucket not found" }, { status });

  assert.deepEqual((await store({ "/film": film }, { storage: refuse(404) })).answer, {
    state: "failed",
    error: { message: "Cannot store file: Bucket not found (404)", retryable: false },
  });
  const { answer } = await store({ "/film": film }, { storage: refuse(503) });
  assert.ok(answer.state === "failed" && answer.error.retryable);
});

Deno.test("a source that nobody answers for may pass, one that is no http URL is final", async () => {
  const gone = filmStep("http://127.0.0.1:9");
  gone.attempt.input.film_url = `${refusingUrl()}/film`;
  const file = filmStep("http://127.0.0.1:9");
  file.attempt.input.film_url = "file:///etc/hostname";

  assert.deepEqual(await storeAt("http://127.0.0.1:9", gone), {
    state: "failed",
    error: { message: "Cannot fetch file: connection refused", retryable: true },
  });
  assert.deepEqual(await storeAt("http://127.0.0.1:9", file), {
    state: "failed",
    error: { message: "Cannot fetch file: not an http URL", retryable: false },
  });
});
