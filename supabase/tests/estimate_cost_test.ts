import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { estimate } from "./prices.ts";
import { callback, claim, complete, fail, moveClock, outputOf, submit } from "./verbs.ts";

Deno.test(
  "estimate_cost is the model's price for the seconds that were ordered, and unknown without a price",
  onDatabase(async ({ sql }) => {
    await price(sql, "fal-ai/a", { second: 0.07 });
    await price(sql, "fal-ai/b", { call: 0.3 });
    await price(sql, "fal-ai/c", { second: 0.1, call: 0.5 });
    const input = { duration: 5, chunk_id: null };

    assert.equal(await estimate(sql, "generate_clip", { ...input, model: "fal-ai/a" }), 0.35);
    assert.equal(await estimate(sql, "generate_clip", { ...input, model: "fal-ai/b" }), 0.3);
    assert.equal(await estimate(sql, "generate_clip", { ...input, model: "fal-ai/c" }), 1);
    assert.equal(await estimate(sql, "generate_clip", { ...input, model: "fal-ai/d" }), null);
    assert.equal(
      await estimate(sql, "generate_clip", { model: "fal-ai/c", duration: null }),
      null,
      "nobody knows how long it will be",
    );
  }),
);

Deno.test(
  "estimate_cost takes fal's price only for what fal does; a service has a price of its own",
  onDatabase(async ({ sql }) => {
    await price(sql, "fal-ai/a", { second: 0.07 });
    const input = { model: "fal-ai/a", duration: 5 };
    assert.equal(await estimate(sql, "generate_clip", input, "video"), null);

    await price(sql, "video", { call: 0.01 });

    assert.equal(await estimate(sql, "generate_clip", input, "video"), 0.01);
  }),
);

Deno.test(
  "sound is priced by its endpoint: a scene's by its seconds, one of open length by the other endpoint",
  onDatabase(async ({ sql }) => {
    const scene = { audio_url: "a", seconds: 5 };
    assert.equal(await estimate(sql, "mux_audio", scene), 0.001);
    assert.equal(await estimate(sql, "mux_audio", { ...scene, seconds: null }), null);
    assert.equal(await estimate(sql, "mix_music", { seconds: 60 }), 0.012);
    assert.equal(await estimate(sql, "mix_music", { seconds: 60 }, "stitch"), null);
  }),
);

Deno.test(
  "captions that a service burns in by the second have a price as long as the film",
  onDatabase(async ({ sql, aProject }) => {
    await price(sql, "fal-ai/some-model", { second: 0.07 });
    await price(sql, "stitch", { second: 0.01, kind: "burn_captions" });
    const project_id = await aProject({ scenes: ["cut"], film_options: { captions: "burn" } });

    const [film] = await sql`
      select estimated_cost_usd::float8 as usd from public.projects where project_id = ${project_id}`;
    // A clip of five seconds, a thumbnail, and the captions.
    assert.equal(film?.usd, 0.401);
    assert.equal(await estimate(sql, "burn_captions", { project_id }, "stitch"), 0.05);
  }),
);

Deno.test(
  "a voice is priced by its characters, and one whose text nobody knows has no price",
  onDatabase(async ({ sql }) => {
    await price(sql, "fal-ai/spoken", { call: 0.01, character: 0.002, kind: "generate_voice" });
    const model = "fal-ai/spoken";

    assert.equal(await estimate(sql, "generate_voice", { model, text: "Grüße 🦊" }), 0.024);
    assert.equal(await estimate(sql, "generate_voice", { model }), null);
  }),
);

Deno.test(
  "begin_attempts keeps the estimate: of a frame by its clip's seconds, of a clip null without a price",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const clip = await aSubmittedClip({ scenes: ["last_frame", "last_frame"] });
    await callback(db, clip);
    await claim(db);

    assert.deepEqual(await costs(sql), [
      { kind: "generate_clip", estimated: null, actual: null },
      { kind: "extract_last_frame", estimated: 0.001, actual: null },
    ]);
  }),
);

Deno.test(
  "complete_attempt keeps what the provider says that it cost",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    await price(sql, "fal-ai/some-model", { second: 0.07 });
    const clip = await aSubmittedClip();
    await callback(db, clip, { result: { output: { ...outputOf(clip), cost_usd: 0.42 } } });

    assert.deepEqual(await costs(sql), [
      { kind: "generate_clip", estimated: 0.35, actual: 0.42 },
    ]);
    const [day] = await sql`select * from private.cost_by_user_and_day`;
    assert.deepEqual(
      [day?.user_id, Number(day?.usd), Number(day?.actual_usd), Number(day?.unpriced)],
      ["user-1", 0.42, 0.42, 0],
    );
  }),
);

Deno.test(
  "a clip that the provider says was dearer raises the film's estimate, and holds it at its budget",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await price(sql, "fal-ai/some-model", { second: 0.07 });
    for (const [max_cost_usd, status] of [[null, "generating"], [1, "paused"]] as const) {
      const clip = await aClaimedClip({
        ...{ video_id: `video-${max_cost_usd}`, scenes: ["cut", "last_frame"] },
        ...(max_cost_usd && { max_cost_usd }),
      });
      await submit(db, clip);
      await callback(db, clip, { result: { output: { ...outputOf(clip), cost_usd: 0.8 } } });

      const [film] = await sql`
        select status, estimated_cost_usd::float8 as usd from public.projects
        where project_id = ${clip.project_id}`;
      // Of which 0.35 are the other clip, 0.002 a frame and a thumbnail.
      assert.deepEqual([film?.status, film?.usd], [status, 1.152]);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "cost_by_project: what was refused costs nothing, and what has no price is counted as such",
  onDatabase(async ({ sql, db, aClaimedClip, aSubmittedClip }) => {
    await price(sql, "fal-ai/some-model", { second: 0.07 });
    const refused = await aClaimedClip();
    await fail(db, refused, { retryable: true });
    await moveClock(sql, 3);
    const [again] = await claim(db);
    assert(again);
    await submit(db, again);
    await sql`delete from private.prices where source = 'a test'`;
    const unpriced = await aSubmittedClip({ video_id: "video-2", user_id: "user-2" });

    const rows = await sql`select * from private.cost_by_project order by user_id`;

    assert.deepEqual(
      rows.map((row) => [row.project_id, row.attempts, row.unpriced, row.usd].map(String)),
      [[refused.project_id, "2", "0", "0.35"], [unpriced.project_id, "1", "1", "0"]],
    );
  }),
);

Deno.test(
  "cost_by_project: giving a request up is no cost of the film",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await sql`select public.cancel_project(${work.project_id})`;
    const [giveUp] = await claim(db);
    assert.equal(giveUp?.step, "cancel_request");
    await complete(db, giveUp);

    const [row] = await sql`select attempts from private.cost_by_project`;

    assert.equal(Number(row?.attempts), 1);
  }),
);

async function price(
  sql: Sql,
  model: string,
  { second = null, call = null, character = null, kind = "generate_clip" }: {
    second?: number | null;
    call?: number | null;
    character?: number | null;
    kind?: string;
  },
): Promise<void> {
  await sql`
    insert into private.prices (
      model, kind, usd_per_second, usd_per_call, usd_per_character, as_of, source
    )
    values (${model}, ${kind}, ${second}, ${call}, ${character}, current_date, 'a test')`;
}

async function costs(sql: Sql) {
  const rows = await sql`
    select kind, estimated_cost_usd::float8 as estimated, actual_cost_usd::float8 as actual
    from private.attempts join private.steps using (step_id) order by attempts.created_at`;
  return [...rows];
}
