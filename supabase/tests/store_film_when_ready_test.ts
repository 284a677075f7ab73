import assert from "node:assert/strict";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { type Given, onDatabase } from "./given.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { callback, claim, fail, outputOf, submit } from "./verbs.ts";

Deno.test(
  "store_film_when_ready waits for film and thumbnail, whichever comes last",
  onDatabase(async (given) => {
    for (const last of ["stitch", "extract_thumbnail"]) {
      const works = await stitching(given, last);
      for (const work of works.filter(({ step }) => step !== last)) await callback(given.db, work);
      assert.deepEqual(await claim(given.db), [], `before ${last}`);

      for (const work of works.filter(({ step }) => step === last)) await callback(given.db, work);

      const [store, ...others] = await claim(given.db);
      assert(store);
      assert.deepEqual([store.step, store.attempt.provider, others], ["store_film", "storage", []]);
      const made = Object.fromEntries(works.map((work) => [work.step, outputOf(work)]));
      assert.equal(store.attempt.input.film_url, made.stitch?.video_url);
      assert.equal(store.attempt.input.thumbnail_url, made.extract_thumbnail?.image_url);
      const path = new RegExp(`^${store.project_id}/[0-9a-f]{32}\\.(mp4|jpg)$`);
      assert.match(String(store.attempt.input.film_path), path);
      assert.match(String(store.attempt.input.thumbnail_path), path);
    }
  }),
);

Deno.test(
  "store_film_when_ready takes a single clip as the film",
  onDatabase(async ({ aFilmToStore, sql }) => {
    const store = await aFilmToStore();

    const [clip] = await sql`select kling_video_url from public.video_chunks`;
    assert.equal(store.attempt.input.film_url, clip?.kling_video_url);
  }),
);

Deno.test(
  "store_film_when_ready does without a thumbnail that cannot be had",
  onDatabase(async (given) => {
    const works = await stitching(given, "video-1");
    for (const work of works) {
      const broken = { state: "failed", error: { message: "No", retryable: false } } as const;
      await callback(given.db, work, work.step === "stitch" ? {} : { result: broken });
    }

    const [store] = await claim(given.db);
    assert.equal(store?.step, "store_film");
    assert.equal(store.attempt.input.thumbnail_url, null);
    assert.equal((await projectOf(given.sql, store.project_id)).status, "stitching");
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "store_film_when_ready fails the film when it cannot be stitched",
  onDatabase(async ({ db, sql, aFilmInStitching }) => {
    const projectId = await aFilmInStitching({ scenes: ["cut", "cut"] });
    for (const work of await claim(db)) {
      if (work.step === "stitch") await fail(db, work, { message: "Unlike sizes" });
    }

    const film = await projectOf(sql, projectId);
    assert.deepEqual([film.status, film.error_message], ["failed", "Unlike sizes"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

async function stitching({ db, aFilmInStitching }: Given, video: string): Promise<StepWork[]> {
  await aFilmInStitching({ scenes: ["cut", "cut"], video_id: video });
  const works = await claim(db);
  for (const work of works) await submit(db, work);
  return works;
}
