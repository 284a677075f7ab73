import assert from "node:assert/strict";
import type { FalRequest } from "../local/simulators/fal/account.ts";
import { paidTwice, wrongParts } from "./bill.ts";
import type { FilmPlan } from "./film_plan.ts";

const FILM: FilmPlan = {
  number: 3,
  userId: "user 1",
  hasImage: false,
  scenes: ["last_frame", "last_frame"],
};

Deno.test("work that was paid for once, or failed before, is not paid twice", () => {
  const failed = request({ prompt: "film 3 clip 1" }, "a", { billed: false });

  assert.deepEqual(paidTwice([failed, ...film()]), []);
});

Deno.test("a clip paid for again is named, whatever image it begins with", () => {
  const again = request({ prompt: "film 3 clip 2", image_url: "other" }, "clip2b");

  assert.deepEqual(paidTwice([...film(), again]), ["film 3 clip 2 (2)"]);
});

Deno.test("a frame paid for again is named by what it was asked for", () => {
  const again = request({ frame_type: "last", video_url: "clip1" }, "frame1b");

  assert.equal(paidTwice([...film(), again]).length, 1);
});

Deno.test("a film of its own clips, chained and joined in order, has its right parts", () => {
  assert.equal(wrongParts(FILM, film()), null);
});

Deno.test("a clip that begins with another frame, and clips joined out of order, are seen", () => {
  const [clip1, frame, , join] = film();
  const strange = request({ prompt: "film 3 clip 2", image_url: "frame9" }, "clip2");
  const swapped = request({ video_urls: ["clip2", "clip1"] }, "film");
  assert.ok(clip1 && frame && join);

  assert.match(wrongParts(FILM, [clip1, frame, strange, join]) ?? "", /clip 2 does not begin/);
  assert.match(wrongParts(FILM, [...film().slice(0, 3), swapped]) ?? "", /not joined once/);
  assert.match(wrongParts(FILM, [frame, join]) ?? "", /not paid for/);
});

function film(): FalRequest[] {
  return [
    request({ prompt: "film 3 clip 1" }, "clip1"),
    request({ frame_type: "last", video_url: "clip1" }, "frame1"),
    request({ prompt: "film 3 clip 2", image_url: "frame1" }, "clip2"),
    request({ video_urls: ["clip1", "clip2"] }, "film"),
  ];
}

function request(
  input: Record<string, unknown>,
  url: string,
  { billed = true } = {},
): FalRequest {
  return {
    requestId: crypto.randomUUID(),
    endpoint: "fal-ai/somewhere",
    input,
    headers: {},
    webhookUrl: null,
    state: "COMPLETED",
    answered: true,
    submittedAt: 0,
    startedAt: 0,
    endedAt: 0,
    result: { status: 200, body: { video: { url } } },
    billed,
    webhooks: [],
  };
}
