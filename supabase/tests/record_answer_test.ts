import assert from "node:assert/strict";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, chunksOf, only, projectOf, stepOf } from "./look.ts";
import { claim, complete, fail, moveClock, outliveLeases } from "./verbs.ts";

Deno.test(
  "record_answer completed ends attempt and step, and moves clip and film on",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    await aSubmittedClip();
    await moveClock(sql, 601);
    const [asked] = await claim(db);
    assert(asked);

    assert.equal(await complete(db, asked), "applied");

    const chunk = only(await chunksOf(sql, asked.project_id));
    assert.equal(chunk.status, "COMPLETED");
    assert.equal(chunk.kling_video_url, `https://made.test/${asked.step_id}.mp4`);
    assert.notEqual(chunk.kling_completed_at, null);
    assert.equal((await stepOf(sql, asked.step_id)).status, "completed");
    assert.equal((await projectOf(sql, asked.project_id)).status, "stitching");
  }),
);

Deno.test(
  "record_answer completed without the result that the step is for fails the film",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();

    await recordAnswer(db, work, { state: "completed", output: { image_url: "https://x.test/i" } });

    const film = await projectOf(sql, work.project_id);
    assert.equal(
      film.error_message,
      "Scene 1: The provider reported success without the result of generate_clip",
    );
  }),
);

Deno.test(
  "record_answer with a stale claim changes nothing",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await outliveLeases(sql);
    const [current] = await claim(db);
    assert(current);
    const before = await stepOf(sql, work.step_id);

    assert.equal(await fail(db, work), "stale");
    assert.equal(await complete(db, work), "stale");

    assert.deepEqual({ ...await stepOf(sql, work.step_id), due_in: 0 }, { ...before, due_in: 0 });
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "lost");
    assert.equal(await complete(db, current), "applied");
    assert.equal(await complete(db, current), "stale");
  }),
);

Deno.test(
  "record_answer cancelled by the provider is final",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    await aSubmittedClip();
    await moveClock(sql, 601);
    const [asked] = await claim(db);
    assert(asked);

    await recordAnswer(db, asked, { state: "cancelled" });

    const film = await projectOf(sql, asked.project_id);
    assert.deepEqual(
      [film.status, film.error_message],
      ["failed", "Scene 1: The provider cancelled the request"],
    );
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "record_answer keeps a provider's words also where Postgres cannot hold each of them",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    const message = "Refused: the prompt has \0 and half a \ud83d";

    await recordAnswer(db, work, { state: "failed", error: { message, retryable: false } });

    const film = await projectOf(sql, work.project_id);
    assert.equal(film.error_message, "Scene 1: Refused: the prompt has \ufffd and half a \ufffd");
  }),
);

Deno.test(
  "record_answer refuses a state that it does not know",
  onDatabase(async ({ sql, aClaimedClip }) => {
    const work = await aClaimedClip();

    await assert.rejects(
      async () => {
        await sql`select public.record_answer(
          ${work.step_id}, ${work.claim_token}, ${work.attempt.attempt_id}, '{"state": "odd"}')`;
      },
      { code: "RL400", message: 'Cannot record answer "odd": no such state' },
    );
  }),
);
