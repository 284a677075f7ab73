import assert from "node:assert/strict";
import { changeProject, regenerateScene } from "../functions/_shared/management/films.ts";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { claimOf, drive, triesOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { aFailedFilm, giveUp, loseForGood } from "./late_films.ts";
import { brokenInvariants, chunksOf, only, projectOf } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { aJob } from "./sound_films.ts";
import {
  callback,
  claim,
  fail,
  moveClock,
  outliveLeases,
  outputOf,
  requestOf,
  submit,
} from "./verbs.ts";

/** Ways in which a film fails for want of a clip that is being made all the same. */
const FAILURES: Record<string, (given: Given, work: StepWork, other: StepWork) => unknown> = {
  "its call counted as refused": ({ db }, work) => fail(db, work),
  "its outcome is unknown": loseForGood,
  "it was given up": giveUp,
  "another scene's clip failed while this one's answer was lost": ({ db }, _work, other) =>
    fail(db, other),
  "another scene's clip failed": async ({ db }, work, other) => {
    await submit(db, work);
    await fail(db, other);
  },
};

Deno.test(
  "what comes for a film that has failed changes nothing, and its retry uses it instead of paying again",
  onDatabase(async (given) => {
    const { db, sql } = given;
    for (const [how, failFor] of Object.entries(FAILURES)) {
      const work = await aFailedFilm(given, failFor, { video_id: how });
      const before = await projectOf(sql, work.project_id);

      for (const delivery_id of [`late, ${how}`, `again, ${how}`]) {
        assert.equal((await callback(db, work, { delivery_id })).outcome, "stale", how);
      }

      assert.deepEqual(await projectOf(sql, work.project_id), before, how);
      assert.notEqual((await clipOf(given, work)).status, "COMPLETED", how);
      await retry(given, work.project_id);
      const clip = await clipOf(given, work);
      assert.deepEqual([clip.status, clip.kling_video_url], [
        "COMPLETED",
        outputOf(work).video_url,
      ]);
      await drive(given, work.project_id);
      const [made] = await sql`
        select count(*)::int as n from private.attempts join private.steps using (step_id)
        where kind = 'generate_clip' and steps.chunk_id = ${clip.chunk_id}`;
      assert.equal(made?.n, 1, how);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "what was finished when it was to be given up is kept though no callback ever tells of it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aFailedFilm(given, async ({ db }, work, other) => {
      await submit(db, work);
      await fail(db, other);
    }, {});
    const givingUp = await cancelling(given, work);

    const made = outputOf(work);
    assert.equal(
      await recordAnswer(db, givingUp, { state: "completed", output: { made } }),
      "applied",
    );

    await retry(given, work.project_id);
    const clip = await clipOf(given, work);
    assert.deepEqual([clip.status, clip.kling_video_url], ["COMPLETED", made.video_url]);
    await drive(given, work.project_id);
    // Its own, and two of the clip that failed.
    assert.equal(await triesOf(sql, work.project_id, "generate_clip"), 3);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "what a slow provider tells of a request that is given up is kept, though another runner has the step by then",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aFailedFilm(given, async ({ db }, work, other) => {
      await submit(db, work);
      await fail(db, other);
    }, {});
    const slow = await cancelling(given, work);
    await outliveLeases(sql);
    const quick = await cancelling(given, work);

    const made = outputOf(work);
    assert.equal(await recordAnswer(db, slow, { state: "completed", output: { made } }), "stale");

    await recordAnswer(db, quick, { state: "completed", output: {} });
    await retry(given, work.project_id);
    assert.equal((await clipOf(given, work)).kling_video_url, made.video_url);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "what came too late is in the ledger once, by what its provider says of it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await priceClips(sql, 0.1);
    const work = await aFailedFilm(given, loseForGood, { scenes: ["cut"] });
    const result = { output: { ...outputOf(work), cost_usd: 0.7 } };

    await callback(db, work, { result });

    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.7 });
    await retry(given, work.project_id);
    await drive(given, work.project_id);
    // And the first frame.
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.701 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a callback without its result, about a call that counted as refused or unknown, has the result fetched",
  onDatabase(async (given) => {
    const { db, sql } = given;
    for (const how of ["its call counted as refused", "its outcome is unknown"]) {
      const failFor = FAILURES[how];
      assert(failFor);
      const work = await aFailedFilm(given, failFor, { scenes: ["cut"], video_id: how });

      await callback(db, work, { result: { state: "unread" } });

      const fetching = await claimOf(given, work.project_id, "cancel_request");
      assert.equal(fetching.attempt.input.request_id, requestOf(work));
      const made = outputOf(work);
      await recordAnswer(db, fetching, { state: "completed", output: { made } });
      await retry(given, work.project_id);
      assert.equal((await clipOf(given, work)).kling_video_url, made.video_url, how);
      await drive(given, work.project_id);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "a clip that came too late is used once: the callback may come again, and the next take is another one",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aFailedFilm(given, loseForGood, { scenes: ["cut"] });
    await callback(db, work);
    await retry(given, work.project_id);
    await drive(given, work.project_id);

    await callback(db, work, { delivery_id: "again" });
    const [scene] = await sql`select scene_id from public.scenes`;
    await regenerateScene(db, scene?.scene_id, {});

    assert.equal((await claimOf(given, work.project_id, "generate_clip")).attempt.number, 1);
  }),
);

Deno.test(
  "a clip that came too late is not used for one that is made from something else",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aFailedFilm(given, loseForGood, { scenes: ["cut"] });
    await callback(db, work);
    const [scene] = await sql`select scene_id from public.scenes`;

    await regenerateScene(db, scene?.scene_id, { prompt: "Other words" });

    assert.equal(
      (await claimOf(given, work.project_id, "generate_clip")).attempt.input.prompt,
      "Other words",
    );
  }),
);

Deno.test(
  "what was cancelled before anybody knew its request is given up when its provider tells of it",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    const work = await aClaimedClip();
    await changeProject(db, "cancel", { projectId: work.project_id, reason: null });

    const told = await callback(db, work, { result: { state: "in_progress", progress: 10 } });

    assert.equal(told.outcome, "stale");
    const giving = await claimOf(given, work.project_id, "cancel_request");
    assert.equal(giving.attempt.input.request_id, requestOf(work));
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "nothing is kept of a film that was cancelled, nor of what was never a result",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip } = given;
    const cancelled = await aSubmittedClip();
    await changeProject(db, "cancel", { projectId: cancelled.project_id, reason: null });
    await callback(db, cancelled);
    const failed = await aFailedFilm(given, loseForGood, { video_id: "video-2" });
    await callback(db, failed, { result: { output: {} } });

    const kept = await sql`select from private.film_parts`;
    assert.equal(kept.length, 0);
    for (const { project_id } of [cancelled, failed]) {
      await retry(given, project_id);
      await drive(given, project_id);
    }
    assert.equal(await triesOf(sql, cancelled.project_id, "generate_clip"), 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a voice that comes for a film that has failed is not paid for again",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await aJob(given, {
      speak: true,
      film_options: { speech_model: "fal-ai/kokoro/french" },
    });
    const works = await claim(db);
    const voice = works.find(({ step }) => step === "generate_voice");
    const clip = works.find(({ step }) => step === "generate_clip");
    assert(voice && clip);
    await submit(db, voice);
    await fail(db, clip);

    assert.equal((await callback(db, voice)).outcome, "stale");
    await retry(given, projectId);

    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "generate_voice"), 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "what a provider tells whoever asked too late is kept as well",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip } = given;
    const work = await aSubmittedClip();
    await moveClock(sql, 3600);
    const asking = only(await claim(db));
    assert.equal(asking.mode, "ask");
    await callback(db, work, {
      result: { state: "failed", error: { message: "It broke", retryable: false } },
    });

    const told = await recordAnswer(db, asking, { state: "completed", output: outputOf(work) });

    assert.equal(told, "stale");
    await retry(given, work.project_id);
    assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

/** The claimed step that gives this attempt's request up. */
async function cancelling({ db }: Given, work: StepWork): Promise<StepWork> {
  const found = (await claim(db)).find(({ step, attempt }) =>
    step === "cancel_request" && attempt.input.attempt_id === work.attempt.attempt_id
  );
  assert(found);
  return found;
}

async function clipOf({ sql }: Given, work: StepWork) {
  const clips = await chunksOf(sql, work.project_id);
  return only(clips.filter(({ chunk_id }) => chunk_id === work.attempt.input.chunk_id));
}

function retry({ db }: Given, projectId: string) {
  return changeProject(db, "retry", { projectId, reason: null });
}
