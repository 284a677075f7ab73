import assert from "node:assert/strict";
import type { Database } from "../functions/_shared/database.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { readTask } from "../functions/_shared/transitions/tasks.ts";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { driveToTheEnd } from "./film_players.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf, type JobOptions } from "./job_of.ts";
import { attemptsOf, brokenInvariants, eventsOf, projectOf, scenesOf } from "./look.ts";
import { claim, complete, fail, outliveLeases, PROVIDERS } from "./verbs.ts";

/** A job whose scenes a model will write; its own words make one scene. */
async function written({ db }: Given, options: JobOptions = {}) {
  const created = await createProject(db, jobOf({ storyboard: "model", ...options }));
  const [work] = await claim(db);
  assert(work);
  return { ...created, work };
}

Deno.test(
  "a job without scenes is queued to its sender, is being written for, and has no scene yet",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { project_id, status, storyboard, work } = await written(given);

    assert.deepEqual([status, storyboard], ["queued", "model"]);
    assert.deepEqual([work.step, work.attempt.provider], ["storyboard", "openai"]);
    assert.equal(work.attempt.input.prompt, "A lighthouse");
    assert.equal((await projectOf(sql, project_id)).status, "storyboarding");
    assert.deepEqual(await scenesOf(sql, project_id), []);
    assert.equal((await createProject(db, jobOf({ idempotency_key: "k" }))).storyboard, "none");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a test's answer says that the splitter's scenes are its film, and that it costs nothing",
  onDatabase(async ({ sql, db }) => {
    const job = jobOf({ storyboard: "model", execution_mode: "test", max_cost_usd: 0 });
    const { project_id, storyboard, estimated_cost_usd } = await createProject(db, job);
    assert.deepEqual([storyboard, estimated_cost_usd], ["splitter", 0]);
    const [work] = await claim(db, { providers: { ...PROVIDERS, storyboard: "test" } });
    assert.equal(work?.attempt.provider, "test");
    const output = { by: "splitter", scenes: job.scenes, cost_usd: 0 } as const;
    await recordAnswer(db, work, { state: "completed", output });

    const task = await readTask(db, project_id, { token: null, trusted: true });
    assert.deepEqual([task?.storyboard?.by, task?.estimated_cost_usd], ["splitter", 0]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "whoever writes is told what the job says of all scenes; the film's cost is unknown until then",
  onDatabase(async (given) => {
    const wishes = { narrated: true, transition: "fade" } as const;
    const { estimated_cost_usd, work } = await written(given, { wishes });

    assert.equal(estimated_cost_usd, null);
    const { narrated, transition } = work.attempt.input;
    assert.deepEqual({ narrated, transition }, wishes);
  }),
);

Deno.test(
  "a film whose voices have no price, or too high a one, does not fit into its budget",
  onDatabase(async ({ sql, db }) => {
    const job = jobOf({
      ...{ storyboard: "model", max_cost_usd: 1, film_options: { speech_model: "fal-ai/spoken" } },
      providers: { storyboard: "openai", generate_clip: "fal", generate_voice: "fal" },
    });
    for (const scene of job.scenes) scene.voice_over = "A lighthouse.";
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/some-model', 'generate_clip', 0.1, '2026-01-01', 'a test')`;
    await assert.rejects(createProject(db, job), /no price is known for fal-ai\/spoken/);
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/spoken', 'generate_voice', 5, '2026-01-01', 'a test')`;
    await assert.rejects(createProject(db, job), /above max_cost_usd/);
    await sql`update private.prices set usd_per_call = 0.1 where kind = 'generate_voice'`;
    assert.equal((await createProject(db, job)).status, "queued");
  }),
);

Deno.test(
  "complete_storyboard makes scenes of what was written, once, and the film is made of them",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const { project_id, work } = await written(given);
    await complete(db, work);

    assert.equal(await complete(db, work), "stale");
    const task = await readTask(db, project_id, { token: null, trusted: true });
    assert.deepEqual(task?.scenes.map(({ prompt }) => prompt), ["Scene 1", "Scene 2"]);
    assert.deepEqual(task?.storyboard, { by: "model", title: "Written", scenes: 2 });
    await driveToTheEnd(db, sql);
    assert.equal((await projectOf(sql, project_id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "fail_storyboard makes the film of the job's own words, and says why",
  onDatabase(async (given) => {
    const { sql, db } = given;
    for (const lose of [refuse, breakOff, dieWhileAsking]) {
      const { project_id, work } = await written(given);
      await lose(given, work);

      assert.deepEqual(await scenesOf(sql, project_id), ["pending"], lose.name);
      const task = await readTask(db, project_id, { token: null, trusted: true });
      assert.equal(task?.storyboard?.by, "splitter", lose.name);
      assert.notEqual(task?.storyboard?.fell_back, undefined, lose.name);
      assert((await eventsOf(sql, project_id)).includes("storyboard.written"));
      assert.deepEqual(await brokenInvariants(sql), []);
      await given.empty();
    }
  }),
);

Deno.test(
  "a storyboard whose answer got lost is visibly unknown, and not asked for again",
  onDatabase(async (given) => {
    const { sql } = given;
    const { work } = await written(given);
    await breakOff(given, work);

    const attempts = await attemptsOf(sql, work.step_id);
    assert.deepEqual(attempts.map(({ status }) => status), ["outcome_unknown"]);
  }),
);

Deno.test(
  "with on_storyboard_failure fail, the film fails in the model's words, and a retry asks again",
  onDatabase(async (given) => {
    const { sql, db } = given;
    await sql`update private.settings set value = '"fail"' where name = 'on_storyboard_failure'`;
    const { project_id, work } = await written(given);
    await refuse(given, work);

    const { status, error_message } = await projectOf(sql, project_id);
    assert.deepEqual([status, error_message], ["failed", "Storyboard: I will not"]);
    await sql`select public.retry_project(${project_id})`;
    assert.equal((await projectOf(sql, project_id)).status, "storyboarding");
    const [again] = await claim(db);
    assert.equal(again?.attempt.input.prompt, "A lighthouse");
    await complete(db, again);
    assert.deepEqual(await scenesOf(sql, project_id), ["pending", "pending"]);
  }),
);

Deno.test(
  "an answer without scenes, or with more than a hundred, is no storyboard",
  onDatabase(async (given) => {
    const [one] = jobOf().scenes;
    assert(one);
    for (const scenes of [[], Array(101).fill(one)]) {
      const { project_id, work } = await written(given);
      await recordAnswer(given.db, work, { state: "completed", output: { scenes } });
      assert.deepEqual(await scenesOf(given.sql, project_id), ["pending"], "the splitter's");
      await given.empty();
    }
  }),
);

Deno.test(
  "a revision of the same words keeps the scenes that were written, and pays for none again",
  onDatabase(async (given) => {
    const { sql, db } = given;
    const first = await written(given);
    await complete(db, first.work);
    await driveToTheEnd(db, sql);
    const again = await createProject(db, jobOf({ storyboard: "model", is_revision: true }));
    await driveToTheEnd(db, sql);

    assert.equal((await projectOf(sql, again.project_id)).status, "completed");
    const kinds = await sql`
      select distinct kind from private.steps where project_id = ${again.project_id}`;
    assert.deepEqual([...kinds], [], "the cut is the same one, too");
    const other = jobOf({ storyboard: "model", is_revision: true, prompt: "Other words" });
    await createProject(db, other);
    assert.equal((await claim(db))[0]?.step, "storyboard");
  }),
);

async function refuse({ db }: Given, work: StepWork) {
  await fail(db, work, { message: "I will not", retryable: false });
}

async function breakOff({ db }: Given, work: StepWork) {
  await recordAnswer(db, work, { state: "lost", message: "No answer" });
}

async function dieWhileAsking({ db, sql }: Given, _work: StepWork) {
  await outliveLeases(sql);
  const again = await lookup(db);
  await recordAnswer(db, again, { state: "lost", message: "Nobody knows" });
}

async function lookup(db: Database): Promise<StepWork> {
  const [work] = await claim(db);
  assert.equal(work?.mode, "lookup");
  return work;
}
