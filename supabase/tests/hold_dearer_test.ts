import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { changeProject } from "../functions/_shared/management.ts";
import { driveToTheEnd } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only } from "./look.ts";
import { priceClips } from "./prices.ts";
import { callback, callbackOf, claim, fail, PROVIDERS, submit } from "./verbs.ts";

const raisePrice = (sql: Sql) =>
  sql`
    update private.prices set usd_per_second = 0.4
    where model = 'fal-ai/some-model' and kind = 'generate_clip'`;

async function filmsIn(sql: Sql): Promise<[status: string, usd: number][]> {
  const rows = await sql<{ status: string; usd: number }[]>`
    select status, estimated_cost_usd::float8 as usd from public.projects order by project_id`;
  return rows.map(({ status, usd }) => [status, usd]);
}

Deno.test(
  "a price that is raised while a film is on its way raises its estimate, and holds it at its budget",
  onDatabase(async ({ sql, db, aProject }) => {
    await priceClips(sql, 0.1);
    await aProject({ video_id: "of-any-price" });
    await aProject({ video_id: "of-a-dollar", max_cost_usd: 1 });
    await raisePrice(sql);

    for (const clip of await claim(db)) {
      await submit(db, clip);
      await callback(db, clip);
    }

    // Two for the clip, and the first frame.
    assert.deepEqual(await filmsIn(sql), [["stitching", 2.001], ["paused", 2.001]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "callbacks that come together hold the film that has become too dear, and no other one",
  onDatabase(async ({ sql, db, aProject }) => {
    await priceClips(sql, 0.1);
    await aProject({ video_id: "cheap", max_cost_usd: 1 });
    const [cheap] = await claim(db);
    await aProject({ video_id: "dear", max_cost_usd: 1 });
    await raisePrice(sql);
    const [dear] = await claim(db);
    assert(cheap && dear);
    for (const clip of [cheap, dear]) await submit(db, clip);

    await db.call(
      "receive_callbacks",
      { p_callbacks: [callbackOf(dear), callbackOf(cheap)] },
      z.tuple([z.looseObject({}), z.looseObject({})]),
    );

    assert.deepEqual(await filmsIn(sql), [["stitching", 0.501], ["paused", 2.001]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a film of which another provider does a step than its job named is estimated anew",
  onDatabase(async ({ sql, db, aProject }) => {
    await priceClips(sql, 0.1);
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('lastframe', 'extract_last_frame', 2, current_date, 'a test')`;
    await aProject({ scenes: ["cut", "last_frame"], max_cost_usd: 1.1, providers: PROVIDERS });
    const clip = only(await claim(db));
    await submit(db, clip);
    await callback(db, clip);
    const frame = only(
      await claim(db, { providers: { ...PROVIDERS, extract_last_frame: "lastframe" } }),
    );
    await submit(db, frame);
    await callback(db, frame);

    assert.deepEqual(await filmsIn(sql), [["paused", 3.001]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a film that ends with a step that is dearer than it was was estimated at what it cost",
  onDatabase(async ({ sql, db, aProject }) => {
    await priceClips(sql, 0.1);
    const cancelled = await aProject({ video_id: "cancelled" });
    await aProject({ video_id: "failed" });
    await raisePrice(sql);
    const works = await claim(db);
    for (const work of works) await submit(db, work);
    const failing = works.find(({ project_id }) => project_id !== cancelled);
    assert(failing);

    await changeProject(db, "cancel", { projectId: cancelled, reason: null });
    await callback(db, failing, {
      result: { state: "failed", error: { message: "No", retryable: false } },
    });

    assert.deepEqual(await filmsIn(sql), [["cancelled", 2], ["failed", 2]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a thumbnail of another provider that took its price, and failed, is in the estimate of the film that goes on",
  onDatabase(async ({ sql, db, aFilmInStitching }) => {
    await priceClips(sql, 0.1);
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('lastframe', 'extract_thumbnail', 1, current_date, 'a test')`;
    await aFilmInStitching();
    const thumbnail = only(
      await claim(db, { providers: { ...PROVIDERS, extract_thumbnail: "lastframe" } }),
    );
    await submit(db, thumbnail);

    await callback(db, thumbnail, {
      result: { state: "failed", error: { message: "No", retryable: false } },
    });

    assert.deepEqual((await filmsIn(sql)).map(([status]) => status), ["stitching"]);
    assert.deepEqual(await brokenInvariants(sql), []);
    await driveToTheEnd(db, sql);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a thumbnail that failed is not asked for again by itself: it does not make the film dearer than it may be",
  onDatabase(async ({ sql, db, aFilmInStitching }) => {
    await priceClips(sql, 0.1);
    await aFilmInStitching({ scenes: ["cut", "cut"], max_cost_usd: 1.001 });
    const works = await claim(db);
    const thumbnail = works.find(({ step }) => step === "extract_thumbnail");
    const stitch = works.find(({ step }) => step === "stitch");
    assert(thumbnail && stitch);
    await submit(db, thumbnail);
    await callback(db, thumbnail, {
      result: { state: "failed", error: { message: "No", retryable: false } },
    });

    await fail(db, stitch, { message: "fal is busy", retryable: true });

    assert.deepEqual(await filmsIn(sql), [["stitching", 1.001]]);
    await driveToTheEnd(db, sql);
    assert.deepEqual(await filmsIn(sql), [["completed", 1.001]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
