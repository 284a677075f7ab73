import assert from "node:assert/strict";
import { chosenProviders } from "./planning/chosen_providers.ts";
import { configureProviders, type Providers } from "./providers.ts";

const SUPABASE = {
  SUPABASE_URL: "https://project.supabase.co",
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
};

function configured(variables: Record<string, string>): Providers {
  return configureProviders({
    get: (name) => variables[name],
    fetch,
    now: () => 0,
    log: () => {},
  });
}

Deno.test("with FAL_KEY alone fal does every step but storing, and captions are burnt into films in test mode alone", () => {
  const providers = configured({ ...SUPABASE, FAL_KEY: "key" });

  assert.deepEqual(providers.steps, {
    storyboard: "storage",
    reframe_image: "fal",
    generate_clip: "fal",
    extract_last_frame: "fal",
    extract_thumbnail: "fal",
    stitch: "fal",
    generate_voice: "fal",
    generate_music: "fal",
    level_music: "fal",
    mux_audio: "fal",
    mix_music: "fal",
    burn_captions: "test",
    store_film: "storage",
    store_captions: "storage",
    check_frame: "storage",
    cancel_request: "fal",
  });
});

Deno.test("without FAL_KEY only what costs nothing is done, and films in test mode", () => {
  const { steps, byName } = configured(SUPABASE);

  assert.deepEqual(steps, {
    storyboard: "storage",
    reframe_image: "storage",
    generate_clip: "test",
    extract_last_frame: "test",
    stitch: "test",
    generate_voice: "test",
    generate_music: "test",
    level_music: "test",
    mux_audio: "test",
    mix_music: "test",
    burn_captions: "test",
    store_film: "storage",
    store_captions: "storage",
    check_frame: "storage",
    extract_thumbnail: "storage",
    cancel_request: "fal",
  });
  assert.equal(byName("fal"), null);
});

Deno.test("calls to fal and to a language model are announced: whoever takes an Idempotency-Key may be called twice", () => {
  const services = {
    VIDEO_GENERATION_SERVICE: "https://video.example.com",
    VIDEO_GENERATION_API_KEY: "key",
    WEBHOOK_BASE_URL: "https://project.supabase.co/functions/v1",
  };

  assert.deepEqual(configured({ ...SUPABASE, ...services, FAL_KEY: "key" }).announced, ["fal"]);
  assert.deepEqual(configured({ ...SUPABASE, ...services }).announced, []);
  assert.deepEqual(configured({ ...SUPABASE, ...services, OPENAI_API_KEY: "key" }).announced, [
    "openai",
  ]);
});

Deno.test("a provider is found by its name", () => {
  const { byName } = configured({ ...SUPABASE, FAL_KEY: "key" });

  assert.notEqual(byName("fal"), null);
  assert.notEqual(byName("storage"), null);
  assert.equal(byName("stitch"), null);
});

Deno.test("a door estimates by the providers that the runner will use", () => {
  const choices = ["FAL_KEY", "OPENAI_API_KEY", "VIDEO_GENERATION_SERVICE", "STITCH_SERVICE_URL"];
  for (let chosen = 0; chosen < 2 ** choices.length; chosen++) {
    const variables: Record<string, string> = {
      ...SUPABASE,
      VIDEO_WEBHOOK_SECRET: "secret",
      STITCH_WEBHOOK_SECRET: "secret",
      ...Object.fromEntries(
        choices.filter((_, i) => chosen & 1 << i).map((name) => [name, "https://a.example"]),
      ),
    };
    const {
      store_film: _film,
      store_captions: _captions,
      check_frame: _frame,
      cancel_request: _cancel,
      ...steps
    } = configured(variables).steps;

    assert.deepEqual(
      chosenProviders((name) => variables[name]),
      steps,
      Object.keys(variables).join(),
    );
  }
});
