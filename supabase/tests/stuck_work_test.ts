import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { receiveCallback } from "../functions/_shared/transitions/callbacks.ts";
import { onDatabase } from "./given.ts";
import { callbackOf, claim, complete, fail, moveClock, setSetting } from "./verbs.ts";

Deno.test(
  "stuck_work is empty while things move on",
  onDatabase(async ({ sql, db, aSubmittedClip, aFilmToStore, aProject }) => {
    await complete(db, await aFilmToStore());
    await aSubmittedClip({ video_id: "video-2" });
    await aProject({ video_id: "video-3" });
    await claim(db, { answersBell: true });

    assert.deepEqual(await stuck(sql), []);
  }),
);

Deno.test(
  "stuck_work lists steps and deliveries that are overdue by more than 10 minutes",
  onDatabase(async ({ sql, db, aFilmToStore, aProject, aSubmittedClip, aClaimedClip }) => {
    await complete(db, await aFilmToStore());
    await aClaimedClip({ video_id: "video-2" });
    await aSubmittedClip({ video_id: "video-3" });
    await aProject({ video_id: "video-4" });
    await claim(db, { answersBell: true, limit: 1, providers: {} });
    await sql`update public.webhook_deliveries set status = 'pending', claim_token = null`;

    await moveClock(sql, 599);
    assert.deepEqual(await stuck(sql), []);
    await moveClock(sql, 800);

    assert.deepEqual(await stuck(sql), [
      "delivery pending",
      "generate_clip queued",
      "generate_clip running",
      "generate_clip waiting",
    ]);
  }),
);

Deno.test(
  "stuck_work does not call a step stuck that waits for room, but lists what keeps it waiting",
  onDatabase(async ({ sql, db, aProject, aClaimedClip }) => {
    await aClaimedClip();
    await claim(db, { answersBell: true });
    await aProject({ video_id: "video-2" });
    await sql`update private.bell set unanswered_since = null`;
    await moveClock(sql, 3600);
    await sql`update private.steps set due_at = private.clock() where status = 'running'`;
    assert.deepEqual(await stuck(sql), ["generate_clip queued"]);

    await sql`update private.providers set max_in_flight = 1 where name = 'fal'`;
    assert.deepEqual(await stuck(sql), []);
    await sql`update private.providers set max_in_flight = null, is_paused = true where name = '*'`;
    assert.deepEqual(await stuck(sql), ["provider paused"]);
    await sql`
      update private.providers
      set is_paused = false, held_until = private.clock() + interval '1 minute', hold_reason = 'HTTP 429'
      where name in ('*', 'fal')`;
    assert.deepEqual(await stuck(sql), ["provider held", "provider held"]);
    const [held] = await sql`select why from private.stuck_work where id = 'fal'`;
    assert.match(held?.why, /^It gets nothing new until .*: HTTP 429$/);
  }),
);

Deno.test(
  "stuck_work and overdue_work call no step stuck that waits while another feels the way",
  onDatabase(async ({ sql, db, aProject }) => {
    await aProject({ scenes: Array(5).fill("cut") });
    for (const work of await claim(db)) await fail(db, work, { retryable: true });
    await moveClock(sql, 3600);
    assert.equal((await claim(db, { answersBell: true })).length, 1);
    await sql`update private.bell set unanswered_since = null`;

    assert.deepEqual(await stuck(sql), []);
    const [overdue] = await sql`
      select private.overdue_work(private.clock() - interval '1 minute') ->> 'count' as n`;
    assert.equal(overdue?.n, "0");
  }),
);

Deno.test(
  "stuck_work does not call a step stuck that waits behind its user's others; another user's is",
  onDatabase(async ({ sql, db, aProject, aClaimedClip }) => {
    await aClaimedClip();
    await claim(db, { answersBell: true });
    await aProject({ video_id: "video-2" });
    const other = await aProject({ video_id: "video-3", user_id: "user-2" });
    await sql`update private.bell set unanswered_since = null`;
    await moveClock(sql, 3600);
    await sql`update private.steps set due_at = private.clock() where status = 'running'`;

    await sql`update private.providers set max_in_flight_per_user = 1 where name = 'fal'`;

    const found = await sql`select project_id from private.stuck_work`;
    assert.deepEqual(found.map(({ project_id }) => project_id), [other]);
  }),
);

Deno.test(
  "stuck_work lists the reached spending cap instead of the steps behind it",
  onDatabase(async ({ sql, db, aProject }) => {
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/some-model', 'generate_clip', 1, current_date, 'a test')`;
    await setSetting(sql, "max_usd_per_day", 1);
    await aProject({ scenes: ["cut", "cut"] });
    await claim(db, { answersBell: true });
    await sql`update private.steps set due_at = private.clock() - interval '1 hour' where status = 'queued'`;

    assert.deepEqual(await stuck(sql), ["spending cap reached"]);
  }),
);

Deno.test(
  "stuck_work lists a film without an open step, a callback of nobody's, and a bell nobody answers",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    const work = await aClaimedClip();
    await sql`delete from private.steps`;
    await receiveCallback(db, { ...callbackOf(work), token: null });
    await moveClock(sql, 3601);

    assert.deepEqual(await stuck(sql), ["bell unanswered", "callback buffered", "project queued"]);
    const [row] = await sql`select * from private.stuck_work where what = 'project queued'`;
    assert.equal(row?.project_id, work.project_id);
  }),
);

Deno.test(
  "oldest_due and queue_depth tell what is open, and since when the first of it is due",
  onDatabase(async ({ sql, aProject, aClaimedClip }) => {
    await aClaimedClip();
    const first = await aProject({ video_id: "video-2" });
    await aProject({ video_id: "video-3" });
    const paused = await aProject({ video_id: "video-4" });
    await sql`select public.pause_project(${paused})`;
    await moveClock(sql, 30);

    const depth = await sql`select * from private.queue_depth order by status`;
    assert.deepEqual(
      depth.map((row) => [row.what, row.status, row.provider, row.items, row.due, row.paused]),
      [
        ["generate_clip", "queued", null, "3", "2", "1"],
        ["generate_clip", "running", "fal", "1", "0", "0"],
      ],
    );
    const oldest = await sql`
      select project_id, extract(epoch from overdue)::integer as seconds
      from private.oldest_due where status = 'queued'`;
    assert.deepEqual([...oldest], [{ project_id: first, seconds: 30 }]);
  }),
);

Deno.test(
  "views for whoever is on call are open to postgres alone",
  onDatabase(async ({ sql }) => {
    const open = await sql`
      select relname, role
      from pg_class, unnest(array['anon', 'authenticated', 'service_role']) as role
      where relnamespace = 'private'::regnamespace and relkind = 'v'
        and has_table_privilege(role, pg_class.oid, 'select')`;
    assert.deepEqual([...open], []);
    const ofTheirOwner = await sql`
      select relname from pg_class
      where relnamespace = 'private'::regnamespace and relkind = 'v'
        and not coalesce(reloptions, '{}') @> array['security_invoker=true']`;
    assert.deepEqual([...ofTheirOwner], []);
  }),
);

async function stuck(sql: Sql): Promise<string[]> {
  const rows = await sql`select what from private.stuck_work order by what`;
  return rows.map(({ what }) => what);
}
