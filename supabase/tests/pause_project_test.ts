import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { refusalOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, eventsOf, only, projectOf, stepsOf } from "./look.ts";
import { callback, claim, complete, fail, moveClock, submit } from "./verbs.ts";

Deno.test(
  "pause_project asks for nothing new, and resume_project goes on from there",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    await sql`select public.pause_project(${projectId})`;
    await moveClock(sql, 86_401);
    assert.deepEqual(await claim(db), []);
    assert.equal((await projectOf(sql, projectId)).status, "paused");

    await sql`select public.resume_project(${projectId})`;

    assert.equal((await projectOf(sql, projectId)).status, "queued");
    assert.equal((await claim(db)).length, 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "pause_project lets what is under way go on: results are kept, the next step waits",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip({ scenes: ["last_frame", "last_frame"] });
    await sql`select public.pause_project(${work.project_id})`;

    assert.equal((await callback(db, work)).outcome, "applied");

    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip completed",
      "extract_last_frame queued",
    ]);
    await sql`select public.resume_project(${work.project_id})`;
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    assert.equal(only(await claim(db)).step, "extract_last_frame");
  }),
);

Deno.test(
  "pause_project holds a retry back until the project is resumed",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await sql`select public.pause_project(${work.project_id})`;
    await fail(db, work, { retryable: true });
    await moveClock(sql, 3600);
    assert.deepEqual(await claim(db), []);

    await sql`select public.resume_project(${work.project_id})`;

    assert.equal(only(await claim(db)).attempt.number, 2);
  }),
);

Deno.test(
  "resume_project stitches a film whose last clip came while it was paused, and stores it once",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    await sql`select public.pause_project(${work.project_id})`;
    await callback(db, work);
    assert.equal((await projectOf(sql, work.project_id)).status, "paused");

    await sql`select public.resume_project(${work.project_id})`;
    const thumbnail = only(await claim(db));
    await submit(db, thumbnail);
    await sql`select public.pause_project(${work.project_id})`;
    await callback(db, thumbnail);
    await sql`select public.resume_project(${work.project_id})`;
    await complete(db, only(await claim(db)));

    assert.equal((await projectOf(sql, work.project_id)).status, "completed");
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip completed",
      "extract_thumbnail completed",
      "store_film completed",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "pause_project and resume_project refuse a film that has ended",
  onDatabase(async ({ sql, aProject }) => {
    const projectId = await aProject();
    await sql`select public.cancel_project(${projectId})`;

    await assert.rejects(async () => {
      await sql`select public.pause_project(${projectId})`;
    }, { code: "RL409" });
    await assert.rejects(async () => {
      await sql`select public.resume_project(${projectId})`;
    }, { code: "RL409" });
  }),
);

Deno.test(
  "pause_project does not keep a silent provider from being asked",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const silent = await aSubmittedClip({ scenes: ["cut", "cut"] });
    await changeProject(db, "pause", { projectId: silent.project_id, reason: null });

    await moveClock(sql, 3600);

    const asked = (await claim(db)).filter(({ step_id }) => step_id === silent.step_id);
    assert.deepEqual(asked.map(({ mode }) => mode), ["ask"]);
  }),
);

Deno.test(
  "pause_project does not keep a request from being given up, nor a failure from being one",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [refused, open] = await claim(db);
    assert(refused && open);
    await submit(db, open);
    await changeProject(db, "pause", { projectId, reason: null });

    await fail(db, refused);

    assert.equal((await projectOf(sql, projectId)).status, "failed");
    assert.deepEqual((await claim(db)).map(({ step }) => step), ["cancel_request"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "pause_project twice is one pause, with one reason",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const { project_id: projectId } = await aSubmittedClip();
    await changeProject(db, "pause", { projectId, reason: "Approval" });

    const again = await changeProject(db, "pause", { projectId, reason: "Another" });

    assert.deepEqual([again.was, again.status], ["paused", "paused"]);
    const events = (await eventsOf(sql, projectId)).filter((type) => type.startsWith("project.p"));
    assert.deepEqual(events, ["project.paused", "project.pause_reason"]);
    const film = only(await sql`select paused_from from public.projects`);
    assert.equal(film.paused_from, "generating");
  }),
);

Deno.test(
  "pause_project says in a sentence what it cannot do",
  onDatabase(async ({ db, aProject }) => {
    const projectId = await aProject();
    await changeProject(db, "cancel", { projectId, reason: null });

    assert.equal(
      await refusalOf(changeProject(db, "pause", { projectId, reason: null })),
      `RL409 Cannot pause project "${projectId}": it is cancelled, and only an unfinished one can be paused`,
    );
    assert.equal(
      await refusalOf(changeProject(db, "pause", { projectId: "nobody", reason: null })),
      'RL404 Cannot pause project "nobody": no such project',
    );
  }),
);
