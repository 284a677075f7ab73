import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { receiveCallback } from "../functions/_shared/transitions/callbacks.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, chunksOf, errorsOf, only } from "./look.ts";
import { callback, callbackOf, requestOf } from "./verbs.ts";

Deno.test(
  "apply_callback matches by the token alone, or by the request id alone",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const first = await aSubmittedClip();
    const second = await aSubmittedClip({ video_id: "video-2" });

    const byToken = await callback(db, first, { result: { request_id: null } });
    const byRequest = await callback(db, second, { token: null });

    assert.deepEqual([byToken.outcome, byRequest.outcome], ["applied", "applied"]);
  }),
);

Deno.test(
  "apply_callback calls a token that is not ours unknown, and changes nothing",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    const [id, signature] = work.attempt.attempt_token.split(".");
    const taskToken = await taskTokenOf(sql, id ?? "");

    for (
      const token of ["", "x", `${id}.`, `${id}.${"0".repeat(64)}`, `att_x.${signature}`, taskToken]
    ) {
      assert.equal((await callback(db, work, { token })).outcome, "unknown", token);
    }

    assert.equal(only(await chunksOf(sql, work.project_id)).status, "SUBMITTED");
    const logs =
      await sql`select distinct status, outcome, project_id, error from public.webhook_logs`;
    assert.deepEqual(only(logs), {
      status: "error",
      outcome: "unknown",
      project_id: null,
      error: "The token in the callback URL is not ours",
    });
    assert.equal((await errorsOf(sql, "webhook")).length, 6);
  }),
);

Deno.test(
  "apply_callback processes the genuine callback after a copy with a wrong token",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const genuine = callbackOf(await aSubmittedClip(), { delivery_id: "msg-1" });
    const copy = { ...genuine, token: "att_x.0" };

    assert.equal((await receiveCallback(db, copy)).outcome, "unknown");
    assert.equal((await receiveCallback(db, genuine)).outcome, "applied");
    assert.equal((await receiveCallback(db, copy)).outcome, "duplicate");
  }),
);

Deno.test(
  "apply_callback calls what contradicts its token unknown: request, scene, project or source",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    const wrong = [
      { result: { request_id: "another" } },
      { result: { scene_id: "scene_another" } },
      { result: { project_id: "proj_another" } },
      { source: "video" },
    ];

    for (const options of wrong) {
      assert.equal((await callback(db, work, options)).outcome, "unknown", JSON.stringify(options));
    }

    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "submitted");
    const agrees = { scene_id: String(work.attempt.input.scene_id), project_id: work.project_id };
    assert.equal((await callback(db, work, { result: agrees })).outcome, "applied");
  }),
);

Deno.test(
  "apply_callback calls a request unknown that belongs to another attempt than its token",
  onDatabase(async ({ db, sql, aSubmittedClip, aClaimedClip }) => {
    const other = await aSubmittedClip();
    const work = await aClaimedClip({ video_id: "video-2" });

    const answer = await callback(db, work, { result: { request_id: requestOf(other) } });

    assert.equal(answer.outcome, "unknown");
    const attempt = only(await attemptsOf(sql, work.step_id));
    assert.deepEqual([attempt.status, attempt.request_id], ["created", null]);
    assert.equal(only(await attemptsOf(sql, other.step_id)).status, "submitted");
  }),
);

async function taskTokenOf(sql: Sql, id: string): Promise<string> {
  const rows = await sql<{ token: string }[]>`
    select ${id} || '.' || private.sign('task', ${id}) as token`;
  return only(rows).token;
}

Deno.test(
  "apply_callback gives the reason without a token where none was sent",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();

    const result = { scene_id: "scene_another" };
    assert.equal((await callback(db, work, { token: null, result })).outcome, "unknown");

    const [log] = await sql`select error from public.webhook_logs`;
    assert.equal(log?.error, "The callback names another scene or project than its request has");
  }),
);
