import assert from "node:assert/strict";
import { z } from "zod";
import { setEndpointEnabled } from "../functions/_shared/management/endpoints.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { approveProject } from "../functions/_shared/transitions/tasks.ts";
import { aFilm, drive } from "./drive.ts";
import { anEndpoint, claimAll, statusesOf } from "./endpoints.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants } from "./look.ts";
import { callback, claim, complete, fail } from "./verbs.ts";

const Stage = z.object({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.object({
    task_id: z.string(),
    status: z.string(),
    scene: z.object({ position: z.number(), status: z.string(), video_url: z.string().nullable() })
      .nullable(),
  }),
});

Deno.test(
  "a standing endpoint hears of every stage of its user's films, in order, and nobody else's",
  onDatabase(async (given) => {
    const { id } = await anEndpoint(given);
    const { id: foreign } = await anEndpoint(given, { user_id: "user-2" });
    const { id: twin } = await anEndpoint(given);

    await aFilm(given, { scenes: ["last_frame", "last_frame"] });

    const story = [
      "scene.started pending",
      "scene.completed pending",
      "scene.started pending",
      "scene.completed pending",
      "stitching.started pending",
      "video.generation.completed pending",
    ];
    assert.deepEqual(await statusesOf(given.sql, id), story);
    assert.deepEqual(await statusesOf(given.sql, twin), story);
    assert.deepEqual(await statusesOf(given.sql, foreign), []);
    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "a stage says which scene it is about, and where its clip is",
  onDatabase(async (given) => {
    const { id } = await anEndpoint(given, { events: ["scene.completed", "stitching.started"] });
    await aFilm(given, { scenes: ["last_frame", "last_frame"] });

    const bodies = (await claimAll(given)).filter(({ endpoint_id }) => endpoint_id === id)
      .map(({ body }) => Stage.parse(JSON.parse(body)));

    assert.deepEqual(bodies.map(({ type, data }) => [type, data.scene?.position]), [
      ["scene.completed", 1],
      ["scene.completed", 2],
      ["stitching.started", undefined],
    ]);
    assert.ok(bodies[0]?.data.scene?.video_url);
  }),
);

Deno.test(
  "what an endpoint filters out, and what comes while it is disabled, is kept",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { id: picky } = await anEndpoint(given, { events: ["video.generation.completed"] });
    const { id: off } = await anEndpoint(given);
    await setEndpointEnabled(db, off, { isEnabled: false, reason: null });

    await aFilm(given);

    assert.deepEqual(await statusesOf(sql, picky), [
      "scene.started filtered",
      "scene.completed filtered",
      "stitching.started filtered",
      "video.generation.completed pending",
    ]);
    assert.deepEqual(await statusesOf(sql, off), [
      "scene.started skipped",
      "scene.completed skipped",
      "stitching.started skipped",
      "video.generation.completed skipped",
    ]);
    const sent = (await claimAll(given)).filter(({ endpoint_id }) => endpoint_id !== null);
    assert.deepEqual(sent.map(({ endpoint_id }) => endpoint_id), [picky]);
  }),
);

Deno.test(
  "progress goes to those alone who ask for it, and is not kept for others",
  onDatabase(async (given) => {
    const { id: asks } = await anEndpoint(given, { events: ["video.generation.progress"] });
    const { id: silent } = await anEndpoint(given);
    const work = await given.aSubmittedClip({ callback_url: null });

    await callback(given.db, work, { result: { state: "in_progress", progress: 50 } });

    const ofType = async (id: string) =>
      (await statusesOf(given.sql, id)).filter((line) => line.startsWith("video.generation"));
    assert.deepEqual(await ofType(asks), ["video.generation.progress pending"]);
    assert.deepEqual(await ofType(silent), []);
  }),
);

Deno.test(
  "progress that comes while an endpoint is disabled is past, and not kept for it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const events = ["video.generation.progress", "video.generation.completed"];
    const { id } = await anEndpoint(given, { events });
    const work = await given.aSubmittedClip({ callback_url: null });
    await setEndpointEnabled(db, id, { isEnabled: false, reason: null });

    await callback(db, work, { result: { state: "in_progress", progress: 50 } });
    await callback(db, work);
    await drive(given, work.project_id);

    assert.deepEqual(
      (await statusesOf(sql, id)).filter((line) => line.startsWith("video.generation")),
      ["video.generation.completed skipped"],
    );
  }),
);

Deno.test(
  "a failing film tells scene.failed and then its own failure",
  onDatabase(async (given) => {
    const { id } = await anEndpoint(given, { events: ["scene.failed", "video.generation.failed"] });

    await fail(given.db, await given.aClaimedClip(), { message: "NSFW" });

    assert.deepEqual((await statusesOf(given.sql, id)).toSorted(), [
      "scene.failed pending",
      "video.generation.failed pending",
    ]);
  }),
);

Deno.test(
  "a job's own callback_url hears of stages where the job asks for them",
  onDatabase(async (given) => {
    await aFilm(given, { events: ["scene.completed", "video.generation.completed"] });
    const rows = await given.sql`
      select type from public.webhook_deliveries where endpoint_id is null order by position`;

    assert.deepEqual(rows.map(({ type }) => type), [
      "scene.completed",
      "video.generation.completed",
    ]);
  }),
);

Deno.test(
  "a storyboard is told of when it is written, not only when somebody has approved it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { id } = await anEndpoint(given);
    await createProject(db, jobOf({ storyboard: "model", stop_at: "storyboard" }));
    const [work] = await claim(db);
    assert(work);

    await complete(db, work);
    assert.deepEqual(await statusesOf(sql, id), ["storyboard.completed pending"]);

    await approveProject(db, work.project_id, { stage: "storyboard", reason: null });
    await drive(given, work.project_id);
    const told = (await statusesOf(sql, id)).map((line) => line.split(" ")[0]);
    assert.equal(told.filter((type) => type === "storyboard.completed").length, 1);
    assert.deepEqual(told.slice(-2), ["stitching.started", "video.generation.completed"]);
  }),
);

Deno.test(
  "a film that was paused while its last clip was made tells once that it is being stitched",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { id } = await anEndpoint(given, { events: ["stitching.started"] });
    const work = await given.aSubmittedClip();
    await sql`select public.pause_project(${work.project_id})`;

    await callback(db, work);
    await sql`select public.resume_project(${work.project_id})`;
    await drive(given, work.project_id);

    const told = await statusesOf(sql, id);
    assert.deepEqual(told.filter((line) => line.startsWith("stitching")), [
      "stitching.started pending",
    ]);
  }),
);
