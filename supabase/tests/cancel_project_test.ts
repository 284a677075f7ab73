import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { refusalOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, only, projectOf, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, complete, requestOf, submit } from "./verbs.ts";

Deno.test(
  "cancel_project ends a film with all that is open below it, and gives its request up",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip({ scenes: ["last_frame", "last_frame"] });

    const [row] =
      await sql`select public.cancel_project(${work.project_id}, 'Changed my mind') as answer`;

    assert.deepEqual(row?.answer, {
      project_id: work.project_id,
      was: "generating",
      status: "cancelled",
      requests_given_up: 1,
    });
    assert.deepEqual(await scenesOf(sql, work.project_id), ["cancelled", "cancelled"]);
    assert.equal((await projectOf(sql, work.project_id)).error_message, "Changed my mind");
    const given = only(await claim(db));
    assert.deepEqual([given.step, given.attempt.input.request_id], [
      "cancel_request",
      requestOf(work),
    ]);
    assert.equal((await callback(db, work)).outcome, "stale");
    const types = await sql`select type from public.webhook_deliveries`;
    assert.deepEqual([...types], [{ type: "video.generation.cancelled" }]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "cancel_project again changes nothing and tells the client once",
  onDatabase(async ({ sql, aProject }) => {
    const projectId = await aProject();
    await sql`select public.cancel_project(${projectId})`;

    const [row] = await sql`select public.cancel_project(${projectId}) as answer`;

    assert.deepEqual([row?.answer.was, row?.answer.status], ["cancelled", "cancelled"]);
    assert.equal((await sql`select from public.webhook_deliveries`).length, 1);
  }),
);

Deno.test(
  "cancel_project refuses a film that has ended, and one that does not exist",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    const work = await aFilmToStore();
    await complete(db, work);

    for (const [id, code] of [[work.project_id, "RL409"], ["proj_x", "RL404"]] as const) {
      await assert.rejects(async () => {
        await sql`select public.cancel_project(${id})`;
      }, { code });
    }
    assert.equal((await projectOf(sql, work.project_id)).status, "completed");
  }),
);

Deno.test(
  "cancel_project catches a submission that is recorded after it: its request is given up too",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();

    await changeProject(db, "cancel", { projectId: work.project_id, reason: null });
    assert.equal(await submit(db, work), "stale");

    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.request_id], ["cancelled", requestOf(work)]);
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip cancelled",
      "cancel_request queued",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "cancel_project ends a paused film and one that is being stitched",
  onDatabase(async ({ db, sql, aProject, aFilmInStitching }) => {
    const paused = await aProject();
    await changeProject(db, "pause", { projectId: paused, reason: null });
    const stitching = await aFilmInStitching({ scenes: ["cut", "cut"], video_id: "video-2" });

    for (const projectId of [paused, stitching]) {
      const { status } = await changeProject(db, "cancel", { projectId, reason: null });
      assert.equal(status, "cancelled");
    }
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "cancel_project says in a sentence what it cannot do",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    const film = await aFilmToStore();
    await complete(db, film);
    const projectId = film.project_id;

    assert.equal(
      await refusalOf(changeProject(db, "cancel", { projectId, reason: null })),
      `RL409 Cannot cancel project "${projectId}": it is completed, and only an unfinished one can be cancelled`,
    );
    assert.equal(
      await refusalOf(changeProject(db, "cancel", { projectId: "nobody", reason: null })),
      'RL404 Cannot cancel project "nobody": no such project',
    );
    assert.equal((await projectOf(sql, projectId)).status, "completed");
  }),
);
