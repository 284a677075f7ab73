import assert from "node:assert/strict";
import { replayCallback } from "../functions/_shared/management/callbacks.ts";
import { receiveCallback } from "../functions/_shared/transitions/callbacks.ts";
import { refusalOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { brokenInvariants, chunksOf, errorsOf, only, projectOf } from "./look.ts";
import { callback, callbackOf, type CallbackOptions, claim, requestOf, submit } from "./verbs.ts";

/** Lets callbacks fail to be processed until `mend`. */
async function broken({ sql }: Given) {
  await sql`alter table public.media add constraint broken check (false) not valid`;
  return { mend: async () => void await sql`alter table public.media drop constraint broken` };
}

async function aFailedCallback(given: Given, options?: CallbackOptions) {
  const work = await given.aSubmittedClip();
  const { mend } = await broken(given);
  const { webhook_log_id: id, outcome } = await callback(given.db, work, options);
  assert.equal(outcome, "error");
  return { work, id, mend };
}

async function logOf({ sql }: Given, id: string) {
  return only(
    await sql`
    select status, outcome, error, retry_count, project_id from public.webhook_logs
    where webhook_log_id = ${id}`,
  );
}

Deno.test(
  "replay_callback applies once what failed to be processed; after that it is a duplicate",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { work, id, mend } = await aFailedCallback(given);
    await mend();

    const answer = await replayCallback(db, id);

    assert.deepEqual(answer, {
      webhook_log_id: id,
      was: "error",
      status: "success",
      outcome: "applied",
      error: null,
      retry_count: 1,
    });
    assert.equal((await projectOf(sql, work.project_id)).status, "stitching");
    const before = await logOf(given, id);
    const again = await replayCallback(db, id);
    assert.deepEqual([again.was, again.outcome, again.retry_count], ["success", "duplicate", 1]);
    assert.deepEqual(await logOf(given, id), before);
    assert.equal((await sql`select from public.media where type = 'generated-video'`).length, 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "replay_callback that fails again stands as error, with the new reason",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { id, mend } = await aFailedCallback(given);
    await sql`update public.webhook_logs set error = 'the old reason'`;

    const answer = await replayCallback(db, id);
    await mend();

    assert.deepEqual([answer.status, answer.outcome, answer.retry_count], ["error", "error", 1]);
    assert.match(answer.error ?? "", /violates check constraint "broken"/);
    assert.equal((await errorsOf(sql, "webhook")).length, 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "replay_callback of a result that came again meanwhile is a duplicate",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { work, id, mend } = await aFailedCallback(given, { delivery_id: "msg-1" });
    await mend();
    assert.equal((await callback(db, work, { delivery_id: "msg-1" })).outcome, "applied");

    const answer = await replayCallback(db, id);

    assert.deepEqual([answer.status, answer.outcome], ["success", "duplicate"]);
    assert.equal((await sql`select from public.media where type = 'generated-video'`).length, 1);
  }),
);

Deno.test(
  "replay_callback does not keep images twice that came again meanwhile",
  onDatabase(async (given) => {
    const { db, sql, aProject, aSubmittedClip } = given;
    const project_id = await aProject({ video_id: "video-2" });
    const work = await aSubmittedClip();
    const images = [{ url: "https://made.test/1.png", width: 1, height: 1 }];
    const about = {
      token: null,
      delivery_id: "msg-1",
      result: { request_id: "req-images", project_id, output: { images } },
    };
    const { mend } = await broken(given);
    const { webhook_log_id, outcome } = await callback(db, work, about);
    await mend();
    assert.equal(outcome, "error");
    assert.equal((await callback(db, work, about)).outcome, "applied");

    const answer = await replayCallback(db, webhook_log_id);

    assert.deepEqual([answer.status, answer.outcome], ["success", "duplicate"]);
    assert.equal((await sql`select from public.media`).length, 1);
  }),
);

Deno.test(
  "replay_callback makes the sender's next try a duplicate",
  onDatabase(async (given) => {
    const { work, id, mend } = await aFailedCallback(given, { delivery_id: "msg-1" });
    await mend();
    await replayCallback(given.db, id);

    const next = await callback(given.db, work, { delivery_id: "msg-1" });

    assert.deepEqual([next.outcome, next.webhook_log_id], ["duplicate", id]);
  }),
);

Deno.test(
  "replay_callback finds the attempt by the token that it came under, before any request id is known",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    const work = await aClaimedClip();
    const { mend } = await broken(given);
    const { webhook_log_id: id } = await callback(db, work);
    await mend();

    const answer = await replayCallback(db, id);

    assert.equal(answer.outcome, "applied");
    const clip = only(await chunksOf(sql, work.project_id));
    assert.deepEqual([clip.status, clip.request_id], ["COMPLETED", requestOf(work)]);
  }),
);

Deno.test(
  "replay_callback of a buffered one stays buffered while nothing matches, then applies",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    const work = await aClaimedClip();
    const early = await callback(db, work, { token: null, result: { request_id: "req-outside" } });
    assert.equal(early.outcome, "buffered");

    const waiting = await replayCallback(db, early.webhook_log_id);
    assert.deepEqual([waiting.was, waiting.status, waiting.outcome], [
      "pending",
      "pending",
      "buffered",
    ]);
    await sql`insert into public.video_chunks (request_id) values ('req-outside')`;
    const applied = await replayCallback(db, early.webhook_log_id);

    assert.deepEqual([applied.was, applied.outcome], ["success", "duplicate"]);
    const chunk = only(await sql`select status from public.video_chunks where project_id is null`);
    assert.equal(chunk.status, "COMPLETED");
  }),
);

Deno.test(
  "replay_callback of what its film no longer wants is stale, and changes nothing",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const { work, id, mend } = await aFailedCallback(given);
    await mend();
    await sql`select public.cancel_project(${work.project_id})`;

    const answer = await replayCallback(db, id);

    assert.deepEqual([answer.status, answer.outcome], ["success", "stale"]);
    assert.equal((await replayCallback(db, id)).outcome, "stale");
    assert.equal((await projectOf(sql, work.project_id)).status, "cancelled");
  }),
);

Deno.test(
  "replay_callback hands a custom source's callback to its handler again, once it is mended",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await sql`
      insert into private.webhook_sources (name, scheme, secret_name, handler_kind, handler_target)
      values ('billing', 'hmac', 'BILLING_SECRET', 'function', 'not_there_yet')`;
    try {
      const work = await given.aSubmittedClip();
      const { webhook_log_id: id, outcome } = await receiveCallback(db, {
        ...callbackOf(work, { source: "billing", token: null }),
        result: null,
      });
      assert.equal(outcome, "error");
      await sql`update private.webhook_sources set handler_kind = null, handler_target = null`;

      const answer = await replayCallback(db, id);

      assert.deepEqual([answer.status, answer.outcome], ["success", "applied"]);
      assert.equal((await replayCallback(db, id)).outcome, "duplicate");
    } finally {
      await sql`delete from private.webhook_sources`;
    }
  }),
);

Deno.test(
  "replay_callback refuses a malformed one, one under a wrong token, and an unknown id",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip } = given;
    const work = await aSubmittedClip();
    const malformed = await receiveCallback(db, {
      ...callbackOf(work),
      malformed: "status: Required",
      result: null,
    });
    const foreign = await callback(db, work, { token: `${work.attempt.attempt_id}.00` });
    assert.equal(foreign.outcome, "unknown");

    assert.equal(
      await refusalOf(replayCallback(db, malformed.webhook_log_id)),
      `RL409 Cannot replay callback "${malformed.webhook_log_id}": it was malformed, and there is nothing to apply`,
    );
    assert.equal(
      await refusalOf(replayCallback(db, foreign.webhook_log_id)),
      `RL409 Cannot replay callback "${foreign.webhook_log_id}": the token in its URL is not ours`,
    );
    assert.equal(
      await refusalOf(replayCallback(db, "nobody")),
      'RL404 Cannot replay callback "nobody": no such callback',
    );
    assert.deepEqual(await claim(db), []);
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    assert.equal(await submit(db, work), "stale");
  }),
);
