import assert from "node:assert/strict";
import {
  type PublishedSchema,
  publishedSchema,
} from "../../local/simulators/fal/published_schemas.ts";
import type { Model } from "../../supabase/functions/_shared/fal/model_row.ts";
import { MODELS } from "../../supabase/functions/_shared/fal/model_table.ts";

/** fal has it, and its client does not list it. */
const UNLISTED = "fal-ai/kling-video/v2.1/pro/image-to-video";

const START_FRAMES = ["image_url", "start_image_url", "first_frame_url"];
const END_FRAMES = ["end_image_url", "tail_image_url", "last_frame_url"];

const LISTED: readonly [Model, PublishedSchema][] = MODELS.flatMap((model) => {
  const schema = publishedSchema(model.endpoint);
  return schema === null ? [] : [[model, schema]];
});

function choices({ type }: { type: string }): string[] | null {
  const found = [...type.matchAll(/"([^"]*)"/g)].map(([, one = ""]) => one);
  return found.length === 0 ? null : found;
}

function oneOf(names: readonly string[], schema: PublishedSchema): string | null {
  return names.find((name) => Object.hasOwn(schema, name)) ?? null;
}

Deno.test("fal publishes every model of the table, but one", () => {
  const missing = MODELS.filter(({ endpoint }) => publishedSchema(endpoint) === null);

  assert.deepEqual(missing.map(({ endpoint }) => endpoint), [UNLISTED]);
});

Deno.test("start frame, end frame, driver, sound and prompt are those that fal publishes", () => {
  for (const [model, schema] of LISTED) {
    const follows = model.driver !== null;
    assert.deepEqual({
      start: model.startFrame,
      needsImage: model.needsImage,
      end: model.endFrame,
      driver: model.driver,
      audio: model.audio,
      prompt: model.takesPrompt,
    }, {
      start: oneOf(START_FRAMES, schema),
      needsImage: schema[model.startFrame ?? ""]?.required ?? false,
      end: oneOf(END_FRAMES, schema),
      driver: follows && schema.video_url?.required ? "video_url" : null,
      audio: oneOf(["audio_url"], schema),
      prompt: Object.hasOwn(schema, "prompt"),
    }, model.endpoint);
  }
});

Deno.test("the lengths on offer are written as fal writes them, all of them", () => {
  for (const [{ endpoint, seconds, durationAs }, { duration }] of LISTED) {
    assert.equal(durationAs === null, duration === undefined, endpoint);
    if (duration === undefined) continue;

    const words = seconds.map((one) => durationAs === "digits_s" ? `${one}s` : `${one}`);
    const published = choices(duration);
    if (published) assert.deepEqual(words, published, endpoint);
    else assert.ok(words.includes(duration.usual ?? ""), endpoint);
    assert.equal(durationAs === "number", duration.type === "number", endpoint);
  }
});

Deno.test("the aspect ratios on offer are fal's, all but auto", () => {
  for (const [{ endpoint, aspectRatios }, { aspect_ratio }] of LISTED) {
    const published = aspect_ratio && choices(aspect_ratio)?.filter((one) => one !== "auto");
    assert.deepEqual(aspectRatios?.toSorted(), published?.toSorted(), endpoint);
  }
});

Deno.test("what fal requires is sent, or known to be missing", () => {
  for (const [model, schema] of LISTED) {
    const required = Object.entries(schema).filter(([, field]) => field.required);
    const sent = new Set([
      ...(model.takesPrompt ? ["prompt"] : []),
      ...[model.startFrame, model.driver],
      ...Object.keys(model.fixed),
    ]);
    const unmet = required.map(([name]) => name).filter((name) => !sent.has(name));
    assert.deepEqual(unmet, [...model.unmet], model.endpoint);
  }
});

Deno.test("what is sent always is one of fal's own choices", () => {
  for (const [{ endpoint, fixed }, schema] of LISTED) {
    for (const [name, value] of Object.entries(fixed)) {
      const field = schema[name];
      assert.ok(field && choices(field)?.includes(String(value)), `${endpoint} ${name}`);
    }
  }
});
