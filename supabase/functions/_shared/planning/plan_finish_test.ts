import assert from "node:assert/strict";
import { FAL_OFFERS, type FinishOffers, readFinishOffers } from "./finish_offers.ts";
import { JobFields } from "./job_fields.ts";
import { planFinish } from "./plan_finish.ts";
import { planScenes } from "./plan_scenes.ts";

const SPEECH = "fal-ai/kokoro/american-english";
const FAL = { ...FAL_OFFERS, speechModel: SPEECH };
const STITCHER: FinishOffers = { ...FAL, hasStitchService: true };
const NOBODY: FinishOffers = { ...FAL_OFFERS, canMux: false };
const MUSIC = "https://cdn.example.com/bed.mp3";
const TRACK = "https://cdn.example.com/voice.mp3";

function finish(fields: Record<string, unknown>, offers: FinishOffers = FAL) {
  const job = JobFields.parse({ video_id: "v", user_id: "u", prompt: "A shoe", ...fields });
  const plan = planScenes(job);
  assert.ok("scenes" in plan, JSON.stringify(plan));
  return planFinish(job, plan.scenes, offers);
}

function pathsOf(fields: Record<string, unknown>, offers?: FinishOffers) {
  const plan = finish(fields, offers);
  return "issues" in plan ? plan.issues.map(({ path }) => path) : [];
}

Deno.test("a job that asks for nothing has no options", () => {
  assert.deepEqual(finish({}), {});
});

Deno.test("sound, captions, size and rate are settled with the models that are configured", () => {
  const job = {
    scenes: [{ prompt: "A", voice_over: "Hello" }],
    voice: "af_heart",
    music_url: MUSIC,
    captions: "files",
    fps: 25,
    resolution: "1280x720",
  };

  assert.deepEqual(finish(job, STITCHER), {
    film_options: {
      speech_model: SPEECH,
      voice: "af_heart",
      music: { url: MUSIC, volume: 0.25, ducking: true },
      captions: "files",
      fps: 25,
      width: 1280,
      height: 720,
    },
  });
});

Deno.test("where nobody mixes with a volume, music is brought below speech beforehand, lower under a film that is heard", () => {
  const musicOf = (fields: Record<string, unknown>) => {
    const plan = finish({ music_url: MUSIC, ...fields });
    return "film_options" in plan ? plan.film_options?.music : null;
  };

  assert.deepEqual(musicOf({}), { url: MUSIC, volume: 0.25, ducking: false, loudness: -30 });
  assert.equal(musicOf({ music_volume: 1 })?.loudness, -18);
  const heard = { scenes: [{ prompt: "A", audio_url: TRACK }] };
  assert.equal(musicOf(heard)?.loudness, -36);
  assert.equal(musicOf({ ...heard, music_ducking: false })?.loudness, -30);
  const followed = { scenes: [{ prompt: "A", model: "wan-2.5", audio_url: TRACK }] };
  assert.equal(musicOf(followed)?.loudness, -36);
});

Deno.test("a stitch service is told to duck under films of any kind: their models may be heard", () => {
  const duckingOf = (fields: Record<string, unknown>) => {
    const plan = finish({ music_url: MUSIC, model: "veo-3.1", ...fields }, STITCHER);
    return "film_options" in plan ? plan.film_options?.music?.ducking : null;
  };

  assert.deepEqual([{}, { music_ducking: true }, { music_ducking: false }].map(duckingOf), [
    ...[true, true, false],
  ]);
});

Deno.test("what nobody here can do is refused at its field", () => {
  const speaking = { scenes: [{ prompt: "A", voice_over: "Hello" }] };
  const fading = { scenes: [{ prompt: "A" }, { prompt: "B", transition: "fade" }] };

  assert.deepEqual(pathsOf(speaking, FAL_OFFERS), ["scenes.0.voice_over"]);
  assert.deepEqual(pathsOf({ music_prompt: "A waltz" }), ["music_prompt"]);
  assert.deepEqual(pathsOf({ music_url: MUSIC, music_prompt: "A waltz" }), ["music_prompt"]);
  assert.deepEqual(pathsOf({ captions: "burn", transition: "fade" }), ["captions", "transition"]);
  assert.deepEqual(pathsOf(fading), ["scenes.1.transition"]);
  assert.deepEqual(pathsOf(fading, STITCHER), []);
  assert.deepEqual(pathsOf({ captions: "burn" }, STITCHER), []);
  const heard = { scenes: [{ prompt: "A", audio_url: TRACK }], music_url: MUSIC };
  assert.deepEqual(pathsOf(heard, NOBODY), ["scenes.0.audio_url", "music_url"]);
});

Deno.test("a size or rate that nobody here makes is refused with both who could", () => {
  const plan = finish({ fps: 25, resolution: "1280x720" }, NOBODY);

  const message = "Needs FAL_KEY or STITCH_SERVICE_URL: nobody here joins clips";
  assert.deepEqual(plan, {
    issues: [{ path: "fps", message }, { path: "resolution", message }],
  });
});

Deno.test("a voice that the model does not have is refused with those that it has", () => {
  const spoken = (voice: string | null, speechModel = SPEECH) => {
    const scenes = [{ prompt: "A", voice_over: "Hello" }];
    const plan = finish({ scenes, voice }, { ...FAL, speechModel });
    return "issues" in plan ? plan.issues : plan.film_options?.voice;
  };

  assert.equal(spoken("af_heart"), "af_heart");
  assert.equal(spoken(null), undefined);
  assert.equal(spoken("any", "fal-ai/elevenlabs/tts/eleven-v3"), "any");
  const [issue] = [spoken("Rachel") ?? []].flat();
  assert.ok(typeof issue === "object");
  assert.equal(issue.path, "voice");
  assert.match(issue.message, /^fal-ai\/kokoro\/american-english offers af_heart, af_alloy, /);
  assert.ok("film_options" in finish({ voice: "Rachel", music_url: MUSIC }), "nothing is spoken");
});

Deno.test("fal mixes only what has a known length", () => {
  const job = {
    image_url: "https://cdn.example.com/a.png",
    music_url: MUSIC,
    scenes: [{
      prompt: "A",
      model: "kling-2.6-pro-motion",
      driver_video_url: "https://cdn.example.com/dance.mp4",
    }],
  };

  assert.deepEqual(pathsOf(job), ["music_url"]);
  assert.deepEqual(pathsOf(job, STITCHER), []);
});

Deno.test("a sound track goes to a model that takes one, and under the clip of any other", () => {
  const trackOf = (model: string) => {
    const job = JobFields.parse({
      ...{ video_id: "v", user_id: "u", image_url: "https://cdn.example.com/a.png" },
      scenes: [{ prompt: "A", model, audio_url: TRACK }],
    });
    const plan = planScenes(job);
    assert.ok("scenes" in plan, JSON.stringify(plan));
    return [plan.scenes[0]?.audio_url, plan.scenes[0]?.chunks[0]?.audio_url];
  };

  assert.deepEqual(trackOf("kling-2.5-turbo-pro"), [TRACK, TRACK]);
  assert.deepEqual(trackOf("wan-2.5"), [undefined, TRACK]);
});

Deno.test("where a model follows a sound track, no voice is put over it, and its words are read", () => {
  const finished = (more: Record<string, unknown>) => {
    const scene = { prompt: "A", model: "wan-2.5", audio_url: TRACK, voice_over: "Hello", ...more };
    const plan = planScenes(JobFields.parse({ video_id: "v", user_id: "u", scenes: [scene] }));
    assert.ok("scenes" in plan, JSON.stringify(plan));
    const { voice_over, caption, chunks } = plan.scenes[0] ?? {};
    return [voice_over, caption, chunks?.[0]?.audio_url];
  };

  assert.deepEqual(finished({}), [undefined, "Hello", TRACK]);
  assert.deepEqual(finished({ caption: "Hi" }), [undefined, "Hi", TRACK]);
  assert.deepEqual(finished({ audio_url: null }), ["Hello", undefined, null]);
});

Deno.test("a caption may be empty, a voice-over says something", () => {
  const fields = (scene: Record<string, unknown>) =>
    JobFields.safeParse({ video_id: "v", user_id: "u", scenes: [{ prompt: "A", ...scene }] });

  assert.ok(fields({ caption: "" }).success);
  assert.ok(!fields({ voice_over: " " }).success);
});

Deno.test("a caption of nothing but spaces is none", () => {
  const captions = [" \n", "\u00a0\u3000", "", " Hi "].map((caption) => {
    const scenes = [{ prompt: "A", caption }];
    const plan = planScenes(JobFields.parse({ video_id: "v", user_id: "u", scenes }));
    return "scenes" in plan ? plan.scenes[0]?.caption : plan;
  });

  assert.deepEqual(captions, ["", "", "", "Hi"]);
});

Deno.test("sizes are even and of a kind that can be made", () => {
  const size = (resolution: string) =>
    JobFields.safeParse({ video_id: "v", user_id: "u", prompt: "A", resolution }).success;

  assert.deepEqual(["1280x720", "512x2048", "1281x720", "100x100", "4096x720", "720p"].map(size), [
    ...[true, true, false, false, false, false],
  ]);
});

Deno.test("a speech model that nobody knows how to ask is as none, and fal's models need fal's key", () => {
  const offers = (variables: Record<string, string>) => readFinishOffers((name) => variables[name]);

  assert.deepEqual(offers({ FAL_KEY: "k", SPEECH_MODEL: SPEECH, MUSIC_MODEL: "fal-ai/lyria2" }), {
    speechModel: SPEECH,
    musicModel: "fal-ai/lyria2",
    hasStitchService: false,
    canMux: true,
  });
  assert.equal(offers({ FAL_KEY: "k", SPEECH_MODEL: "fal-ai/unknown" }).speechModel, null);
  assert.deepEqual(offers({ SPEECH_MODEL: SPEECH }), { ...NOBODY });
  assert.equal(offers({ STITCH_SERVICE_URL: "https://s.example.com" }).canMux, true);
});
