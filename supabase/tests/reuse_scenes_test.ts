import assert from "node:assert/strict";
import { regenerateScene } from "../functions/_shared/management/films.ts";
import { createProject, type Job } from "../functions/_shared/transitions/projects.ts";
import { driveToTheEnd } from "./film_players.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants, chunksOf, projectOf } from "./look.ts";
import { claim } from "./verbs.ts";

Deno.test(
  "reuse_scenes keeps the clips of a revision that did not change, and generates the others",
  onDatabase(async (given) => {
    const { first, second } = await revise(given, (job) => {
      const [, , third] = job.scenes;
      for (const chunk of third?.chunks ?? []) chunk.prompt = "Another ending";
    });

    const asked = (await claim(given.db)).map(({ attempt }) => attempt.input.prompt);
    assert.deepEqual(asked, ["Another ending"]);
    await driveToTheEnd(given.db, given.sql);
    await end(given, second);
    assert.deepEqual(await kept(given, first, second), [true, true, false]);
  }),
);

Deno.test(
  "reuse_scenes generates what continues from a changed scene anew, up to the next cut",
  onDatabase(async (given) => {
    const { first, second } = await revise(given, (job) => {
      for (const chunk of job.scenes[0]?.chunks ?? []) chunk.prompt = "Another beginning";
    });
    await driveToTheEnd(given.db, given.sql);

    await end(given, second);
    assert.deepEqual(await kept(given, first, second), [false, false, true]);
  }),
);

Deno.test(
  "reuse_scenes of a revision in which nothing changed pays for no clip, and the film ends",
  onDatabase(async (given) => {
    const { first, second } = await revise(given, () => {});
    assert.deepEqual(await brokenInvariants(given.sql), []);
    await driveToTheEnd(given.db, given.sql);

    await end(given, second);
    assert.deepEqual(await kept(given, first, second), [true, true, true]);
    const paid = await given.sql`
      select from private.steps where kind = 'generate_clip' and project_id = ${second}`;
    assert.equal(paid.length, 0);
  }),
);

Deno.test(
  "reuse_scenes reuses nothing for a job that is no revision",
  onDatabase(async (given) => {
    const { first, second } = await revise(given, (job) => {
      job.is_revision = false;
    });
    await driveToTheEnd(given.db, given.sql);

    await end(given, second);
    assert.deepEqual(await kept(given, first, second), [false, false, false]);
  }),
);

Deno.test(
  "reuse_scenes generates what is made by another model, or starts from another image, anew",
  onDatabase(async (given) => {
    const { first, second } = await revise(given, (job) => {
      const [, , cut] = job.scenes;
      for (const chunk of cut?.chunks ?? []) chunk.model = "fal-ai/another-model";
    });
    await driveToTheEnd(given.db, given.sql);
    assert.deepEqual(await kept(given, first, second), [true, true, false]);

    const third = await createProject(given.db, {
      ...jobOf({ scenes: ["last_frame", "last_frame", "cut"], is_revision: true }),
      image_url: "https://images.test/another.png",
    });
    await driveToTheEnd(given.db, given.sql);
    assert.deepEqual(await kept(given, second, third.project_id), [false, false, false]);
    await end(given, third.project_id);
  }),
);

Deno.test(
  "reuse_scenes leaves an image of a chained scene out of account: it starts from a frame",
  onDatabase(async (given) => {
    const { first, second } = await revise(given, (job) => {
      const [, chained] = job.scenes;
      if (chained) chained.image_url = "https://images.test/unused.png";
    });
    await driveToTheEnd(given.db, given.sql);

    assert.deepEqual(await kept(given, first, second), [true, true, true]);
    await end(given, second);
  }),
);

Deno.test(
  "reuse_scenes: a cut that now is chained is generated from the frame of the scene before it",
  onDatabase(async (given) => {
    const { first, second } = await revise(given, (job) => {
      const [, , cut] = job.scenes;
      if (cut) cut.continuity = "last_frame";
    });
    await driveToTheEnd(given.db, given.sql);

    assert.deepEqual(await kept(given, first, second), [true, true, false]);
    const [clip] = await given.sql`
      select video_chunks.image_url = previous.last_frame_url as is_from_frame
      from public.video_chunks join public.scenes using (scene_id)
      join public.scenes as previous on previous.project_id = scenes.project_id
        and previous.position = scenes.position - 1
      where scenes.project_id = ${second} and scenes.position = 3`;
    assert.equal(clip?.is_from_frame, true);
    await end(given, second);
  }),
);

Deno.test(
  "reuse_scenes takes the selected takes of the version before, and its measured lengths",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const first = (await createProject(db, jobOf({ scenes: ["cut", "cut"] }))).project_id;
    await driveToTheEnd(db, sql);
    const [scene] = await sql`select scene_id from public.scenes where position = 1`;
    await regenerateScene(db, scene?.scene_id, {});
    await driveToTheEnd(db, sql);
    await sql`update public.scenes set duration = 5.04`;
    const clips = async (projectId: string) =>
      (await sql`select private.film_clips(${projectId}) as urls`)[0]?.urls;

    const second = await createProject(db, jobOf({ scenes: ["cut", "cut"], is_revision: true }));

    assert.deepEqual(await clips(second.project_id), await clips(first));
    const lengths = await sql`
      select duration::float8 from public.scenes where project_id = ${second.project_id}`;
    assert.deepEqual([...lengths], [{ duration: 5.04 }, { duration: 5.04 }]);
  }),
);

Deno.test(
  "reuse_scenes: what is meant in earnest takes nothing from a test, a test may take from it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const one = async (mode: "test" | null) => {
      const job = jobOf({ execution_mode: mode, is_revision: true });
      const { project_id } = await createProject(db, job);
      await driveToTheEnd(db, sql);
      const [project] = await sql`
        select revision_of from public.projects where project_id = ${project_id}`;
      return { project_id, revises: project?.revision_of };
    };
    const [test, first, tried, second] = [
      await one("test"),
      await one(null),
      await one("test"),
      await one(null),
    ];

    assert.deepEqual(await kept(given, test.project_id, first.project_id), [false]);
    assert.deepEqual(
      [first, tried, second].map(({ revises }) => revises),
      [null, first.project_id, first.project_id],
    );
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

/** A finished film of two chained scenes and one after a cut, then its revision. */
async function revise(
  { db, sql }: Given,
  change: (job: Job) => void,
): Promise<{ first: string; second: string }> {
  const scenes: ("last_frame" | "cut")[] = ["last_frame", "last_frame", "cut"];
  const first = (await createProject(db, jobOf({ scenes }))).project_id;
  await driveToTheEnd(db, sql);
  const job = jobOf({ scenes, is_revision: true });
  change(job);
  const second = (await createProject(db, job)).project_id;
  return { first, second };
}

async function end({ sql }: Given, projectId: string): Promise<void> {
  assert.equal((await projectOf(sql, projectId)).status, "completed");
  assert.deepEqual(await brokenInvariants(sql), []);
}

/** Which clips of the second film are those of the first. */
async function kept({ sql }: Given, first: string, second: string): Promise<boolean[]> {
  const [before, after] = [await chunksOf(sql, first), await chunksOf(sql, second)];
  return after.map((chunk, index) => chunk.kling_video_url === before[index]?.kling_video_url);
}
