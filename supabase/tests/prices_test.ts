import assert from "node:assert/strict";
import { MUSIC_MODELS, SPEECH_MODELS } from "../functions/_shared/fal/audio_models.ts";
import { MODELS } from "../functions/_shared/fal/model_table.ts";
import { DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL } from "../functions/_shared/fal/models.ts";
import { onDatabase } from "./given.ts";
import { estimate } from "./prices.ts";

Deno.test(
  "every speech and music model that can be configured has a price, and so have the usual clips",
  onDatabase(async ({ sql }) => {
    const input = { text: "A kettle", seconds: 12 };
    for (const model of SPEECH_MODELS.keys()) {
      const usd = await estimate(sql, "generate_voice", { ...input, model });
      assert(usd !== null && usd > 0, model);
    }
    for (const model of MUSIC_MODELS.keys()) {
      const usd = await estimate(sql, "generate_music", { ...input, model });
      assert(usd !== null && usd > 0, model);
    }
    const clips = await sql<{ model: string }[]>`
      select model from private.prices where kind = 'generate_clip' and source <> 'a test'`;
    const known = MODELS.map(({ endpoint }) => endpoint);
    assert(clips.length > 20);
    assert.deepEqual(clips.filter(({ model }) => !known.includes(model)), [], "misspelt");
    for (const name of [DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL]) {
      assert(clips.some(({ model }) => model === name), name);
    }
    const levelled = await estimate(sql, "level_music", {});
    assert(levelled !== null && levelled > 0);
    const sources =
      await sql`select source from private.prices where source !~ '^(https:|assumed:)'`;
    assert.deepEqual([...sources], [], "each says where it was read, or that it is assumed");
  }),
);

Deno.test(
  "with the rows that docs/services.md shows, what services of one's own do is free",
  onDatabase(async ({ sql }) => {
    const text = await Deno.readTextFile(new URL("../../docs/services.md", import.meta.url));
    const statement = /```sql\n(insert into private\.prices[^`]+)```/.exec(text)?.[1] ?? "";
    await sql.unsafe(statement.replace("our own machines", "a test"));

    const steps = [
      ["generate_clip", "video"],
      ["extract_last_frame", "lastframe"],
      [
        "stitch",
        "stitch",
      ],
      ["mux_audio", "stitch"],
      ["mix_music", "stitch"],
      ["burn_captions", "stitch"],
    ] as const;
    for (const [kind, provider] of steps) {
      assert.equal(await estimate(sql, kind, {}, provider), 0, kind);
    }
  }),
);

Deno.test(
  "a kind of step that the database knows can have a price",
  onDatabase(async ({ sql }) => {
    const priced = sql.begin(async (transaction) => {
      await transaction`alter domain private.step_kind drop constraint step_kind_is_known`;
      await transaction`
        insert into private.prices (model, kind, usd_per_call, as_of, source)
        values ('fal-ai/new', 'translate_voice', 1, current_date, 'a test')`;
      throw new Error("Undone");
    });

    await assert.rejects(priced, /^Error: Undone$/);
    await assert.rejects(
      sql`
        insert into private.prices (model, kind, usd_per_call, as_of, source)
        values ('fal-ai/new', 'translate_voice', 1, current_date, 'a test')`,
      /step_kind_is_known/,
    );
  }),
);
