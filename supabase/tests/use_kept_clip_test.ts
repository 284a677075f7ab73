import assert from "node:assert/strict";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { changeProject, regenerateScene } from "../functions/_shared/management/films.ts";
import { claimOf, drive, sceneIdsOf, takesOf, triesOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { giveUp, loseForGood } from "./late_films.ts";
import { brokenInvariants, chunksOf, only, projectOf } from "./look.ts";
import { callback, claim, fail, moveClock, outputOf, submit } from "./verbs.ts";

Deno.test(
  "what comes while somebody else is asked waits: it is used where that one fails, for good too",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip, empty } = given;
    const failures: Record<string, (second: StepWork) => Promise<unknown>> = {
      "in a way that can pass": (second) => failLater(second, true),
      "for good": (second) => failLater(second, false),
      "given up": (second) => giveUp(given, second),
      "unknown": (second) => loseForGood(given, second),
    };
    const failLater = async (second: StepWork, retryable: boolean) => {
      await submit(db, second);
      const result = { state: "failed", error: { message: "It broke", retryable } } as const;
      await callback(db, second, { result });
    };
    for (const [how, failSecond] of Object.entries(failures)) {
      const first = await aClaimedClip();
      await fail(db, first, { retryable: true });
      await moveClock(sql, 61);
      const second = only(await claim(db));

      assert.equal((await callback(db, first)).outcome, "stale");
      assert.equal(only(await chunksOf(sql, first.project_id)).status, "PENDING");
      await failSecond(second);

      const chunk = only(await chunksOf(sql, first.project_id));
      assert.deepEqual([chunk.status, chunk.kling_video_url], [
        "COMPLETED",
        outputOf(first).video_url,
      ], how);
      await drive(given, first.project_id);
      assert.equal(await triesOf(sql, first.project_id, "generate_clip"), 2);
      assert.deepEqual(await brokenInvariants(sql), []);
      await empty();
    }
  }),
);

Deno.test(
  "a clip that was under way when its film ended, and comes once that is retried, is not made twice",
  onDatabase(async (given) => {
    const { db, sql, empty } = given;
    const end: Record<string, (projectId: string, other: StepWork) => Promise<unknown>> = {
      failed: (_, other) => fail(db, other),
      cancelled: (projectId) => changeProject(db, "cancel", { projectId, reason: null }),
    };
    for (const [status, endFilm] of Object.entries(end)) {
      const projectId = await given.aProject({ scenes: ["cut", "cut"] });
      const [work, other] = await claim(db);
      assert(work && other);
      await submit(db, work);
      await endFilm(projectId, other);
      assert.equal((await projectOf(sql, projectId)).status, status);
      await changeProject(db, "retry", { projectId, reason: null });

      assert.equal((await callback(db, work)).outcome, "stale");

      await drive(given, projectId);
      const clips = (await chunksOf(sql, projectId)).map(({ kling_video_url }) => kling_video_url);
      assert(clips.includes(outputOf(work).video_url ?? null), status);
      assert.deepEqual(await brokenInvariants(sql), []);
      await empty();
    }
  }),
);

Deno.test(
  "another take is not the clip that was under way for the one before",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip } = given;
    const work = await aSubmittedClip();
    const [sceneId = ""] = await sceneIdsOf(sql, work.project_id);
    await regenerateScene(db, sceneId, {});

    await callback(db, work);

    await drive(given, work.project_id);
    const [, take] = await chunksOf(sql, work.project_id);
    assert.notEqual(take?.kling_video_url, outputOf(work).video_url);
    assert.deepEqual(await takesOf(sql, work.project_id), ["1.1 CANCELLED", "1.2 COMPLETED*"]);
  }),
);

Deno.test(
  "what comes too late while its step waits for another try is used instead of that",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip, aSubmittedClip, empty } = given;
    const passing = { state: "failed", error: { message: "It broke", retryable: true } } as const;
    const ways: Record<string, () => Promise<StepWork>> = {
      "told to whoever asked": async () => {
        const work = await aSubmittedClip();
        await moveClock(sql, 3600);
        const asking = only(await claim(db));
        await callback(db, work, { result: passing });
        await recordAnswer(db, asking, { state: "completed", output: outputOf(work) });
        return work;
      },
      "after its receipt": async () => {
        const work = await aClaimedClip();
        await fail(db, work, { retryable: true });
        await submit(db, work);
        await callback(db, work);
        return work;
      },
    };
    for (const [how, comeLate] of Object.entries(ways)) {
      const work = await comeLate();
      assert.equal(only(await chunksOf(sql, work.project_id)).status, "PENDING", how);
      await moveClock(sql, 61);
      const works = await claim(db);
      assert(works.every(({ step }) => step === "cancel_request"), how);

      assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED", how);
      await drive(given, work.project_id);
      assert.equal(await triesOf(sql, work.project_id, "generate_clip"), 1, how);
      assert.deepEqual(await brokenInvariants(sql), []);
      await empty();
    }
  }),
);

Deno.test(
  "a clip that was made by no named model is none of another model's",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const job = jobOf({ scenes: ["cut"] });
    await createProject(db, job);
    await sql`update public.video_chunks set model = null`;
    const work = only(await claim(db));
    await loseForGood(given, work);
    await callback(db, work);
    const [sceneId = ""] = await sceneIdsOf(sql, work.project_id);

    await regenerateScene(db, sceneId, {
      chunks: only(job.scenes).chunks.map((chunk) => ({ ...chunk, model: "fal-ai/another" })),
    });

    const clip = await claimOf(given, work.project_id, "generate_clip");
    assert.equal(clip.attempt.input.model, "fal-ai/another");
  }),
);
