import assert from "node:assert/strict";
import { callOnce, NoAnswer } from "./call_once.ts";

const MIB = 2 ** 20;

/** An answer of so many MiB, and how many of them were taken. */
function longAnswer(mib: number, status: number) {
  const taken = { mib: 0 };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (taken.mib++ < mib) controller.enqueue(new Uint8Array(MIB).fill(0x20));
      else controller.close();
    },
  });
  return { taken, fetch: () => Promise.resolve(new Response(body, { status })) };
}

Deno.test("an answer that does not end is none: an isolate has to hold it", async () => {
  const { fetch, taken } = longAnswer(60, 200);

  await assert.rejects(
    callOnce({ fetch, timeoutMs: 5000 }, "https://fal.example.com/", {}),
    (error) => error instanceof NoAnswer && error.sent,
  );
  assert.ok(taken.mib < 45, `${taken.mib}`);
});

Deno.test("an answer is as long as a callback may be, unless its caller expects more of it", async () => {
  const ask = async (mib: number, deps: { mostBytes?: number } = {}) => {
    const { fetch } = longAnswer(mib, 200);
    const { body } = await callOnce({ fetch, timeoutMs: 5000, ...deps }, "https://a.example/", {});
    return body.length;
  };

  assert.equal(await ask(1), MIB);
  await assert.rejects(ask(2), NoAnswer);
  assert.equal(await ask(2, { mostBytes: 2 * MIB }), 2 * MIB);
});

Deno.test("a refusal without an end is still known by its status", async () => {
  const { fetch, taken } = longAnswer(60, 422);

  const { status, body } = await callOnce(
    { fetch, timeoutMs: 5000 },
    "https://fal.example.com/",
    {},
  );

  assert.deepEqual([status, body], [422, ""]);
  assert.ok(taken.mib < 45, `${taken.mib}`);
});

Deno.test("a service on a port that fetch never calls is told so, by that port", async () => {
  const blocked = () => Promise.reject(new TypeError("Requests to port 5060 are blocked"));
  await assert.rejects(
    callOnce({ fetch: blocked, timeoutMs: 5000 }, "http://127.0.0.1:5060/v1/frames", {}),
    (error) =>
      error instanceof NoAnswer && !error.sent &&
      error.message === "port 5060 is one that fetch never calls",
  );
});
