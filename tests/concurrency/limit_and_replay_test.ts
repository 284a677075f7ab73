import assert from "node:assert/strict";
import { replayCallback } from "../../supabase/functions/_shared/management/callbacks.ts";
import { refusalOf } from "../../supabase/tests/drive.ts";
import { type Given, onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants, only } from "../../supabase/tests/look.ts";
import { callback, claim, fail, requestOf, submit } from "../../supabase/tests/verbs.ts";
import { collide, untilWaiting } from "./races.ts";

Deno.test(
  "two runners at a limit of one: the second waits for the first and gets nothing",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await sql`update private.providers set max_in_flight = 1 where name = 'fal'`;
    await aProject({ scenes: ["cut", "cut", "cut"] });
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => claim(one.db)],
      [two, () => claim(two.db)],
    );

    assert.deepEqual([first.length, second.length], [1, 0]);
    assert.equal((await sql`select from private.attempts`).length, 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "two runners where one step is to feel the way: only one does",
  onDatabase(async ({ db, sql, aProject, openSession }) => {
    await aProject({ scenes: Array(7).fill("cut") });
    for (const work of (await claim(db)).slice(0, 5)) await fail(db, work, { retryable: true });
    await sql`update private.steps set due_at = private.clock() where status = 'queued'`;
    await sql`update private.providers set held_until = private.clock() where name = 'fal'`;
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => claim(one.db)],
      [two, () => claim(two.db)],
    );

    assert.deepEqual([first.length, second.length], [1, 0]);
  }),
);

/** A callback whose processing raised, and the database mended since. */
async function aFailedCallback({ db, sql, aSubmittedClip }: Given) {
  const work = await aSubmittedClip();
  await sql`alter table public.media add constraint broken check (false) not valid`;
  const { webhook_log_id } = await callback(db, work, { delivery_id: "msg-1" });
  await sql`alter table public.media drop constraint broken`;
  return { work, id: webhook_log_id };
}

Deno.test(
  "two replays of one callback at the same moment have one effect",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const { id } = await aFailedCallback(given);
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => replayCallback(one.db, id)],
      [two, () => replayCallback(two.db, id)],
    );

    assert.deepEqual([first.outcome, second.outcome], ["applied", "duplicate"]);
    const log = only(await sql`select status, outcome, retry_count from public.webhook_logs`);
    assert.deepEqual(log, { status: "success", outcome: "applied", retry_count: 1 });
    assert.equal((await sql`select from public.media where type = 'generated-video'`).length, 1);
  }),
);

Deno.test(
  "a replay and the sender's next try at the same moment have one effect",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    for (const replayFirst of [true, false]) {
      await sql`delete from private.seen_deliveries`;
      await sql`delete from public.media`;
      const { work, id } = await aFailedCallback(given);
      const [one, two] = [await openSession(), await openSession()];
      const replay = (db: typeof one.db) => replayCallback(db, id);
      const again = (db: typeof one.db) => callback(db, work, { delivery_id: "msg-1" });

      const outcomes = replayFirst
        ? await collide(sql, [one, () => replay(one.db)], [two, () => again(two.db)])
        : await collide(sql, [one, () => again(one.db)], [two, () => replay(two.db)]);

      assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["applied", "duplicate"]);
      assert.equal((await sql`select from public.media where type = 'generated-video'`).length, 1);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "a replay of a buffered callback and the record of its submission at the same moment meet",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip, openSession } = given;
    for (const replayFirst of [true, false]) {
      const work = await aClaimedClip({ video_id: `video-${replayFirst}` });
      const { webhook_log_id: id, outcome } = await callback(db, work, { token: null });
      assert.equal(outcome, "buffered");
      const [one, two] = [await openSession(), await openSession()];

      const replayed = replayFirst
        ? (await collide(sql, [one, () => replayCallback(one.db, id)], [
          two,
          () => submit(two.db, work),
        ]))[0]
        : (await collide(sql, [one, () => submit(one.db, work)], [
          two,
          () => replayCallback(two.db, id),
        ]))[1];

      assert.equal(replayed.outcome, replayFirst ? "buffered" : "duplicate");
      const log = only(
        await sql`select status, outcome from public.webhook_logs where webhook_log_id = ${id}`,
      );
      assert.deepEqual(log, { status: "success", outcome: "applied" });
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "a replay that comes between a submission and its buffered callback does not deadlock",
  onDatabase(async ({ db, sql, aClaimedClip, openSession }) => {
    const work = await aClaimedClip();
    const { webhook_log_id: id } = await callback(db, work, { token: null });
    const [gate, record, replay] = [await openSession(), await openSession(), await openSession()];
    await gate.sql`reset role`;
    await gate.sql`begin`;
    await gate.sql`select private.lock_request(${requestOf(work)})`;

    const recorded = submit(record.db, work);
    await untilWaiting(sql, record);
    const replayed = replayCallback(replay.db, id);
    await untilWaiting(sql, replay);
    await gate.sql`commit`;

    assert.deepEqual([await recorded, (await replayed).outcome], ["applied", "duplicate"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "two replays of a callback that no attempt waits for have one effect, too",
  onDatabase(async ({ sql, aProject, openSession }) => {
    const project_id = await aProject();
    const images = [{ url: "https://made.test/1.png", width: 1, height: 1 }];
    const result = { state: "completed", project_id, output: { images } };
    await sql`
      insert into public.webhook_logs (webhook_log_id, webhook_id, source, type, outcome, raw_body, result)
      values ('whlog_1', 'msg-1', 'fal', 'generation.completed', 'buffered', '', ${
      sql.json(result)
    })`;
    await sql`
      insert into private.seen_deliveries (source, webhook_id, webhook_log_id)
      values ('fal', 'msg-1', 'whlog_1')`;
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => replayCallback(one.db, "whlog_1")],
      [two, () => replayCallback(two.db, "whlog_1")],
    );

    assert.deepEqual([first.outcome, second.outcome], ["applied", "duplicate"]);
    assert.equal((await sql`select from public.media`).length, 1);
  }),
);

Deno.test(
  "a callback that is deleted while it is replayed is answered as one that is not there",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const work = await given.aClaimedClip();
    const { webhook_log_id: id, outcome } = await callback(db, work, { token: null });
    assert.equal(outcome, "buffered");
    const [one, two] = [await openSession(), await openSession()];
    await one.sql`reset role`;

    const [, refusal] = await collide(
      sql,
      [one, () => one.sql`delete from public.webhook_logs where webhook_log_id = ${id}`],
      [two, () => refusalOf(replayCallback(two.db, id))],
    );

    assert.match(refusal, /^RL404 /);
  }),
);
