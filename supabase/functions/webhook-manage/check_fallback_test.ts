import assert from "node:assert/strict";
import { checkFallback, takesEndFrame } from "./check_fallback.ts";

const KLING = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video";

function problems(model: string, fallback: string): string[] {
  return checkFallback(model, fallback).map(({ message }) => message.replace(`${fallback} `, ""));
}

Deno.test("an endpoint that takes all that the first does may stand in for it", () => {
  assert.deepEqual(problems(KLING, "fal-ai/kling-video/v2.1/master/image-to-video"), []);
  assert.deepEqual(problems(KLING, "fal-ai/kling-video/v3/pro/image-to-video"), []);
});

Deno.test("one that lacks a length, an image or a driver may not, and neither may a stranger", () => {
  assert.deepEqual(problems(KLING, "fal-ai/veo3.1/image-to-video"), [
    "does not offer 5, 10 seconds",
  ]);
  assert.deepEqual(problems(KLING, "fal-ai/kling-video/v2.5-turbo/pro/text-to-video"), [
    "starts from no image",
  ]);
  assert.deepEqual(problems(KLING, "fal-ai/kling-video/v2.6/pro/motion-control"), [
    "does not offer 5, 10 seconds",
    "follows a driver video",
  ]);
  assert.deepEqual(checkFallback(KLING, "kling"), [
    { path: "fallback", message: 'Unknown endpoint "kling"' },
  ]);
});

Deno.test("a model that can end with an image of ours is known for it", () => {
  const at = "fal-ai/kling-video/v2.5-turbo";
  assert.equal(takesEndFrame(`${at}/pro/image-to-video`), true);
  assert.equal(takesEndFrame(`${at}/standard/image-to-video`), false);
  assert.equal(takesEndFrame("nobody/knows"), false);
});
