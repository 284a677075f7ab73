import assert from "node:assert/strict";
import { connectStorage } from "./connect_storage.ts";

const ADDRESS = { url: "http://127.0.0.1:9", key: "key" };
const get = () => undefined;

/** A Storage that sends its answer's head, and then nothing until the caller hangs up. */
const hanging: typeof fetch = (_input, init) => {
  const { signal } = new Request("http://127.0.0.1:9", init);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
  return Promise.resolve(new Response(body, { status: 200 }));
};

Deno.test("a call of Storage ends at its deadline, also where the answer's body never comes", async () => {
  const bucket = connectStorage(ADDRESS, { get, fetch: hanging }, 20).storage.from("films");

  const uploaded = await bucket.upload("film.mp4", new Uint8Array(1));
  const signed = await bucket.createSignedUrl("film.mp4", 60);
  const removed = await bucket.remove(["film.mp4"]);

  for (const call of [uploaded, signed, removed]) assert.ok(call.error, "it ended well");
});

Deno.test("what Storage answers comes through, a refusal also where it breaks off", async () => {
  const broken = new ReadableStream({
    start: (controller) => controller.error(new Error("reset")),
  });
  const answers = [
    Response.json({ Id: "1", Key: "films/film.mp4" }),
    Response.json({ message: "The object is too large" }, { status: 413 }),
    new Response(broken, { status: 507 }),
  ];
  const fetch = () => Promise.resolve(answers.shift() ?? new Response(null, { status: 500 }));
  const bucket = connectStorage(ADDRESS, { get, fetch }).storage.from("films");

  const stored = await bucket.upload("film.mp4", new Uint8Array(1));
  const refused = await bucket.upload("film.mp4", new Uint8Array(1));
  const cutOff = await bucket.upload("film.mp4", new Uint8Array(1));

  assert.equal(stored.data?.path, "film.mp4");
  assert.match(refused.error?.message ?? "", /too large/);
  assert.equal(cutOff.error?.status, 507);
});
