import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { readScene, regenerateScene } from "../functions/_shared/management/films.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { sceneIdsOf } from "./drive.ts";
import { driveToTheEnd } from "./film_players.ts";
import { type Given, onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { attemptsOf, brokenInvariants, chunksOf, errorsOf, projectOf, stepsOf } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { callback, claim, fail, moveClock, outputOf, submit } from "./verbs.ts";

/** A database in which another model stands in for the one of every test job. */
function withFallback(test: (given: Given) => Promise<void>): () => Promise<void> {
  return onDatabase(async (given) => {
    // In a ring: only once is switched all the same.
    await put(given.sql, "fal-ai/some-model", "fal-ai/second");
    await put(given.sql, "fal-ai/second", "fal-ai/some-model");
    try {
      await test(given);
    } finally {
      await put(given.sql, "fal-ai/some-model", null);
      await put(given.sql, "fal-ai/second", null);
    }
  });
}

async function put(sql: Sql, model: string, fallback: string | null, ends = false) {
  await sql`select public.put_model_fallback(${model}, ${fallback}, ${ends})`;
}

const REFUSAL = { state: "failed", error: { message: "Policy", retryable: false } } as const;

Deno.test(
  "a clip that ends with a shared keyframe switches only to a model that takes an end frame",
  withFallback(async ({ sql, db, empty }) => {
    for (const ends of [false, true]) {
      await put(sql, "fal-ai/some-model", "fal-ai/second", ends);
      await createProject(db, jobOf({ scenes: ["last_frame", "shared_keyframe"] }));
      const [first] = await claim(db);
      assert(first?.attempt.input.end_image_url);
      await submit(db, first);
      await callback(db, first, { result: REFUSAL });

      const switched = (await claim(db)).filter(({ attempt }) =>
        attempt.input.model === "fal-ai/second"
      );
      assert.equal(switched.length, ends ? 1 : 0);
      for (const { attempt: { input } } of switched) {
        assert.equal(input.end_image_url, first.attempt.input.end_image_url);
      }
      assert.deepEqual(await brokenInvariants(sql), []);
      await empty();
    }
  }),
);

Deno.test(
  "a film whose first model took its price and refused costs no more than is estimated by then",
  withFallback(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    await priceClips(sql, 0.08, "fal-ai/second");
    const { project_id } = await createProject(db, jobOf());
    const [first] = await claim(db);
    assert(first);
    await submit(db, first);
    await callback(db, first, { result: REFUSAL });
    await driveToTheEnd(db, sql);

    assert.equal((await projectOf(sql, project_id)).status, "completed");
    const { spent } = await ledgerOf(sql, project_id);
    assert(spent > 0.9, `${spent}`);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a later version keeps a clip that the fallback made",
  withFallback(async ({ sql, db }) => {
    await createProject(db, jobOf());
    const [first] = await claim(db);
    assert(first);
    await submit(db, first);
    await callback(db, first, { result: REFUSAL });
    await driveToTheEnd(db, sql);

    const again = await createProject(db, jobOf({ is_revision: true }));
    assert.deepEqual(await stepsOf(sql, again.project_id), []);
    assert.equal((await projectOf(sql, again.project_id)).status, "completed");
  }),
);

Deno.test(
  "another take of a clip that the fallback made is asked of the job's model, and kept by a later version",
  withFallback(async ({ sql, db }) => {
    const film = await createProject(db, jobOf());
    const [first] = await claim(db);
    assert(first);
    await submit(db, first);
    await callback(db, first, { result: REFUSAL });
    await driveToTheEnd(db, sql);

    const [scene = ""] = await sceneIdsOf(sql, film.project_id);
    // By which a take of another length is planned
    assert.equal((await readScene(db, scene))?.model, "fal-ai/some-model");
    await regenerateScene(db, scene, {});
    const [take] = await claim(db);
    assert.equal(take?.attempt.input.model, "fal-ai/some-model");
    await submit(db, take);
    await callback(db, take, { result: REFUSAL });
    await driveToTheEnd(db, sql);

    const again = await createProject(db, jobOf({ is_revision: true }));
    assert.deepEqual(await stepsOf(sql, again.project_id), []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "switch_model asks the fallback for a clip that was refused, once",
  withFallback(async ({ sql, db, aSubmittedClip }) => {
    const first = await aSubmittedClip();
    const refusal = { state: "failed", error: { message: "Policy", retryable: false } } as const;
    await callback(db, first, { result: refusal });

    const [second] = await claim(db);
    assert.equal(second?.attempt.input.model, "fal-ai/second");
    assert.equal(second.attempt.input.prompt, first.attempt.input.prompt);
    assert.equal((await projectOf(sql, first.project_id)).status, "generating");
    assert.deepEqual(await errorsOf(sql, "step"), ["Cannot finish generate_clip: Policy"]);
    const [told] = await sql`
      select data from public.pipeline_events where type = 'chunk.model_switched'`;
    assert.deepEqual([told?.data.from, told?.data.to, told?.data.reason], [
      "fal-ai/some-model",
      "fal-ai/second",
      "Policy",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);

    await submit(db, second);
    await callback(db, second, { result: refusal, delivery_id: "2" });
    assert.equal((await projectOf(sql, first.project_id)).error_message, "Scene 1: Policy");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a model that is down is tried as often as any, and then the fallback as often",
  withFallback(async ({ sql, db, aClaimedClip }) => {
    let work = await aClaimedClip();
    const asked: unknown[] = [];
    for (let tries = 0; tries < 6; tries++) {
      asked.push(work.attempt.input.model);
      await fail(db, work, { retryable: true });
      await moveClock(sql, 100);
      [work = work] = await claim(db);
    }

    assert.deepEqual(asked, [
      ...Array(4).fill("fal-ai/some-model"),
      ...Array(2).fill("fal-ai/second"),
    ]);
    assert.equal((await attemptsOf(sql, work.step_id)).length, 3);
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip failed",
      "generate_clip running",
    ]);
  }),
);

Deno.test(
  "a clip that the first model made all the same is used where the fallback was not asked yet, or fails",
  withFallback(async (given) => {
    const { sql, db, aClaimedClip, empty } = given;
    for (const isAsked of [false, true]) {
      let work = await aClaimedClip();
      const first = work;
      for (let tries = 0; tries < 4; tries++) {
        await fail(db, work, { retryable: true });
        await moveClock(sql, 100);
        if (tries < 3 || isAsked) [work = work] = await claim(db);
      }
      assert.equal(work.attempt.input.model, isAsked ? "fal-ai/second" : "fal-ai/some-model");

      assert.equal((await callback(db, first)).outcome, "stale");
      if (isAsked) await fail(db, work);
      else assert.deepEqual(await claim(db), []);

      const [clip] = await sql`
        select video_chunks.status, kling_video_url, video_chunks.model, media.model as made_by
        from public.video_chunks
        cross join (select metadata ->> 'model' as model from public.media) as media`;
      assert.deepEqual({ ...clip }, {
        status: "COMPLETED",
        kling_video_url: outputOf(first).video_url,
        model: "fal-ai/some-model",
        made_by: "fal-ai/some-model",
      });
      await driveToTheEnd(db, sql);
      assert.equal((await projectOf(sql, first.project_id)).status, "completed");
      assert.deepEqual(await brokenInvariants(sql), []);
      await empty();
    }
  }),
);

Deno.test(
  "no fallback is asked where the first model may still be at it, or nobody knows",
  withFallback(async ({ sql, db, aClaimedClip, aSubmittedClip }) => {
    const unknown = await aClaimedClip({ video_id: "unknown" });
    await recordAnswer(db, unknown, { state: "lost", message: "No answer" });
    const slow = await aSubmittedClip({ video_id: "slow" });
    for (let hours = 0; hours < 3; hours++) {
      await moveClock(sql, 3700);
      for (const work of await claim(db)) {
        if (work.step !== "generate_clip") continue;
        const answer = work.mode === "lookup"
          ? { state: "lost", message: "Not found" } as const
          : { state: "in_progress" } as const;
        await recordAnswer(db, work, answer);
      }
    }

    for (const { project_id } of [unknown, slow]) {
      assert.equal((await projectOf(sql, project_id)).status, "failed");
      const [chunk] = await chunksOf(sql, project_id);
      assert.equal(chunk?.status, "FAILED");
    }
    const switched = await sql`
      select from public.pipeline_events where type = 'chunk.model_switched'`;
    assert.equal(switched.length, 0);
  }),
);
