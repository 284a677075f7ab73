import assert from "node:assert/strict";
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

Deno.test("with FAL_KEY alone fal does every step but storing and burning captions in", () => {
  const providers = configured({ ...SUPABASE, FAL_KEY: "key" });

  assert.deepEqual(providers.steps, {
    generate_clip: "fal",
    extract_last_frame: "fal",
    extract_thumbnail: "fal",
    stitch: "fal",
    generate_voice: "fal",
    generate_music: "fal",
    level_music: "fal",
    mux_audio: "fal",
    mix_music: "fal",
    store_film: "storage",
    store_captions: "storage",
    check_frame: "storage",
    cancel_request: "fal",
  });
});

Deno.test("without FAL_KEY films and captions are stored, requests cancelled and thumbnails refused, no more", () => {
  const { steps, byName } = configured(SUPABASE);

  assert.deepEqual(steps, {
    store_film: "storage",
    store_captions: "storage",
    check_frame: "storage",
    extract_thumbnail: "storage",
    cancel_request: "fal",
  });
  assert.equal(byName("fal"), null);
});

Deno.test("a provider is found by its name", () => {
  const { byName } = configured({ ...SUPABASE, FAL_KEY: "key" });

  assert.notEqual(byName("fal"), null);
  assert.notEqual(byName("storage"), null);
  assert.equal(byName("stitch"), null);
});
