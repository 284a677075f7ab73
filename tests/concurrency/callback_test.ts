import assert from "node:assert/strict";
import { receiveCallback } from "../../supabase/functions/_shared/transitions/callbacks.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants, chunksOf, projectOf, stepsOf } from "../../supabase/tests/look.ts";
import { callback, callbackOf, claim, submit } from "../../supabase/tests/verbs.ts";
import { collide, untilWaiting } from "./races.ts";

const REFUSED = { state: "failed", error: { message: "NSFW", retryable: false } } as const;

Deno.test(
  "one callback delivered twice at the same moment is applied once and once a duplicate",
  onDatabase(async ({ sql, aSubmittedClip, openSession }) => {
    const given = callbackOf(await aSubmittedClip());
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => receiveCallback(one.db, given)],
      [two, () => receiveCallback(two.db, given)],
    );

    assert.deepEqual([first.outcome, second.outcome], ["applied", "duplicate"]);
    assert.equal(second.webhook_log_id, first.webhook_log_id);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "the same result in two deliveries at the same moment is applied once",
  onDatabase(async ({ sql, aSubmittedClip, openSession }) => {
    const work = await aSubmittedClip();
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => callback(one.db, work, { delivery_id: "1" })],
      [two, () => callback(two.db, work, { delivery_id: "2" })],
    );

    assert.deepEqual([first.outcome, second.outcome], ["applied", "duplicate"]);
    assert.equal((await sql`select from public.media where type = 'generated-video'`).length, 1);
  }),
);

Deno.test(
  "a callback and a sibling's failure at the same moment: the clip is late, whoever is first wins",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [failing, sibling] = await claim(db);
    assert(failing && sibling);
    await submit(db, failing);
    await submit(db, sibling);
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => callback(one.db, failing, { result: REFUSED })],
      [two, () => callback(two.db, sibling)],
    );

    assert.deepEqual([first.outcome, second.outcome], ["applied", "stale"]);
    assert.equal((await projectOf(sql, projectId)).status, "failed");
    assert.deepEqual((await chunksOf(sql, projectId)).map(({ status }) => status), [
      "FAILED",
      "CANCELLED",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "the failure of a clip whose sibling completes at the same moment keeps the sibling's clip",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [failing, sibling] = await claim(db);
    assert(failing && sibling);
    await submit(db, failing);
    await submit(db, sibling);
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => callback(one.db, sibling)],
      [two, () => callback(two.db, failing, { result: REFUSED })],
    );

    assert.deepEqual([first.outcome, second.outcome], ["applied", "applied"]);
    assert.deepEqual((await chunksOf(sql, projectId)).map(({ status }) => status), [
      "FAILED",
      "COMPLETED",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "the last two scenes completing at the same moment start one stitch",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [left, right] = await claim(db);
    assert(left && right);
    await submit(db, left);
    await submit(db, right);
    const [one, two] = [await openSession(), await openSession()];

    await collide(
      sql,
      [one, () => callback(one.db, left)],
      [two, () => callback(two.db, right)],
    );

    assert.equal((await projectOf(sql, projectId)).status, "stitching");
    assert.deepEqual((await stepsOf(sql, projectId)).filter((step) => /^stitch /.test(step)), [
      "stitch queued",
    ]);
  }),
);

Deno.test(
  "a first delivery that rolls back leaves the second one to be applied",
  onDatabase(async ({ sql, aSubmittedClip, openSession }) => {
    const given = callbackOf(await aSubmittedClip());
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    await receiveCallback(one.db, given);
    const second = receiveCallback(two.db, given);
    await untilWaiting(sql, two);
    await one.sql`rollback`;

    assert.equal((await second).outcome, "applied");
  }),
);
