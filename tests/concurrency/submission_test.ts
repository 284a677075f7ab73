import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import { attemptsOf, brokenInvariants, chunksOf, only } from "../../supabase/tests/look.ts";
import { priceClips } from "../../supabase/tests/prices.ts";
import {
  callback,
  claim,
  fail,
  outliveLeases,
  requestOf,
  submit,
} from "../../supabase/tests/verbs.ts";
import { collide, untilWaiting } from "./races.ts";

Deno.test(
  "a callback without a token and the record of its submission at the same moment meet",
  onDatabase(async ({ sql, aClaimedClip, openSession }) => {
    for (const callbackFirst of [true, false]) {
      const work = await aClaimedClip({ video_id: `video-${callbackFirst}` });
      const [one, two] = [await openSession(), await openSession()];

      if (callbackFirst) {
        const [received, verdict] = await collide(
          sql,
          [one, () => callback(one.db, work, { token: null })],
          [two, () => submit(two.db, work)],
        );
        assert.deepEqual([received.outcome, verdict], ["buffered", "applied"]);
      } else {
        const [verdict, received] = await collide(
          sql,
          [one, () => submit(one.db, work)],
          [two, () => callback(two.db, work, { token: null })],
        );
        assert.deepEqual([verdict, received.outcome], ["applied", "applied"]);
      }
      assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED");
      const log = only(
        await sql`
        select status, outcome from public.webhook_logs where project_id = ${work.project_id}`,
      );
      assert.deepEqual(log, { status: "success", outcome: "applied" });
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "an outside worker's chunk and its callback at the same moment meet",
  onDatabase(async ({ sql, openSession, aClaimedClip }) => {
    const work = await aClaimedClip();
    for (const callbackFirst of [true, false]) {
      const id = `req-${callbackFirst}`;
      const [one, two] = [await openSession(), await openSession()];
      const insert = (worker: typeof sql) =>
        worker`insert into public.video_chunks (request_id) values (${id})`;
      const deliver = (db: typeof one.db) =>
        callback(db, work, { token: null, result: { request_id: id } });

      if (callbackFirst) {
        await collide(sql, [one, () => deliver(one.db)], [
          two,
          async () => void await insert(two.sql),
        ]);
      } else {
        await collide(sql, [one, async () => void await insert(one.sql)], [
          two,
          () => deliver(two.db),
        ]);
      }

      const chunk = only(
        await sql`select status from public.video_chunks where request_id = ${id}`,
      );
      assert.equal(chunk.status, "COMPLETED");
    }
  }),
);

Deno.test(
  "a callback with a token, one without and the record of their submission do not deadlock",
  onDatabase(async ({ db, sql, aClaimedClip, openSession }) => {
    const work = await aClaimedClip();
    const [gate, late, record] = [await openSession(), await openSession(), await openSession()];
    await gate.sql`reset role`;
    await gate.sql`begin`;
    await gate.sql`select private.lock_request(${requestOf(work)})`;

    // It has looked once, found no attempt, and stands at the gate.
    const withoutToken = callback(late.db, work, { token: null, delivery_id: "late" });
    await untilWaiting(sql, late);
    const withToken = await callback(db, work);
    const submission = submit(record.db, work);
    await untilWaiting(sql, record);
    await gate.sql`commit`;

    assert.equal(withToken.outcome, "applied");
    assert.equal((await withoutToken).outcome, "duplicate");
    assert.equal(await submission, "stale");
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "completed");
  }),
);

Deno.test(
  "a request that a look-up finds while its callback gives it to another attempt is the other one's",
  onDatabase(async ({ sql, db, aProject, openSession }) => {
    for (const video_id of ["one", "two"]) await aProject({ video_id });
    await claim(db);
    await outliveLeases(sql);
    const [found, called] = await claim(db);
    assert(found?.mode === "lookup" && called?.mode === "lookup");
    const [one, two] = [await openSession(), await openSession()];

    const [applied, verdict] = await collide(
      sql,
      [one, () => callback(one.db, called, { result: { request_id: "req-both" } })],
      [two, () => submit(two.db, found, "req-both")],
    );

    assert.deepEqual([applied.outcome, verdict], ["applied", "stale"]);
    assert.equal(only(await attemptsOf(sql, found.step_id)).request_id, null);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a receipt that waits while its call is recorded as refused is paid for, by the estimate too",
  onDatabase(async ({ sql, aClaimedClip, openSession }) => {
    await priceClips(sql, 0.1);
    const work = await aClaimedClip();
    const [refusing, receiving] = [await openSession(), await openSession()];

    const [, verdict] = await collide(
      sql,
      [refusing, () => fail(refusing.db, work, { retryable: true })],
      [receiving, () => submit(receiving.db, work)],
    );

    assert.equal(verdict, "stale");
    const [film] = await sql`select estimated_cost_usd::float8 as usd from public.projects`;
    assert.equal(film?.usd, 1.001, "the clip twice, and the first frame");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
