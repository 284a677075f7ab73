import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { changeProject, regenerateScene } from "../functions/_shared/management/films.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { approveProject, readTask, type Task } from "../functions/_shared/transitions/tasks.ts";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { driveToTheEnd } from "./film_players.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants, eventsOf, projectOf } from "./look.ts";
import { priceClips } from "./prices.ts";
import { claim, complete, fail, moveClock } from "./verbs.ts";

async function taskOf({ db }: Given, id: string): Promise<Task> {
  const task = await readTask(db, id, { token: null, trusted: true });
  assert(task);
  return task;
}

const YES = { stage: null, reason: null };

Deno.test(
  "stop_at storyboard asks before anything is paid for, and goes on when it is approved",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { project_id, status } = await createProject(db, jobOf({ stop_at: "storyboard" }));

    assert.equal(status, "paused");
    assert.deepEqual(await claim(db), []);
    const { awaiting_approval, scenes } = await taskOf(given, project_id);
    assert.deepEqual([awaiting_approval, scenes[0]?.prompt], ["storyboard", "Scene 1"]);
    await assert.rejects(approveProject(db, project_id, { ...YES, stage: "stills" }), /awaits/);
    assert.deepEqual(await brokenInvariants(sql), []);

    await approveProject(db, project_id, { ...YES, stage: "storyboard" });
    assert.equal((await taskOf(given, project_id)).awaiting_approval, null);
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, project_id)).status, "completed");
    assert((await eventsOf(sql, project_id)).includes("project.approved"));
    await assert.rejects(approveProject(db, project_id, YES), /awaits no approval/);
  }),
);

Deno.test(
  "stop_at storyboard waits for the model first",
  onDatabase(async (given) => {
    const { db } = given;
    const job = jobOf({ stop_at: "storyboard", storyboard: "model" });
    const { project_id, status } = await createProject(db, job);
    assert.equal(status, "queued");
    const [work] = await claim(db);
    assert(work);
    await complete(db, work);

    assert.equal((await taskOf(given, project_id)).awaiting_approval, "storyboard");
    assert.deepEqual(await claim(db), []);
  }),
);

Deno.test(
  "stop_at stills has every image reframed, and begins no clip before it is approved",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const job = jobOf({ stop_at: "stills", reframe_to: "16:9", scenes: ["last_frame", "cut"] });
    for (const scene of job.scenes.slice(1)) scene.image_url = "https://images.test/other.png";
    const { project_id } = await createProject(db, job);
    const works = await claim(db);

    assert.deepEqual(works.map(({ step }) => step), ["reframe_image", "reframe_image"]);
    for (const work of works) {
      assert.equal((await taskOf(given, project_id)).awaiting_approval, null);
      await complete(db, work);
    }
    assert.equal((await taskOf(given, project_id)).awaiting_approval, "stills");
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await brokenInvariants(sql), []);
    await approveProject(db, project_id, YES);
    const clips = await claim(db);
    assert.deepEqual(clips.map(({ step }) => step), ["generate_clip", "generate_clip"]);
  }),
);

Deno.test(
  "what was cancelled awaits nothing: once begun again, it can be paused and resumed",
  onDatabase(async ({ sql, db }) => {
    const job = jobOf({ stop_at: "stills", reframe_to: "16:9" });
    const { project_id } = await createProject(db, job);
    const [still] = await claim(db);
    assert(still);
    await complete(db, still);
    const by = { projectId: project_id, reason: null };
    await changeProject(db, "cancel", by);

    const [scene] = await sql`select scene_id from public.scenes`;
    await regenerateScene(db, scene?.scene_id, { image_url: "https://images.test/new.png" });
    await changeProject(db, "pause", by);
    assert.equal((await changeProject(db, "resume", by)).status, "generating");
  }),
);

Deno.test(
  "what awaits an approval is resumed by nothing else, and may be cancelled",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { project_id } = await createProject(db, jobOf({ stop_at: "storyboard" }));
    const by = { projectId: project_id, reason: null };

    await assert.rejects(changeProject(db, "resume", by), /awaits an approval of its storyboard/);
    await changeProject(db, "cancel", by);
    assert.equal((await taskOf(given, project_id)).awaiting_approval, null);
    assert.deepEqual(await brokenInvariants(sql), []);
    await changeProject(db, "retry", by);
    assert.equal((await taskOf(given, project_id)).awaiting_approval, "storyboard");
  }),
);

Deno.test(
  "a storyboard that costs more than max_cost_usd waits, and its approval raises the limit",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await priceClips(sql, 0.1);
    const job = jobOf({ storyboard: "model", max_cost_usd: 0.7 });
    const { project_id } = await createProject(db, job);
    const [work] = await claim(db);
    assert(work);
    await complete(db, work);

    const waiting = await taskOf(given, project_id);
    assert.equal(waiting.awaiting_approval, "budget");
    assert(waiting.estimated_cost_usd && waiting.estimated_cost_usd > 1);
    assert.deepEqual(await claim(db), []);
    await approveProject(db, project_id, YES);
    assert.equal((await taskOf(given, project_id)).max_cost_usd, waiting.estimated_cost_usd);
    await driveToTheEnd(db, sql);
    const done = await taskOf(given, project_id);
    assert.equal(done.status, "completed");
    assert(done.cost_usd && done.cost_usd <= waiting.estimated_cost_usd);
  }),
);

Deno.test(
  "a try that was paid for and failed leaves too little for another, which waits",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await priceClips(sql, 0.1);
    const { project_id } = await createProject(db, jobOf({ max_cost_usd: 0.6 }));
    const [work] = await claim(db);
    assert(work);
    await sql`update private.attempts set request_id = 'r' where attempt_id = ${work.attempt.attempt_id}`;
    await fail(db, work, { retryable: true });
    await moveClock(sql, 100);

    assert.equal((await taskOf(given, project_id)).awaiting_approval, "budget");
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await brokenInvariants(sql), []);
    await approveProject(db, project_id, YES);
    assert.equal((await claim(db))[0]?.step, "generate_clip");
  }),
);

Deno.test(
  "a storyboard that is tried again leaves the film's cost unknown, and waits where the least is too much",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await priceClips(sql, 0.1);
    const job = jobOf({ storyboard: "model", stop_at: "storyboard", max_cost_usd: 0.64 });
    const { project_id } = await createProject(db, job);
    // A clip of 0.5 and 0.05 for each storyboard that was paid for, and for the one to come.
    for (const awaited of [null, "budget"]) {
      await moveClock(sql, 100);
      const [work] = await claim(db);
      assert(work);
      await accept(sql, work);
      await fail(db, work, { retryable: true });
      const { estimated_cost_usd, awaiting_approval } = await taskOf(given, project_id);
      assert.deepEqual([estimated_cost_usd, awaiting_approval], [null, awaited]);
    }
    await moveClock(sql, 100);
    assert.deepEqual(await claim(db), []);
    await approveProject(db, project_id, { ...YES, stage: "budget" });

    const going = await taskOf(given, project_id);
    assert.deepEqual([going.awaiting_approval, going.max_cost_usd], [null, 0.65]);
    const [work] = await claim(db);
    assert.equal(work?.step, "storyboard");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "without a limit, too, a try that was paid for and failed makes the estimate higher",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await priceClips(sql, 0.1);
    const { project_id } = await createProject(db, jobOf());
    const { estimated_cost_usd: before } = await taskOf(given, project_id);
    const [work] = await claim(db);
    assert(work && before);
    await accept(sql, work);
    await fail(db, work, { retryable: true });

    const { estimated_cost_usd: after, status } = await taskOf(given, project_id);
    assert.equal(Math.round(((after ?? 0) - before) * 1000), 500, `${before}, ${after}`);
    assert.notEqual(status, "paused");
    await moveClock(sql, 100);
    await driveToTheEnd(db, sql);
    const done = await taskOf(given, project_id);
    assert(done.cost_usd && done.cost_usd <= (done.estimated_cost_usd ?? 0));
  }),
);

/** The provider took it, and will want its money. */
async function accept(sql: Sql, { attempt: { attempt_id: id } }: StepWork): Promise<void> {
  await sql`update private.attempts set request_id = ${id} where attempt_id = ${id}`;
}
