import assert from "node:assert/strict";
import { changeProject, regenerateScene } from "../functions/_shared/management/films.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { sceneIdsOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, eventsOf, only, projectOf, stepsOf } from "./look.ts";
import { callback, claim, claimDeliveries, complete, PROVIDERS, submit } from "./verbs.ts";

Deno.test(
  "complete_project gives the film its URL, thumbnail, length, media and one delivery",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    const work = await aFilmToStore({ scenes: ["last_frame", "last_frame", "cut"] });

    assert.equal(await complete(db, work), "applied");

    const film = await projectOf(sql, work.project_id);
    assert.deepEqual([film.status, film.progress], ["completed", 100]);
    assert.equal(film.final_video_url, `https://made.test/${work.step_id}.mp4`);
    assert.equal(film.thumbnail_url, `https://made.test/${work.step_id}.jpg`);
    const media =
      await sql`select type, count(*)::int as n from public.media group by 1 order by 1`;
    assert.deepEqual(media.map(({ type, n }) => [type, n]), [
      ["film", 1],
      ["frame", 1],
      ["generated-video", 3],
      ["thumbnail", 1],
    ]);
    const [row] = await sql`select duration::float8, completed_at from public.projects`;
    assert.equal(row?.duration, 15);
    assert.notEqual(row?.completed_at, null);
    assert.equal((await claimDeliveries(db)).length, 1);
    assert.deepEqual(await claim(db), []);
    assert((await stepsOf(sql, work.project_id)).every((step) => step.endsWith(" completed")));
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "complete_project tells the whole story of a film in its timeline",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    const work = await aFilmToStore();
    await complete(db, work);

    assert.deepEqual(await eventsOf(sql, work.project_id), [
      "project.queued",
      "step.queued",
      "project.generating",
      "scene.generating",
      "chunk.submitted",
      "step.completed",
      "chunk.completed",
      "scene.completed",
      "project.stitching",
      "step.queued",
      "step.completed",
      "step.queued",
      "step.completed",
      "project.completed",
      "delivery.queued",
    ]);
  }),
);

Deno.test(
  "complete_project without a thumbnail keeps no media row for one",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    const work = await aFilmToStore();

    await recordAnswer(db, work, {
      state: "completed",
      output: { video_url: "https://x.test/f.mp4", duration: 4.9 },
    });

    const film = only(await sql`select thumbnail_url, duration::float8 from public.projects`);
    assert.deepEqual(film, { thumbnail_url: null, duration: 4.9 });
    assert.equal((await sql`select from public.media where type = 'thumbnail'`).length, 0);
  }),
);

Deno.test(
  "complete_project shows a stitch service's film by its own thumbnail, else by the first clip's",
  onDatabase(async ({ db, sql, aFilmInStitching }) => {
    const providers = { ...PROVIDERS, stitch: "stitch" } as const;
    const film = { video_url: "https://stitch.test/film.mp4" };
    const own = { thumbnail_url: "https://stitch.test/film.jpg" };
    const first = "https://made.test/scene_1.jpg";

    for (const [thumbnail, made] of [[own.thumbnail_url, own], [first, {}]] as const) {
      const id = await aFilmInStitching({ scenes: ["cut", "cut"], video_id: crypto.randomUUID() });
      await sql`update public.scenes set thumbnail_url = ${first} where project_id = ${id} and position = 1`;
      const work = (await claim(db, { providers })).find(({ step }) => step === "stitch");
      assert(work);
      await callback(db, work, { result: { output: { ...film, ...made } } });

      const found = await projectOf(sql, id);
      assert.deepEqual([found.final_video_url, found.thumbnail_url], [film.video_url, thumbnail]);
    }
  }),
);

Deno.test(
  "complete_project shows a stitch service's film by the frame that was extracted for it, if it made none",
  onDatabase(async ({ db, sql, aFilmInStitching }) => {
    const id = await aFilmInStitching({ scenes: ["cut", "cut"] });
    const works = await claim(db, { providers: { ...PROVIDERS, stitch: "stitch" } });
    for (const kind of ["extract_thumbnail", "stitch"]) {
      const work = works.find(({ step }) => step === kind) ?? assert.fail(kind);
      await submit(db, work);
      await callback(db, work);
    }

    const film = await projectOf(sql, id);
    const thumbnail = works.find(({ step }) => step === "extract_thumbnail");
    assert.deepEqual(
      [film.status, film.thumbnail_url],
      ["completed", `https://made.test/${thumbnail?.step_id}.png`],
    );
  }),
);

Deno.test(
  "complete_project says no length where one scene's is not known",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    for (const [n, seconds] of [[1, null], [2, 10]] as const) {
      const work = await aFilmToStore({ scenes: ["cut", "cut"], video_id: `video-${n}` });
      if (n === 1) {
        await sql`
          update public.scenes set duration = null
          where project_id = ${work.project_id} and position = 2`;
      }

      await recordAnswer(db, work, {
        state: "completed",
        output: { video_url: "https://x.test/f.mp4" },
      });

      const { duration } = only(
        await sql`
        select duration::float8 from public.projects where project_id = ${work.project_id}`,
      );
      assert.equal(duration, seconds);
    }
  }),
);

Deno.test(
  "complete_project awaits no approval any more: a pause by hand later on is resumed by hand",
  onDatabase(async ({ db, sql, aFilmInStitching }) => {
    const projectId = await aFilmInStitching({ scenes: ["cut", "cut"] });
    const works = await claim(db, { providers: { ...PROVIDERS, stitch: "stitch" } });
    for (const work of works) await submit(db, work);
    const work = (kind: string) => works.find(({ step }) => step === kind) ?? assert.fail(kind);
    await sql`update public.projects set max_cost_usd = 0`;
    const error = { message: "Busy", retryable: true };
    await callback(db, work("extract_thumbnail"), { result: { state: "failed", error } });
    assert.equal((await projectOf(sql, projectId)).status, "paused", "over its budget");

    await callback(db, work("stitch"));

    assert.equal((await projectOf(sql, projectId)).status, "completed");
    await sql`update public.projects set max_cost_usd = null`;
    await regenerateScene(db, (await sceneIdsOf(sql, projectId))[0] ?? "", {});
    for (const verb of ["pause", "resume"] as const) {
      await changeProject(db, verb, { projectId, reason: null });
    }
    assert.equal((await projectOf(sql, projectId)).status, "generating");
  }),
);
