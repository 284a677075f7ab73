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

Deno.test("with FAL_KEY alone fal does every step but storing", () => {
  const providers = configured({ ...SUPABASE, FAL_KEY: "key" });

  assert.deepEqual(providers.steps, {
    generate_clip: "fal",
    extract_last_frame: "fal",
    extract_thumbnail: "fal",
    stitch: "fal",
    store_film: "storage",
    cancel_request: "fal",
  });
});

Deno.test("without FAL_KEY films are stored, requests cancelled and thumbnails refused, no more", () => {
  const { steps, byName } = configured(SUPABASE);

  assert.deepEqual(steps, {
    store_film: "storage",
    extract_thumbnail: "storage",
    cancel_request: "fal",
  });
  assert.equal(byName("fal"), null);
});

Deno.test("calls to fal alone are announced: whoever takes an Idempotency-Key may be called twice", () => {
  const services = {
    VIDEO_GENERATION_SERVICE: "https://video.example.com",
    VIDEO_GENERATION_API_KEY: "key",
    WEBHOOK_BASE_URL: "https://project.supabase.co/functions/v1",
  };

  assert.deepEqual(configured({ ...SUPABASE, ...services, FAL_KEY: "key" }).announced, ["fal"]);
  assert.deepEqual(configured({ ...SUPABASE, ...services }).announced, []);
});

Deno.test("a provider is found by its name", () => {
  const { byName } = configured({ ...SUPABASE, FAL_KEY: "key" });

  assert.notEqual(byName("fal"), null);
  assert.notEqual(byName("storage"), null);
  assert.equal(byName("stitch"), null);
});
