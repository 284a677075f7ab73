import assert from "node:assert/strict";
import { changeProject, redriveStep } from "../functions/_shared/management/films.ts";
import { aFilm, claimOf, drive, finish, refusalOf, triesOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, eventsOf, only, projectOf, stepOf } from "./look.ts";
import { claim, complete, fail } from "./verbs.ts";

Deno.test(
  "redrive_step tries once more to give a request up",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip } = given;
    const { project_id: projectId, attempt } = await aSubmittedClip();
    await changeProject(db, "cancel", { projectId, reason: null });
    const failed = only(await claim(db));
    await fail(db, failed);
    assert.equal((await stepOf(sql, failed.step_id)).status, "failed");

    const answer = await redriveStep(db, failed.step_id);

    assert.deepEqual(answer, {
      step_id: failed.step_id,
      kind: "cancel_request",
      was: "failed",
      status: "queued",
    });
    const again = only(await claim(db));
    assert.deepEqual([again.step_id, again.attempt.number], [failed.step_id, 2]);
    assert.equal(again.attempt.input.attempt_id, attempt.attempt_id);
    await complete(db, again);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "redrive_step gives a finished film the thumbnail that could not be made",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    await drive(given, projectId, "stitching");
    const works = await claim(db);
    const thumbnail = works.find(({ step }) => step === "extract_thumbnail");
    assert(thumbnail);
    await fail(db, thumbnail);
    for (const work of works) if (work !== thumbnail) await finish(given, work);
    const stored = await claimOf(given, projectId, "store_film");
    assert.equal(stored.attempt.input.thumbnail_url, null);
    await complete(db, stored);
    await sql`update public.projects set thumbnail_url = null`;

    const answer = await redriveStep(db, thumbnail.step_id);

    assert.equal(answer.status, "queued");
    assert.notEqual(answer.step_id, thumbnail.step_id);
    assert.deepEqual(await brokenInvariants(sql), []);
    await drive(given, projectId);
    assert.notEqual((await projectOf(sql, projectId)).thumbnail_url, null);
    assert.equal(await triesOf(sql, projectId, "stitch"), 1);
    assert.equal(
      await refusalOf(redriveStep(db, thumbnail.step_id)),
      `RL409 Cannot redrive step "${thumbnail.step_id}": its film has a thumbnail meanwhile`,
    );
  }),
);

Deno.test(
  "redrive_step takes the thumbnail of another version that is the same film, and says so",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject();
    await drive(given, projectId, "stitching");
    const thumbnail = await claimOf(given, projectId, "extract_thumbnail");
    await fail(db, thumbnail);
    await complete(db, await claimOf(given, projectId, "store_film"));
    await sql`update public.projects set thumbnail_url = null`;
    const later = await aFilm(given, { is_revision: true });

    const answer = await redriveStep(db, thumbnail.step_id);

    assert.deepEqual(answer, {
      step_id: thumbnail.step_id,
      kind: "extract_thumbnail",
      was: "failed",
      status: "completed",
    });
    const { thumbnail_url } = await projectOf(sql, later);
    assert.equal((await projectOf(sql, projectId)).thumbnail_url, thumbnail_url);
    assert((await eventsOf(sql, projectId)).includes("step.redriven"));
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "redrive_step refuses what did not fail, what the film cannot do without, what is not there",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    const clip = await aClaimedClip();
    const sentence = (status: string) =>
      `RL409 Cannot redrive step "${clip.step_id}": it is a generate_clip that is ${status}, and only a failed cancel_request or extract_thumbnail can be redriven; what else fails is retried with its project`;

    assert.equal(await refusalOf(redriveStep(db, clip.step_id)), sentence("running"));
    await fail(db, clip);
    assert.equal(await refusalOf(redriveStep(db, clip.step_id)), sentence("failed"));
    assert.equal(
      await refusalOf(redriveStep(db, "nobody")),
      'RL404 Cannot redrive step "nobody": no such step',
    );
    assert.equal((await stepOf(sql, clip.step_id)).status, "failed");
  }),
);

Deno.test(
  "redrive_step leaves a thumbnail alone while its film is under way",
  onDatabase(async (given) => {
    const { db, aProject } = given;
    await aFilm(given, { video_id: "video-2" });
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    await drive(given, projectId, "stitching");
    const thumbnail = await claimOf(given, projectId, "extract_thumbnail");
    await fail(db, thumbnail);

    assert.equal(
      await refusalOf(redriveStep(db, thumbnail.step_id)),
      `RL409 Cannot redrive step "${thumbnail.step_id}": its project is stitching, and only a completed one gets another thumbnail`,
    );
  }),
);
