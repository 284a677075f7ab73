import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { brokenInvariants, chunksOf, projectOf, scenesOf, stepsOf } from "./look.ts";
import { callback, claim, outliveLeases, requestOf, submit } from "./verbs.ts";

const REFUSED = { state: "failed", error: { message: "NSFW content", retryable: false } } as const;

Deno.test(
  "close_project leaves nothing open when a clip fails: siblings are cancelled, requests given up",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "cut", "cut", "cut", "last_frame"] });
    const [failing, working, submitted, claimed] = await claim(db);
    assert(failing && working && submitted && claimed);
    await submit(db, failing);
    await submit(db, working);
    await callback(db, working, { result: { state: "in_progress", progress: 10 } });
    await submit(db, submitted);

    assert.equal((await callback(db, failing, { result: REFUSED })).outcome, "applied");

    const film = await projectOf(sql, projectId);
    assert.deepEqual([film.status, film.error_message], ["failed", "Scene 1: NSFW content"]);
    assert.deepEqual(await scenesOf(sql, projectId), [
      "failed",
      "cancelled",
      "cancelled",
      "cancelled",
      "cancelled",
    ]);
    assert.deepEqual((await chunksOf(sql, projectId)).map(({ status }) => status), [
      "FAILED",
      "CANCELLED",
      "CANCELLED",
      "CANCELLED",
      "CANCELLED",
    ]);
    const open = await sql`
      select attempts.status from private.attempts join private.steps using (step_id)
      where attempts.status not in ('cancelled', 'failed')`;
    assert.equal(open.length, 0);
    const given = (await claim(db)).map(({ step, attempt }) => [step, attempt.input.request_id]);
    assert.deepEqual(
      given.toSorted(),
      [working, submitted].map((work) => ["cancel_request", requestOf(work)]).toSorted(),
    );
    const deliveries = await sql`select type from public.webhook_deliveries`;
    assert.deepEqual([...deliveries], [{ type: "video.generation.failed" }]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "close_project leaves what is finished as it is",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [done, failing] = await claim(db);
    assert(done && failing);
    await submit(db, done);
    await callback(db, done);

    await callback(db, failing, { result: REFUSED });

    assert.deepEqual(await scenesOf(sql, projectId), ["completed", "failed"]);
    const [chunk] = await chunksOf(sql, projectId);
    assert.deepEqual([chunk?.status, chunk?.error_message], ["COMPLETED", null]);
    assert.equal((await sql`select from private.steps where kind = 'cancel_request'`).length, 0);
  }),
);

Deno.test(
  "close_project gives requests up in steps that are tried again, and end without the film",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [failing, sibling] = await claim(db);
    assert(failing && sibling);
    await submit(db, sibling);
    await callback(db, failing, { result: REFUSED });
    for (let round = 0; round < 4; round++) {
      assert.deepEqual((await claim(db)).map(({ step }) => step), ["cancel_request"]);
      await outliveLeases(sql);
    }

    assert.deepEqual(await claim(db), []);
    assert.equal((await stepsOf(sql, projectId)).at(-1), "cancel_request failed");
    assert.equal((await projectOf(sql, projectId)).error_message, "Scene 1: NSFW content");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
