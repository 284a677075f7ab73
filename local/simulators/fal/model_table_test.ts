import assert from "node:assert/strict";
import { MODELS } from "../../../supabase/functions/_shared/fal/model_table.ts";
import type { Model } from "../../../supabase/functions/_shared/fal/model_row.ts";
import { falInput } from "../../../supabase/functions/_shared/fal/models.ts";
import { TEXT_MODEL, withFal } from "./fal_fixture.ts";

const URL = "https://files.example.com";

/** A clip that has everything a clip can have. */
function fullClip({ endpoint, seconds, aspectRatios }: Model) {
  return {
    model: endpoint,
    prompt: "A fox in the snow",
    duration: seconds.at(-1) ?? null,
    aspect_ratio: aspectRatios?.[0] ?? "9:16",
    image_url: `${URL}/fox.png`,
    end_image_url: `${URL}/hole.png`,
    driver_video_url: `${URL}/dance.mp4`,
    audio_url: `${URL}/voice.mp3`,
  };
}

Deno.test("fal takes what every model of the table is asked for, with all that a clip can have and with the least", async () => {
  await withFal(async ({ fal, post }) => {
    fal.behave({ stuck: true });
    for (const model of MODELS) {
      const full = fullClip(model);
      const least = {
        ...full,
        duration: null,
        aspect_ratio: null,
        end_image_url: null,
        audio_url: null,
      };
      for (const clip of model.unmet.length > 0 ? [] : [full, least]) {
        const answer = await post(model.endpoint, falInput(clip));
        const words = `${model.endpoint} ${await answer.text()}`;
        assert.equal(answer.status, 200, words);
      }
    }
    const asked = MODELS.filter(({ unmet }) => unmet.length === 0);
    assert.equal(fal.requests.length, 2 * asked.length);
  });
});

Deno.test("fal refuses a model of the table for what no job can say, and for nothing else", async () => {
  await withFal(async ({ post }) => {
    const unmet = MODELS.filter((model) => model.unmet.length > 0);
    assert.ok(unmet.length > 0);
    for (const model of unmet) {
      const answer = await post(
        model.endpoint,
        falInput({ ...fullClip(model), end_image_url: null }),
      );
      const { detail } = await answer.json();
      const missing = detail.map((
        { loc, type }: { loc: string[]; type: string },
      ) => [type, loc[1]]);
      assert.deepEqual(missing, model.unmet.map((name) => ["missing", name]), model.endpoint);
    }
  });
});

Deno.test("fal refuses a parameter that the model does not have", async () => {
  await withFal(async ({ fal, post }) => {
    const answer = await post(TEXT_MODEL, { prompt: "x", image_url: `${URL}/fox.png` });
    const { detail: [first] } = await answer.json();
    assert.deepEqual([answer.status, first.loc, first.type], [
      422,
      ["body", "image_url"],
      "extra_forbidden",
    ]);
    assert.equal(fal.requests.length, 0);
  });
});
