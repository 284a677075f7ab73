import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, chunksOf, errorsOf, only, projectOf } from "./look.ts";
import { callback, claim, fail, requestOf, submit } from "./verbs.ts";

Deno.test(
  "apply_buffered applies a callback without a token as soon as its request id appears",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    const early = await callback(db, work, { token: null });
    assert.equal(early.outcome, "buffered");
    const waiting = only(await sql`select status, outcome, processed_at from public.webhook_logs`);
    assert.deepEqual(waiting, { status: "pending", outcome: "buffered", processed_at: null });

    assert.equal(await submit(db, work), "applied");

    assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED");
    const log = only(await sql`select status, outcome, project_id from public.webhook_logs`);
    assert.deepEqual(log, { status: "success", outcome: "applied", project_id: work.project_id });
  }),
);

Deno.test(
  "apply_buffered applies several callbacks of a request in the order in which they came",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await callback(db, work, { token: null, result: { state: "in_progress", progress: 50 } });
    await callback(db, work, { token: null });
    await callback(db, work, { token: null, delivery_id: "again" });

    await submit(db, work);

    const logs = await sql`select outcome from public.webhook_logs order by received_at`;
    assert.deepEqual(logs.map(({ outcome }) => outcome), ["applied", "applied", "duplicate"]);
  }),
);

Deno.test(
  "apply_buffered keeps the clip of a call that nobody waits for any more, once its receipt says whose it is",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const [work, other] = await claim(db);
    assert(work && other);
    await fail(db, other);
    assert.equal((await callback(db, work, { token: null })).outcome, "buffered");

    assert.equal(await submit(db, work), "stale");

    const log = only(await sql`select status, outcome from public.webhook_logs`);
    assert.deepEqual(log, { status: "success", outcome: "stale" });
    await changeProject(db, "retry", { projectId, reason: null });
    const clips = await chunksOf(sql, projectId);
    assert.deepEqual(clips.map(({ status }) => status), ["COMPLETED", "PENDING"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "apply_buffered leaves callbacks of other requests and other sources waiting",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await callback(db, work, { token: null, source: "video" });
    await callback(db, work, { token: null, result: { request_id: "another" } });

    await submit(db, work);

    const logs = await sql`select status from public.webhook_logs`;
    assert.deepEqual(logs.map(({ status }) => status), ["pending", "pending"]);
  }),
);

Deno.test(
  "apply_buffered lets a callback that cannot be applied not undo the record of the submission",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await sql`alter table public.media add constraint broken check (false) not valid`;
    await callback(db, work, { token: null });

    try {
      assert.equal(await submit(db, work), "applied");
    } finally {
      await sql`alter table public.media drop constraint broken`;
    }

    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.request_id], ["submitted", requestOf(work)]);
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    const log = only(await sql`select status, error from public.webhook_logs`);
    assert.equal(log.status, "error");
    assert.match(only(await errorsOf(sql, "webhook")), /^Cannot process callback: .*"broken"/);
    assert.equal((await callback(db, work, { token: null })).outcome, "applied");
  }),
);
