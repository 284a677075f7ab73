import assert from "node:assert/strict";
import { setEndpointEnabled } from "../../supabase/functions/_shared/management/endpoints.ts";
import { anEndpoint, queueTo, statusesOf } from "../../supabase/tests/endpoints.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { attemptsOf, brokenInvariants, only, stepOf } from "../../supabase/tests/look.ts";
import {
  callback,
  claim,
  complete,
  moveClock,
  outliveLeases,
  requestOf,
  submit,
} from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

const DAY = 86_400;

Deno.test(
  "a runner finishes while its lease is being ended: what it learnt is kept, and nothing is sent again",
  onDatabase(async ({ db, sql, aClaimedClip, openSession }) => {
    const work = await aClaimedClip();
    await outliveLeases(sql);
    const [one, two] = [await openSession(), await openSession()];

    const [looked, verdict] = await collide(
      sql,
      [one, () => claim(one.db)],
      [two, () => submit(two.db, work)],
    );

    assert.deepEqual([only(looked).mode, verdict], ["lookup", "stale"]);
    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.request_id], ["lost", requestOf(work)]);
    await outliveLeases(sql);
    assert.equal(only(await claim(db)).mode, "ask");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a lease ends while its runner is finishing: the claim finds nothing to do",
  onDatabase(async ({ sql, aClaimedClip, aFilmToStore, openSession }) => {
    const clip = await aClaimedClip();
    const store = await aFilmToStore({ video_id: "video-2" });
    await outliveLeases(sql);
    const [one, two] = [await openSession(), await openSession()];

    await one.sql`begin`;
    assert.equal(await submit(one.db, clip), "applied");
    assert.equal(await complete(one.db, store), "applied");
    assert.deepEqual(await claim(two.db), []);
    await one.sql`commit`;

    assert.deepEqual(await claim(two.db), []);
    assert.equal((await stepOf(sql, store.step_id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "the sweep waits for no callback, and rings for nothing that it has moved on",
  onDatabase(async ({ sql, aSubmittedClip, openSession }) => {
    const work = await aSubmittedClip();
    await moveClock(sql, 601);
    const [one, two] = [await openSession(), await openSession()];
    await two.sql`reset role`;

    await one.sql`begin`;
    assert.equal((await callback(one.db, work)).outcome, "applied");
    await two.sql`select private.sweep()`;
    await one.sql`commit`;
    await two.sql`select private.sweep()`;

    assert.equal((await stepOf(sql, work.step_id)).status, "completed");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "the sweep gives a buffered callback up while its request is being recorded: one of both has it",
  onDatabase(async ({ db, sql, aClaimedClip, openSession }) => {
    for (const sweepFirst of [true, false]) {
      const work = await aClaimedClip({ video_id: `video-${sweepFirst}` });
      await callback(db, work, { token: null });
      await moveClock(sql, DAY + 1);
      const [one, two] = [await openSession(), await openSession()];

      if (sweepFirst) {
        await one.sql`reset role`;
        const [, verdict] = await collide(
          sql,
          [one, () => one.sql`select private.sweep()`],
          [two, () => submit(two.db, work)],
        );
        assert.equal(verdict, "applied");
        assert.equal((await stepOf(sql, work.step_id)).status, "waiting", "and is asked about");
      } else {
        await two.sql`reset role`;
        await one.sql`begin`;
        assert.equal(await submit(one.db, work), "applied");
        await two.sql`select private.sweep()`;
        await one.sql`commit`;
        assert.equal((await stepOf(sql, work.step_id)).status, "completed");
      }
      const logs = await sql`
        select outcome from public.webhook_logs where request_id = ${requestOf(work)}`;
      assert.equal(only(logs).outcome, sweepFirst ? "unknown" : "applied");
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "the sweep waits for no delivery that somebody holds, and rings for all else",
  onDatabase(async (given) => {
    const { sql, db, aProject, openSession } = given;
    const { id } = await anEndpoint(given);
    await setEndpointEnabled(db, id, { isEnabled: false, reason: null });
    await queueTo(sql, id, 2);
    await aProject();
    await sql`update private.bell set last_rung_at = null, unanswered_since = null`;
    await sql`delete from net.http_request_queue`;
    const [holder, sweeper] = [await openSession(), await openSession()];
    for (const session of [holder, sweeper]) await session.sql`reset role`;
    await sweeper.sql`set lock_timeout = '1s'`;

    await holder.sql`begin`;
    await holder.sql`
      select from public.webhook_deliveries where endpoint_id = ${id}
      order by position limit 1 for no key update`;
    await sweeper.sql`select private.sweep()`;
    await holder.sql`commit`;

    assert.equal((await sql`select from net.http_request_queue`).length, 1);
    assert.deepEqual(await statusesOf(sql, id), [
      "webhook.received pending",
      "webhook.received skipped",
    ]);
    await sweeper.sql`select private.sweep()`;
    assert.deepEqual(await statusesOf(sql, id), [
      "webhook.received skipped",
      "webhook.received skipped",
    ]);
  }),
);
