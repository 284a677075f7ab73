import assert from "node:assert/strict";
import { z } from "zod";
import { regenerateScene, selectTake } from "../functions/_shared/management/films.ts";
import { createProject, type Job } from "../functions/_shared/transitions/projects.ts";
import { preferProject, readVersions } from "../functions/_shared/transitions/tasks.ts";
import { driveToTheEnd } from "./film_players.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants, eventsOf, projectOf } from "./look.ts";
import { moveClock } from "./verbs.ts";

const Shown = z.array(z.object({
  version: z.number(),
  status: z.string(),
  preferred: z.boolean(),
  cut_hash: z.string().nullable(),
  scenes: z.array(z.object({
    scene_id: z.string(),
    input_hash: z.string().nullable(),
    takes: z.array(z.object({
      take: z.number(),
      selected: z.boolean(),
      status: z.string(),
      clips: z.array(z.object({ input_hash: z.string().nullable() })),
    })),
  })),
}));

async function film({ db, sql }: Given, change = (_: Job) => {}) {
  const job = jobOf({ scenes: ["last_frame", "cut", "last_frame"], is_revision: true });
  change(job);
  const { project_id } = await createProject(db, job);
  await driveToTheEnd(db, sql);
  return project_id;
}

async function versionsOf({ db }: Given, id: string) {
  const read = await readVersions(db, id, { token: null, trusted: true });
  return Shown.parse(read?.versions);
}

Deno.test(
  "read_versions shows every film of a video, and hashes say which scenes differ",
  onDatabase(async (given) => {
    const first = await film(given);
    await film(given, (job) => {
      for (const chunk of job.scenes[1]?.chunks ?? []) chunk.prompt = "Other words";
    });

    const [second, earlier] = await versionsOf(given, first);
    assert.deepEqual([second?.version, earlier?.version], [2, 1]);
    const hashes = [second, earlier].map((one) => one?.scenes.map(({ input_hash }) => input_hash));
    assert.equal(hashes[0]?.[0], hashes[1]?.[0]);
    assert.notEqual(hashes[0]?.[1], hashes[1]?.[1]);
    assert.notEqual(hashes[0]?.[2], hashes[1]?.[2], "it continues from one that differs");
    assert.notEqual(second?.cut_hash, earlier?.cut_hash);
    assert.equal(await readVersions(given.db, first, { token: "wrong", trusted: false }), null);
  }),
);

Deno.test(
  "a take that is selected again brings its hash along, and its film is stitched from it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const id = await film(given);
    const scene = (await versionsOf(given, id))[0]?.scenes[1];
    assert(scene);
    await regenerateScene(db, scene.scene_id, { prompt: "Other words" });
    await driveToTheEnd(db, sql);
    const changed = (await versionsOf(given, id))[0]?.scenes[1];
    assert.notEqual(changed?.input_hash, scene.input_hash);
    assert.deepEqual(changed?.takes.map(({ take, selected }) => [take, selected]), [
      [1, false],
      [2, true],
    ]);

    await selectTake(db, scene.scene_id, 1);
    await driveToTheEnd(db, sql);
    const back = (await versionsOf(given, id))[0]?.scenes[1];
    assert.equal(back?.input_hash, scene.input_hash);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a version that is the same cut as one before has its film, and stitches nothing",
  onDatabase(async (given) => {
    const { sql } = given;
    const first = await film(given);
    const second = await film(given, (job) => job.chat_id = "another chat");
    const other = await film(given, (job) => job.metadata = { music: "loud" });

    const urls = await Promise.all([first, second].map((id) => projectOf(sql, id)));
    assert.equal(urls[0]?.final_video_url, urls[1]?.final_video_url);
    assert((await eventsOf(sql, second)).includes("film.reused"));
    const stitched = await sql`
      select project_id from private.steps where kind = 'stitch' order by step_id`;
    assert.deepEqual(stitched.map(({ project_id }) => project_id), [first, other]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a signed URL goes from version to version for a day, and no longer",
  onDatabase(async (given) => {
    const { sql } = given;
    const signed = "https://x.supabase.co/storage/v1/object/sign/films/1.mp4?token=1";
    const first = await film(given);
    await sql`update public.projects set final_video_url = ${signed}`;
    await sql`update public.media set url = ${signed} where type = 'film'`;

    const urls = [];
    for (const chat_id of ["after 20 hours", "after 40 hours"]) {
      await moveClock(sql, 20 * 3600);
      const { final_video_url } = await projectOf(
        sql,
        await film(given, (job) => job.chat_id = chat_id),
      );
      urls.push(final_video_url);
    }

    assert.deepEqual(urls.map((url) => url === signed), [true, false]);
    const stitched = await sql`
      select project_id from private.steps where kind = 'stitch' order by step_id`;
    assert.deepEqual(
      [stitched.length, stitched[0]?.project_id, urls.every((url) => url !== null)],
      [2, first, true],
    );
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "the newest film is preferred until somebody prefers another, and only a completed one can be",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const first = await film(given);
    const second = await film(given, (job) => job.chat_id = "another chat");
    const job = jobOf({ scenes: ["cut"], is_revision: true });
    const { project_id: open } = await createProject(db, job);
    const preferred = async () =>
      (await versionsOf(given, first)).filter((one) => one.preferred).map(({ version }) => version);
    assert.deepEqual(await preferred(), [2]);

    await assert.rejects(preferProject(db, open), /only a completed one can be preferred/);
    await preferProject(db, first);
    await preferProject(db, first);
    assert.deepEqual(await preferred(), [1]);
    const told = (await eventsOf(sql, first)).filter((type) => type === "project.preferred");
    assert.equal(told.length, 1, "it was preferred already");

    const [scene] = await sql`select scene_id from public.scenes where project_id = ${first}`;
    await regenerateScene(db, scene?.scene_id, {});
    assert.deepEqual(await preferred(), [1], "its film is there until the new one is");
    await preferProject(db, second);
    assert.deepEqual(await preferred(), [2]);
    await driveToTheEnd(db, sql);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a test takes no film's place by itself, and is preferred where there is none, or by choice",
  onDatabase(async (given) => {
    const preferred = async (id: string) =>
      (await versionsOf(given, id)).filter((one) => one.preferred).map(({ version }) => version);
    const test = (job: Job) => job.execution_mode = "test";
    const tried = await film(given, test);
    assert.deepEqual(await preferred(tried), [1]);

    await film(given);
    const again = await film(given, test);
    assert.deepEqual(await preferred(tried), [2]);

    await preferProject(given.db, again);
    assert.deepEqual(await preferred(tried), [3]);
  }),
);

Deno.test(
  "a film that is preferred is the same cut as it was",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const id = await film(given);
    const [before] = await versionsOf(given, id);
    const scene = before?.scenes[2]?.scene_id ?? "";
    await preferProject(db, id);
    await regenerateScene(db, scene, {});
    await driveToTheEnd(db, sql);
    assert.notEqual((await versionsOf(given, id))[0]?.cut_hash, before?.cut_hash);

    await selectTake(db, scene, 1);
    await driveToTheEnd(db, sql);
    assert.equal((await versionsOf(given, id))[0]?.cut_hash, before?.cut_hash);
  }),
);
