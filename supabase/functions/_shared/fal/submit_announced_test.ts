import assert from "node:assert/strict";
import { DatabaseError } from "../database.ts";
import { withServer } from "../testing/loopback.ts";
import { falDeps, work } from "./fixture.ts";
import { createFalProvider } from "./provider.ts";

Deno.test("a submission is announced once, before anything is sent", async () => {
  let announced = 0;
  const requestsBefore: number[] = [];
  const answer = () => Response.json({ request_id: "req_1" });
  await withServer(answer, async ({ url, seen }) => {
    const submitted = await createFalProvider(falDeps(url)).submit(work(), () => {
      announced++;
      requestsBefore.push(seen.length);
      return Promise.resolve();
    });

    assert.equal(submitted.state, "accepted");
    assert.deepEqual([announced, requestsBefore, seen.length], [1, [0], 1]);
  });
});

Deno.test("a submission that cannot be announced is not sent, and says what kept it", async () => {
  const failures = [
    new DatabaseError("Cannot call announce_call", "", true),
    new TypeError("The network is down"),
  ];
  for (const failure of failures) {
    await withServer(() => Response.json({ request_id: "req_1" }), async ({ url, seen }) => {
      let announced = 0;
      const submitted = createFalProvider(falDeps(url)).submit(work(), () => {
        announced++;
        return Promise.reject(failure);
      });

      await assert.rejects(submitted, failure);
      assert.deepEqual([announced, seen.length], [1, 0]);
    });
  }
});

Deno.test("a submission that cannot even be said in fal's words is not announced", async () => {
  const announce = () => Promise.reject(new Error("It was announced"));
  const provider = createFalProvider(falDeps("http://127.0.0.1:1"));

  const submitted = await provider.submit(work({ input: { model: "no/such/model" } }), announce);

  assert.equal(submitted.state, "failed");
});
