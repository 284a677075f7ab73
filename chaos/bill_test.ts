import assert from "node:assert/strict";
import type { FalRequest } from "../local/simulators/fal/account.ts";
import { paidTwice, writtenTwice } from "./bill.ts";
import type { FilmPlan } from "./film_plan.ts";
import { request } from "./fixture.ts";
import { wrongParts } from "./wrong_parts.ts";

const FILM: FilmPlan = {
  number: 3,
  userId: "user 1",
  hasImage: false,
  scenes: ["last_frame", "last_frame"],
  isWritten: false,
  isSpoken: false,
  hasMusic: false,
  hasCaptions: false,
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

Deno.test("what is not kept may be made again for a film that was tried again, but no clip", () => {
  const frame = request({ frame_type: "last", video_url: "clip1" }, "frame1b");
  const clip = request({ prompt: "film 3 clip 1" }, "clip1b");
  const anew = new Set([3]);

  assert.deepEqual(paidTwice([...film(), frame], { anew }), []);
  assert.equal(paidTwice([...film(), clip], { anew }).length, 1);
});

Deno.test("each take of a clip is paid for once where a scene was made once more", () => {
  const again = request({ prompt: "film 3 clip 2" }, "clip2b");
  const retaken = new Set([3]);
  const paid = (clipOf: (request: FalRequest) => string) =>
    paidTwice([...film(), again], { retaken, clipOf });

  assert.deepEqual(paid(({ requestId }) => requestId), []);
  assert.deepEqual(paid(() => "chunk"), ["film 3 clip 2 chunk (2)"]);
});

Deno.test("a film with a later take is joined, and stored, of the clips that are selected", () => {
  const again = request({ prompt: "film 3 clip 2 again", image_url: "frame1" }, "clip2b");
  const join = request({ video_urls: ["clip1", "clip2b"] }, "film2");
  const requests = [...film(), again, join];
  const takes = (prompt: string, url: string) => [{ prompt: "film 3 clip 1", url: "clip1" }, {
    prompt,
    url,
  }];
  const later = takes("film 3 clip 2 again", "clip2b");
  const judge = (takes: { prompt: string; url: string }[], stored: string) =>
    wrongParts(FILM, requests, { takes, stored });

  assert.equal(judge(later, "film2"), null);
  assert.equal(judge(takes("film 3 clip 2", "clip2"), "film"), null);
  assert.match(judge(later, "film") ?? "", /made of other clips/);
  assert.match(judge(takes("film 3 clip 2", "clip2b"), "film2") ?? "", /not paid for/);
  assert.match(
    wrongParts(FILM, [...film(), again], { takes: later, stored: "film" }) ?? "",
    /not joined in order/,
  );
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
  assert.match(wrongParts(FILM, [...film().slice(0, 3), swapped]) ?? "", /not joined in order/);
  assert.match(wrongParts(FILM, [frame, join]) ?? "", /not paid for/);
});

Deno.test("a spoken film is joined from its clips with their voices, and has its music once", () => {
  const spoken: FilmPlan = { ...FILM, scenes: ["last_frame"], isSpoken: true, hasMusic: true };
  const mux = request(tracks("clip1", { sound: "voice1" }), "scene1");
  const mix = request(tracks("scene1", { sound: "scene1", music: "low" }), "film");
  const sounds = [
    request({ prompt: "film 3 clip 1" }, "clip1"),
    request({ prompt: "film 3 voice 1" }, "voice1"),
    request({ prompt: "film 3 music" }, "music"),
    request({ audio_url: "music" }, "low"),
  ];

  assert.equal(wrongParts(spoken, [...sounds, mux, mix]), null);
  assert.match(wrongParts(spoken, [...sounds, mix]) ?? "", /without its voice/);
  const silent = request(tracks("clip1", { music: "low" }), "film");
  assert.match(wrongParts(spoken, [...sounds, mux, silent]) ?? "", /music is not under it/);
  assert.equal(paidTwice([...sounds, mux, mix, mix]).length, 1);
});

Deno.test("scenes that a language model was paid for twice are named", () => {
  const call = (content: string) => ({
    model: "one",
    messages: [{ role: "system", content: "Write" }, { role: "user", content }],
    response_format: {
      type: "json_schema" as const,
      json_schema: { strict: true as const, schema: {} },
    },
  });

  assert.deepEqual(writtenTwice([call("film 1"), call("film 2"), call("film 1")]), [
    'scenes of "film 1" (2)',
  ]);
});

function tracks(film: string, others: Record<string, string>): Record<string, unknown> {
  const track = (id: string, url: string) => ({ id, keyframes: [{ url }] });
  return {
    tracks: [track("film", film), ...Object.entries(others).map(([id, url]) => track(id, url))],
  };
}

function film(): FalRequest[] {
  return [
    request({ prompt: "film 3 clip 1" }, "clip1"),
    request({ frame_type: "last", video_url: "clip1" }, "frame1"),
    request({ prompt: "film 3 clip 2", image_url: "frame1" }, "clip2"),
    request({ video_urls: ["clip1", "clip2"] }, "film"),
  ];
}
