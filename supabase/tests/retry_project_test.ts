import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { claimOf, drive, finish, refusalOf, triesOf } from "./drive.ts";
import { driveToTheEnd } from "./film_players.ts";
import { type Given, onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, chunksOf, projectOf, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, fail, moveClock, outliveLeases, submit } from "./verbs.ts";

Deno.test(
  "retry_project keeps what was finished and asks for the rest again",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["last_frame", "last_frame", "cut"], clips: 2 });
    const [first, third] = await claim(db);
    assert(first && third);
    await submit(db, third);
    await callback(db, third);
    await fail(db, first, { message: "NSFW" });
    const before = await chunksOf(sql, projectId);

    await sql`select public.retry_project(${projectId})`;

    const film = await projectOf(sql, projectId);
    assert.deepEqual([film.status, film.error_message], ["generating", null]);
    assert.deepEqual(await scenesOf(sql, projectId), ["pending", "pending", "pending"]);
    const paid = before.filter(({ status }) => status === "COMPLETED");
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, projectId)).status, "completed");
    const after = await chunksOf(sql, projectId);
    assert.deepEqual(
      after.filter(({ chunk_id }) => paid.some((each) => each.chunk_id === chunk_id))
        .map(({ kling_video_url }) => kling_video_url),
      paid.map(({ kling_video_url }) => kling_video_url),
    );
    const clips = await sql`
      select from private.attempts join private.steps using (step_id)
      where kind = 'generate_clip' and attempts.status = 'completed'`;
    assert.equal(clips.length, 6, "each clip was made once");
    const types = await sql`select type from public.webhook_deliveries order by created_at`;
    assert.deepEqual(types.map(({ type }) => type), [
      "video.generation.failed",
      "video.generation.completed",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "retry_project of a film that could not be stitched, or stored, begins there",
  onDatabase(async ({ db, sql, aFilmInStitching, aFilmToStore }) => {
    const unstitched = await aFilmInStitching({ scenes: ["cut", "cut"] });
    for (const work of await claim(db)) if (work.step === "stitch") await fail(db, work);
    const unstored = await aFilmToStore({ video_id: "video-2", scenes: ["cut", "cut"] });
    await fail(db, unstored);

    for (const projectId of [unstitched, unstored.project_id]) {
      await sql`select public.retry_project(${projectId})`;
      assert.equal((await projectOf(sql, projectId)).status, "stitching");
    }

    const open = async (projectId: string) =>
      (await stepsOf(sql, projectId)).filter((step) => step.endsWith(" queued")).toSorted();
    assert.deepEqual(await open(unstitched), ["extract_thumbnail queued", "stitch queued"]);
    assert.deepEqual(await open(unstored.project_id), ["store_film queued"]);
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, unstitched)).status, "completed");
    assert.equal((await projectOf(sql, unstored.project_id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "retry_project refuses a film that has not failed",
  onDatabase(async ({ sql, aProject }) => {
    const projectId = await aProject();

    await assert.rejects(async () => {
      await sql`select public.retry_project(${projectId})`;
    }, { code: "RL409" });
  }),
);

Deno.test(
  "retry_project asks for a failed frame alone, and keeps what was measured",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ scenes: ["last_frame", "last_frame"] });
    const clip = await claimOf(given, projectId, "generate_clip");
    await submit(db, clip);
    await callback(db, clip, {
      result: { output: { video_url: "https://made.test/1.mp4", duration: 5.04 } },
    });
    await fail(db, await claimOf(given, projectId, "extract_last_frame"));
    assert.deepEqual(await scenesOf(sql, projectId), ["failed", "cancelled"]);

    await retry(given, projectId);

    assert.deepEqual(await scenesOf(sql, projectId), ["extracting_frame", "pending"]);
    const [scene] = await sql`select duration from public.scenes where position = 1`;
    assert.equal(Number(scene?.duration), 5.04);
    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "generate_clip"), 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "retry_project asks for a failed frame between two clips of one scene",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ clips: 2 });
    await finish(given, await claimOf(given, projectId, "generate_clip"));
    await fail(db, await claimOf(given, projectId, "extract_last_frame"));

    await retry(given, projectId);

    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "generate_clip"), 2);
    assert.equal(await triesOf(sql, projectId, "extract_last_frame"), 2);
  }),
);

Deno.test(
  "retry_project after a failed store_film pays for no stitch and no thumbnail again",
  onDatabase(async (given) => {
    const { db, sql, aFilmToStore } = given;
    const storing = await aFilmToStore({ scenes: ["cut", "cut"] });
    await fail(db, storing);

    await retry(given, storing.project_id);

    await drive(given, storing.project_id);
    for (const kind of ["stitch", "extract_thumbnail"]) {
      assert.equal(await triesOf(sql, storing.project_id, kind), 1, kind);
    }
    assert.equal(await triesOf(sql, storing.project_id, "store_film"), 2);
  }),
);

Deno.test(
  "retry_project pays a clip of unknown outcome once more, because a person said so",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    const lost = await aClaimedClip();
    await outliveLeases(sql);
    await claim(db);
    await moveClock(sql, 3600);
    const [asked] = await claim(db);
    assert.equal(asked?.mode, "lookup");
    await recordAnswer(db, asked, { state: "lost", message: "Not found" });
    assert.equal((await attemptsOf(sql, lost.step_id))[0]?.status, "outcome_unknown");

    await retry(given, lost.project_id);
    await drive(given, lost.project_id);

    assert.equal(await triesOf(sql, lost.project_id, "generate_clip"), 2);
    assert.equal((await callback(db, lost)).outcome, "stale");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "retry_project takes a cancelled film up again",
  onDatabase(async (given) => {
    const { db, aSubmittedClip } = given;
    const { project_id: projectId } = await aSubmittedClip({ scenes: ["cut", "cut"] });
    await changeProject(db, "cancel", { projectId, reason: null });

    const answer = await retry(given, projectId);

    assert.deepEqual([answer.was, answer.status], ["cancelled", "generating"]);
    await drive(given, projectId);
  }),
);

Deno.test(
  "retry_project says in a sentence what it cannot do",
  onDatabase(async (given) => {
    const { project_id } = await given.aSubmittedClip();

    assert.equal(
      await refusalOf(retry(given, project_id)),
      `RL409 Cannot retry project "${project_id}": it is generating, and only a failed or cancelled one can be retried`,
    );
    assert.equal(
      await refusalOf(retry(given, "nobody")),
      'RL404 Cannot retry project "nobody": no such project',
    );
  }),
);

function retry({ db }: Given, projectId: string) {
  return changeProject(db, "retry", { projectId, reason: null });
}

Deno.test(
  "retry_project of a film whose brief housekeeping removed says so, and changes nothing",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ storyboard: "model" });
    const by = { projectId, reason: null };
    await changeProject(db, "cancel", by);
    await changeProject(db, "retry", by);
    assert.equal((await projectOf(sql, projectId)).status, "storyboarding", "it is there still");
    await changeProject(db, "cancel", by);
    await moveClock(sql, 400 * 86_400);
    await sql`select private.housekeep()`;

    const refusal = await refusalOf(changeProject(db, "retry", by));

    assert.match(refusal, /it has no scenes/);
    assert.equal((await projectOf(sql, projectId)).status, "cancelled");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
