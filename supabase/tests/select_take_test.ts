import assert from "node:assert/strict";
import { regenerateScene, selectTake } from "../functions/_shared/management/films.ts";
import { aFilm, claimOf, drive, finish, refusalOf, sceneIdsOf, takesOf, triesOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import type { JobOptions } from "./job_of.ts";
import { brokenInvariants, projectOf, scenesOf } from "./look.ts";
import { callback, submit } from "./verbs.ts";

/** A film of three chained scenes whose second and third have two takes. */
async function aFilmWithTakes(given: Given) {
  const projectId = await aFilm(given, { scenes: ["cut", "last_frame", "last_frame"] });
  const [first = "", second = "", third = ""] = await sceneIdsOf(given.sql, projectId);
  const old = await figuresOf(given, projectId);
  await regenerateScene(given.db, second, {});
  const clip = await claimOf(given, projectId, "generate_clip");
  await submit(given.db, clip);
  await callback(given.db, clip, {
    result: { output: { video_url: "https://made.test/new.mp4", duration: 7.5, width: 640 } },
  });
  await drive(given, projectId);
  return { projectId, first, second, third, old };
}

async function figuresOf({ sql }: Given, projectId: string) {
  return [
    ...await sql`
      select video_url, last_frame_url, thumbnail_url, duration, width from public.scenes
      where project_id = ${projectId} order by position`,
  ];
}

Deno.test(
  "select_take puts an earlier take, and those chained to it, into the film again",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { projectId, second, third, old } = await aFilmWithTakes(given);
    const before = await projectOf(sql, projectId);

    const answer = await selectTake(db, second, 1);

    assert.deepEqual(
      [answer.was, answer.status, answer.take, answer.scenes],
      ["completed", "stitching", 1, [second, third]],
    );
    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 COMPLETED*",
      "2.1 COMPLETED*",
      "2.2 COMPLETED",
      "3.1 COMPLETED*",
      "3.2 COMPLETED",
    ]);
    assert.deepEqual(await figuresOf(given, projectId), old);
    assert.equal((await projectOf(sql, projectId)).final_video_url, before.final_video_url);
    assert.deepEqual(await brokenInvariants(sql), []);
    await drive(given, projectId);
    assert.notEqual((await projectOf(sql, projectId)).final_video_url, before.final_video_url);
  }),
);

Deno.test(
  "select_take back and forth pays no clip, no frame and no stitch again",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { projectId, second } = await aFilmWithTakes(given);
    const newest = await figuresOf(given, projectId);
    const paid = () =>
      Promise.all(
        ["generate_clip", "extract_last_frame", "stitch", "extract_thumbnail"].map((kind) =>
          triesOf(sql, projectId, kind)
        ),
      );
    const before = await paid();

    for (const take of [1, 2, 1, 2]) {
      await selectTake(db, second, take);
      await drive(given, projectId);
    }

    assert.deepEqual(await paid(), before);
    assert.deepEqual(await figuresOf(given, projectId), newest);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "select_take brings the frame along: what is chained to it can be generated anew",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { projectId, second, third, old } = await aFilmWithTakes(given);
    await selectTake(db, second, 1);
    await drive(given, projectId);

    await regenerateScene(db, third, {});

    const clip = await claimOf(given, projectId, "generate_clip");
    assert.equal(clip.attempt.input.image_url, old[1]?.last_frame_url);
    await finish(given, clip);
    await drive(given, projectId);
    assert.deepEqual(await takesOf(sql, projectId), [
      "1.1 COMPLETED*",
      "2.1 COMPLETED*",
      "2.2 COMPLETED",
      "3.1 COMPLETED",
      "3.2 COMPLETED",
      "3.3 COMPLETED*",
    ]);
  }),
);

Deno.test(
  "a take whose frame nobody needed gets one when something is chained to it anew",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { projectId, second, third } = await aFilmWithTakes(given);
    await sql`
      update public.video_chunks set metadata = metadata #- '{scene,last_frame_url}'
      where scene_id = ${second}`;
    await selectTake(db, second, 1);
    await drive(given, projectId);
    const frames = await triesOf(sql, projectId, "extract_last_frame");

    await regenerateScene(db, third, {});

    assert.deepEqual(await scenesOf(sql, projectId), ["completed", "extracting_frame", "pending"]);
    assert.deepEqual(await brokenInvariants(sql), []);
    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "extract_last_frame"), frames + 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

const OTHER = "https://images.test/other.png";

Deno.test(
  "select_take brings image and words along: a later version reuses the clip for what it was made from",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const options: JobOptions = { scenes: ["cut"], is_revision: true };
    const projectId = await aFilm(given, { ...options, is_revision: false });
    const [scene = ""] = await sceneIdsOf(sql, projectId);
    const asked = async () =>
      (await sql`select prompt, image_url, reframed_image_url from public.scenes where scene_id = ${scene}`)[
        0
      ];
    const first = await asked();
    await regenerateScene(db, scene, { prompt: "At night", image_url: OTHER });
    await drive(given, projectId);
    const second = await asked();

    await selectTake(db, scene, 1);
    assert.deepEqual(await asked(), first);
    await drive(given, projectId);
    await selectTake(db, scene, 2);
    assert.deepEqual(await asked(), second);
    await drive(given, projectId);
    await selectTake(db, scene, 1);
    await drive(given, projectId);

    const other = await aFilm(given, { ...options, image_url: OTHER });
    assert.equal(await triesOf(sql, other, "generate_clip"), 1, "of another image");
  }),
);

Deno.test(
  "select_take: a version like the first one pays for no clip where the first take is back",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aFilm(given, { scenes: ["cut"] });
    const [scene = ""] = await sceneIdsOf(sql, projectId);
    await regenerateScene(db, scene, { image_url: OTHER });
    await drive(given, projectId);
    await selectTake(db, scene, 1);
    await drive(given, projectId);

    const same = await aFilm(given, { scenes: ["cut"], is_revision: true });

    assert.equal(await triesOf(sql, same, "generate_clip"), 0);
  }),
);

Deno.test(
  "select_take refuses a take that is not there or not whole, a film under way, an unknown scene",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { projectId, first, second } = await aFilmWithTakes(given);
    const before = await takesOf(sql, projectId);
    const sentence = (take: number, status: string) =>
      `RL409 Cannot select take ${take} of scene "${second}": the project is ${status}, and only a completed take of a completed project can be selected`;

    assert.equal(await refusalOf(selectTake(db, second, 3)), sentence(3, "completed"));
    assert.equal(
      await refusalOf(selectTake(db, "nobody", 1)),
      'RL404 Cannot select take 1 of scene "nobody": no such scene',
    );
    assert.deepEqual(await takesOf(sql, projectId), before);

    await regenerateScene(db, first, {});
    assert.equal(await refusalOf(selectTake(db, second, 1)), sentence(1, "generating"));
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
