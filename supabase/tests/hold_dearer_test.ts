import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { collide } from "../../tests/concurrency/races.ts";
import { changeProject } from "../functions/_shared/management/films.ts";
import { driveToTheEnd, makeAll } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only } from "./look.ts";
import { priceClips } from "./prices.ts";
import { aJob, MUSIC } from "./sound_films.ts";
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
  "nothing is begun for a film that a price has made dearer than it may be, until somebody approves",
  onDatabase(async ({ sql, db, aProject, openSession }) => {
    await priceClips(sql, 0.1);
    const scenes = ["cut", "cut", "cut"] as const;
    const film = await aProject({ scenes: [...scenes], max_cost_usd: 2 });
    await aProject({ scenes: [...scenes], video_id: "of-enough", max_cost_usd: 10 });
    const [runner, operator] = [await openSession(), await openSession()];
    await operator.sql`reset role`;

    const [begun] = await collide(
      sql,
      [runner, () => claim(runner.db, { limit: 1 })],
      [operator, async () => await raisePrice(operator.sql)],
    );

    assert.equal(only(begun).project_id, film);
    assert.deepEqual((await claim(db)).filter(({ project_id }) => project_id === film), []);
    const [held] = await sql`
      select awaiting_approval as awaits, private.committed_on(project_id) <= max_cost_usd as fits
      from public.projects where project_id = ${film}`;
    assert.deepEqual({ ...held }, { awaits: "budget", fits: true });
    await changeProject(db, "approve", { projectId: film, reason: null });
    await driveToTheEnd(db, sql);
    assert.deepEqual((await filmsIn(sql)).map(([status]) => status), ["completed", "completed"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "callbacks that come together hold the film that has become too dear, and no other one",
  onDatabase(async ({ sql, db, aProject }) => {
    await priceClips(sql, 0.1);
    await aProject({ video_id: "cheap", max_cost_usd: 1 });
    const [cheap] = await claim(db);
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('video', 'generate_clip', 2, current_date, 'a test')`;
    await aProject({ video_id: "dear", max_cost_usd: 1 });
    const [dear] = await claim(db, { providers: { ...PROVIDERS, generate_clip: "video" } });
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

Deno.test(
  "music that is mixed in is no cost still to come",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await priceClips(sql, 0.1);
    // The clip, the first frame and the mix.
    const max_cost_usd = 0.502;
    await aJob(given, { max_cost_usd, film_options: { music: MUSIC } });
    for (let left = 3; left > 0; left--) {
      const works = await claim(db);
      if (left > 1) await makeAll(db, works);
      else await fail(db, only(works), { message: "Storage is busy", retryable: true });
    }

    assert.deepEqual(await filmsIn(sql), [["stitching", max_cost_usd]]);
    await driveToTheEnd(db, sql);
    assert.deepEqual(await filmsIn(sql), [["completed", max_cost_usd]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a voice that is queued is a cost still to come, though another version has it by now",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await priceClips(sql, 0.1);
    const film_options = { speech_model: "fal-ai/kokoro/french" };
    await aJob(given, { speak: true, film_options });
    const first = await claim(db);
    const second = await aJob(given, { speak: true, film_options });
    const [told] = await filmsIn(sql);
    for (const work of first) {
      await submit(db, work);
      await callback(db, work);
    }

    await changeProject(db, "pause", { projectId: second, reason: null });
    await changeProject(db, "resume", { projectId: second, reason: null });

    assert.deepEqual((await filmsIn(sql))[1]?.[1], told?.[1]);
    await driveToTheEnd(db, sql);
    assert.deepEqual((await filmsIn(sql))[1], ["completed", told?.[1]]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
