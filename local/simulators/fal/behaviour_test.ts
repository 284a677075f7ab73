import assert from "node:assert/strict";
import { Rules } from "./behaviour.ts";
import { ask, TEXT_MODEL, withFal } from "./fal_fixture.ts";

const INPUT = { prompt: "a bridge" };
const FAIL = { fail: { status: 500, detail: "Internal server error" } };

Deno.test("a rule holds for its call, endpoint and input, and only so many times", () => {
  const rules = new Rules();
  const takeBack = rules.add({ endpoint: /kling/, stuck: true });
  rules.add({ input: ({ prompt }) => prompt === "now", slowMs: 5, times: 2 });
  rules.add({ on: "status", cut: "before" });
  const now = { prompt: "now" };

  assert.equal(rules.towards("submit", "fal-ai/veo3", {}).stuck, undefined);
  assert.equal(rules.towards("submit", "fal-ai/kling-video/v3", {}).stuck, true);
  const slow = () => rules.towards("submit", "fal-ai/veo3", now).slowMs;
  assert.deepEqual([slow(), slow(), slow()], [5, 5, undefined]);
  assert.equal(rules.towards("status", "fal-ai/veo3", {}).cut, "before");
  takeBack();
  assert.equal(rules.towards("submit", "fal-ai/kling-video/v3", {}).stuck, undefined);
});

Deno.test("fal that refuses a submit answers as told and takes nothing", async () => {
  await withFal(async ({ fal, post }) => {
    fal.behave({ refuse: { status: 429, headers: { "retry-after": "7" } }, times: 1 });
    const refused = await post(TEXT_MODEL, INPUT);
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "7"]);
    assert.deepEqual(fal.requests, []);

    fal.behave({ stuck: true });
    await post(TEXT_MODEL, INPUT);
    assert.equal(fal.requests.length, 1);
  });
});

Deno.test("fal that cuts a submit may have taken it or not, and its account says which", async () => {
  await withFal(async ({ fal, post, delivery }) => {
    fal.behave({ ...FAIL, cut: "before", times: 1 });
    await assert.rejects(post(TEXT_MODEL, INPUT));
    assert.equal(fal.requests.length, 0);

    fal.behave({ ...FAIL, cut: "after", times: 1 });
    await assert.rejects(post(TEXT_MODEL, INPUT));
    assert.deepEqual(fal.requests.map(({ answered }) => answered), [false]);
    assert.equal(JSON.parse((await delivery(1)).text).request_id, fal.requests[0]?.requestId);
  });
});

Deno.test("fal that is dead refuses connections, and is back at the same place", async () => {
  await withFal(async ({ fal, post }) => {
    fal.behave({ stuck: true });
    await fal.refuse();
    await assert.rejects(post(TEXT_MODEL, INPUT));
    await fal.accept();
    const response = await post(TEXT_MODEL, INPUT);
    assert.equal(response.status, 200);
  });
});

Deno.test("fal can be unwilling to say what became of a request", async () => {
  await withFal(async ({ fal, submit }) => {
    fal.behave(FAIL);
    const { request_id, response_url, status_url } = await submit(TEXT_MODEL, INPUT);
    await fal.ended(request_id);
    fal.behave({ on: "result", refuse: { status: 503, body: { detail: "Busy" } }, times: 1 });
    fal.behave({ on: "status", cut: "after", times: 1 });
    assert.deepEqual(await ask(response_url), { code: 503, body: { detail: "Busy" } });
    await assert.rejects(ask(status_url));
    assert.equal((await ask(response_url)).code, 500);
    assert.equal((await ask(status_url)).body.status, "COMPLETED");
  });
});

Deno.test("fal that ignores a cancel says it heard and finishes all the same", async () => {
  await withFal(async ({ fal, submit, delivery }) => {
    fal.behave({ slowMs: 100, ignoresCancel: true });
    const { cancel_url, request_id } = await submit(TEXT_MODEL, INPUT);
    assert.equal((await ask(cancel_url, "PUT")).code, 202);
    assert.equal(JSON.parse((await delivery(1)).text).status, "OK");
    assert.deepEqual(fal.bill().map(({ requestId }) => requestId), [request_id]);
  });
});

Deno.test("fal works on two requests at once and keeps the others in its queue", async () => {
  await withFal(async ({ fal, submit }) => {
    const all = await Promise.all([1, 2, 3, 4].map(() => submit(TEXT_MODEL, INPUT)));
    await Promise.all(all.map(({ request_id }) => fal.ended(request_id)));
    const begun = fal.requests.map((one) => one.startedAt ?? 0).sort();
    const ended = fal.requests.map((one) => one.endedAt ?? 0).sort();
    assert.equal(fal.bill().length, 4);
    assert.ok((begun[2] ?? 0) >= (ended[0] ?? 0), "a third began before a first had ended");
  });
});

Deno.test("files that were made can be refused, cut off and late, and canned work fails for want of them", async () => {
  await withFal(async ({ fal, submit }) => {
    const made = async (endpoint: string, input: unknown) => {
      const { request_id } = await submit(endpoint, input);
      await fal.ended(request_id);
      return JSON.stringify(fal.requests.at(-1)?.result?.body);
    };
    const clip = async () => /"url":"([^"]+)"/.exec(await made(TEXT_MODEL, INPUT))?.[1] ?? "";
    const url = await clip();
    const frame = () =>
      made("fal-ai/ffmpeg-api/extract-frame", { video_url: url, frame_type: "last" });
    const whole = await download(url);
    assert.match(await frame(), /"images"/);

    const troubles = [{ refuse: { status: 503 } }, { cut: "before" }, { cut: "midway" }] as const;
    for (const trouble of troubles) {
      const end = fal.behave({ on: "file", ...trouble });
      assert.match(await frame(), /file_download_error/);
      await assert.rejects(download(url));
      end();
    }
    fal.behave({ on: "file", answerAfterMs: 1 });
    assert.match(await frame(), /"images"/);
    assert.deepEqual(await download(url), whole);
  }, { media: "canned" });
});

async function download(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  const bytes = await answer.bytes();
  assert.ok(answer.ok);
  return bytes;
}
