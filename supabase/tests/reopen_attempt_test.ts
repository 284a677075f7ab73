import assert from "node:assert/strict";
import { drive, triesOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, projectOf, stepsOf } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { aJob } from "./sound_films.ts";
import { callback, claim, fail } from "./verbs.ts";

Deno.test(
  "what a refused call brings before anybody is asked again is applied, and nobody is asked again",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    await priceClips(sql, 0.1);
    const work = await aClaimedClip({ max_cost_usd: 0.501 });
    await fail(db, work, { retryable: true });

    const answer = await callback(db, work);

    assert.deepEqual([answer.outcome, answer.chunk_updated], ["applied", true]);
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.5 });
    assert.deepEqual(await stepsOf(sql, work.project_id), [
      "generate_clip completed",
      "extract_thumbnail queued",
    ]);
    assert.equal((await callback(db, work, { delivery_id: "again" })).outcome, "duplicate");
    await drive(given, work.project_id);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "so is a voice, and what an attempt of unknown outcome brings where it is asked for once more",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await sql`update private.settings set value = '"resubmit"' where name = 'on_outcome_unknown'`;
    const projectId = await aJob(given, {
      speak: true,
      film_options: { speech_model: "fal-ai/kokoro/french" },
    });
    const works = await claim(db);
    for (const work of works) await fail(db, work, { retryable: true });
    await sql`
      update private.attempts set status = 'outcome_unknown'
      from private.steps where steps.step_id = attempts.step_id and kind = 'generate_clip'`;

    for (const work of works) assert.equal((await callback(db, work)).outcome, "applied");

    await drive(given, projectId);
    for (const kind of ["generate_clip", "generate_voice"]) {
      assert.equal(await triesOf(sql, projectId, kind), 1, kind);
    }
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a success without its result opens nothing again",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await fail(db, work, { retryable: true });

    assert.equal((await callback(db, work, { result: { output: {} } })).outcome, "stale");

    assert.equal((await projectOf(sql, work.project_id)).status, "queued");
    assert.deepEqual(await stepsOf(sql, work.project_id), ["generate_clip queued"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
