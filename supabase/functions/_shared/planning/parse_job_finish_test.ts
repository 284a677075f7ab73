import assert from "node:assert/strict";
import { FAL_OFFERS } from "./finish_offers.ts";
import { jobOf, LEAST, read, wrongPaths } from "./fixture.ts";

const SPEAKING = { ...FAL_OFFERS, speechModel: "fal-ai/kokoro/american-english" };

Deno.test("how a film is finished is settled at the door, with what this installation has today", () => {
  const body = {
    video_id: "v",
    user_id: "u",
    captions: "files",
    fps: 25,
    mood: "calm",
    scenes: [{ prompt: "A", voice_over: "Hello", caption: "Hi" }],
  };

  const { film_options, metadata, scenes: [scene] } = jobOf(body, { offers: SPEAKING });

  assert.deepEqual(film_options, {
    speech_model: "fal-ai/kokoro/american-english",
    captions: "files",
    fps: 25,
  });
  assert.deepEqual(metadata, { mood: "calm" });
  assert.deepEqual([scene?.voice_over, scene?.caption, scene?.metadata], ["Hello", "Hi", {}]);
  assert.deepEqual(wrongPaths(body), ["scenes.0.voice_over"]);
});

Deno.test("what is spoken of a long prompt ends with a whole character", () => {
  const body = { ...LEAST, prompt: `${"x".repeat(4999)}🎬 and on`, voice: "af_heart" };

  const { scenes: [scene] } = jobOf(body, { offers: SPEAKING });

  assert.equal(scene?.voice_over, "x".repeat(4999));
});

Deno.test("a prompt with a voice is spoken, whoever writes its scenes; nobody to speak it is told so", () => {
  const body = { ...LEAST, prompt: "One.\n\nTwo.", voice: "Kore", transition: "fade" };
  const offers = { ...FAL_OFFERS, speechModel: "fal-ai/gemini-tts", hasStitchService: true };

  const spoken = jobOf(body, { offers, hasStoryboardModel: true });
  assert.deepEqual(spoken.scenes.map(({ voice_over }) => voice_over), ["One.", "Two."]);
  assert.deepEqual(spoken.film_options, { speech_model: "fal-ai/gemini-tts", voice: "Kore" });
  assert.deepEqual(spoken.wishes, { narrated: true, transition: "fade" });

  const scenes = [{ prompt: "One." }];
  const own = jobOf({ ...body, scenes }, { offers, hasStoryboardModel: true });
  assert.deepEqual([own.scenes[0]?.voice_over, own.wishes], [undefined, undefined]);

  assert.deepEqual(wrongPaths({ ...body, transition: null }), ["voice"]);
});

Deno.test("a job in test mode may ask for all sound there is, whatever the installation has", () => {
  const offers = { ...FAL_OFFERS, canMux: false };
  const body = {
    ...LEAST,
    captions: "burn",
    music_prompt: "A waltz",
    scenes: [{ prompt: "One", voice_over: "One.", transition: "fade" }],
  };

  assert.ok("job" in read({ ...body, executionMode: "test" }, { offers }));
  assert.ok("issues" in read({ ...body, executionMode: "production" }, { offers }));
});
