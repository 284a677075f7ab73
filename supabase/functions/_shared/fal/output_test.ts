import assert from "node:assert/strict";
import { readOutput } from "./output.ts";

const CLIP = "https://v3.fal.media/files/x/out.mp4";
const FRAME = "https://v3.fal.media/files/x/frame.jpg";

Deno.test("a clip is found wherever fal's models put it", () => {
  assert.deepEqual(readOutput({ video: { url: CLIP, content_type: "video/mp4" } }), {
    video_url: CLIP,
  });
  assert.deepEqual(readOutput({ videos: [{ url: CLIP }] }), { video_url: CLIP });
  assert.deepEqual(readOutput({ video_url: CLIP, thumbnail_url: FRAME }), {
    video_url: CLIP,
    thumbnail_url: FRAME,
  });
});

Deno.test("a frame is found in a list of images and as a single one, with its size", () => {
  const images = [{ url: FRAME, width: 720, height: 1280 }];

  assert.deepEqual(readOutput({ images }), {
    image_url: FRAME,
    images,
    width: 720,
    height: 1280,
  });
  assert.equal(readOutput({ image: { url: FRAME } })?.image_url, FRAME);
  assert.equal(readOutput({ image_url: FRAME })?.image_url, FRAME);
});

Deno.test("a clip's length and size come with it, as far as fal tells them", () => {
  const result = {
    seed: 7,
    video: { url: CLIP, duration: 5.04, fps: 24, width: 720, height: null },
  };

  assert.deepEqual(readOutput(result), { video_url: CLIP, duration: 5.04, fps: 24, width: 720 });
});

Deno.test("what is of an unexpected kind is passed over, not the whole result", () => {
  const result = { video: { url: CLIP, duration: "five" }, images: "none", thumbnail: 3 };

  assert.deepEqual(readOutput(result), { video_url: CLIP });
});

Deno.test("a figure that no column could hold is passed over", () => {
  const result = { video: { url: CLIP, width: 9007199254740993, height: 2_147_483_647 } };

  assert.deepEqual(readOutput(result), { video_url: CLIP, height: 2_147_483_647 });
});

Deno.test("a result without a file is null", () => {
  for (const result of [null, "done", 3, [], {}, { seed: 1 }, { video: null }, { images: [] }]) {
    assert.equal(readOutput(result), null);
  }
});

Deno.test("a scheme in capitals is the same", () => {
  assert.equal(
    readOutput({ video_url: CLIP.replace("https", "HTTPS") })?.video_url,
    `HTTPS${CLIP.slice(5)}`,
  );
});

Deno.test("something else than an http URL is no file", () => {
  assert.equal(readOutput({ video: { url: "file:///etc/passwd" } }), null);
  assert.equal(readOutput({ video_url: "" }), null);
});
