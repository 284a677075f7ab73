import assert from "node:assert/strict";
import { ask, TEXT_MODEL, withFal } from "./fal_fixture.ts";

const FAIL = { fail: { status: 500, detail: "Internal server error" } };
const OTHER = "fal-ai/veo3.1/fast";

Deno.test("the platform API lists an endpoint's requests with what was put in", async () => {
  await withFal(async ({ fal, submit }) => {
    fal.behave({ ...FAIL, times: 1 });
    fal.behave({ stuck: true, input: ({ prompt }) => prompt === "two" });
    const one = await submit(TEXT_MODEL, { prompt: "one" });
    await fal.ended(one.request_id);
    const two = await submit(TEXT_MODEL, { prompt: "two" });
    fal.behave({ stuck: true });
    await submit(OTHER, { prompt: "three" });

    const start = new Date(Date.now() - 60_000).toISOString();
    const query = `endpoint_id=${TEXT_MODEL}&start=${start}&expand=payloads`;
    const { body } = await ask(`${fal.apiUrl}/v1/models/requests/by-endpoint?${query}`);
    assert.deepEqual([body.has_more, body.next_cursor], [false, null]);
    assert.ok(Array.isArray(body.items));
    assert.deepEqual(
      body.items.map((item) => [item.request_id, item.json_input, item.status_code]),
      [
        [two.request_id, { prompt: "two" }, undefined],
        [one.request_id, { prompt: "one" }, 500],
      ],
    );
  });
});

Deno.test("the platform API can leave out what has not ended, and turns pages", async () => {
  await withFal(async ({ fal, submit }) => {
    fal.behave({ stuck: true, input: ({ prompt }) => prompt === "stuck" });
    fal.behave({ ...FAIL, input: ({ prompt }) => prompt !== "stuck" });
    for (const prompt of ["a", "b", "c"]) {
      await fal.ended((await submit(TEXT_MODEL, { prompt })).request_id);
    }
    await submit(TEXT_MODEL, { prompt: "stuck" });
    const url = `${fal.apiUrl}/v1/models/requests/by-endpoint?endpoint_id=${TEXT_MODEL}&limit=2`;
    const first = await ask(url);
    assert.deepEqual([first.body.has_more, first.body.next_cursor], [true, "2"]);
    const second = await ask(`${url}&cursor=2`);
    assert.ok(Array.isArray(first.body.items) && Array.isArray(second.body.items));
    assert.deepEqual([first.body.items.length, second.body.items.length], [2, 1]);
    assert.equal(second.body.has_more, false);
    assert.ok(!("json_input" in second.body.items[0]));
  }, { listsUnfinished: false });
});

Deno.test("the platform API wants a key and an endpoint", async () => {
  await withFal(async ({ fal }) => {
    const url = `${fal.apiUrl}/v1/models/requests/by-endpoint`;
    assert.equal((await ask(url)).code, 400);
    const unsigned = await fetch(`${url}?endpoint_id=${TEXT_MODEL}`);
    await unsigned.body?.cancel();
    assert.equal(unsigned.status, 401);
  });
});
