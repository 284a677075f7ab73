import assert from "node:assert/strict";
import { SPEECH_MODELS } from "../../../supabase/functions/_shared/fal/audio_models.ts";
import { VOICES } from "../../../supabase/functions/_shared/fal/voices.ts";
import { publishedSchema } from "./published_schemas.ts";

Deno.test("voices are those that fal publishes, of each model that it publishes any for", () => {
  for (const model of SPEECH_MODELS.keys()) {
    const type = publishedSchema(model)?.voice?.type ?? "";
    const published = [...type.matchAll(/"([^"]+)"/g)].map(([, name]) => name);

    assert.deepEqual(VOICES.get(model) ?? [], published, model);
  }
});
