import assert from "node:assert/strict";
import { hintAttempt } from "../functions/_shared/transitions/callbacks.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, eventsOf, projectOf } from "./look.ts";
import { callback, claim, moveClock, requestOf } from "./verbs.ts";

Deno.test(
  "hint_attempt has fal asked at once, by token or by request id, and changes no status",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    for (const byToken of [true, false]) {
      const work = await aSubmittedClip();
      const token = byToken ? work.attempt.attempt_token : null;
      const { status } = await projectOf(sql, work.project_id);
      assert.deepEqual(await claim(db), []);

      assert.equal(await hintAttempt(db, requestOf(work), { token }), true);

      assert.equal((await projectOf(sql, work.project_id)).status, status);
      const [asked] = await claim(db);
      assert.deepEqual([asked?.mode, asked?.attempt.request_id], ["ask", requestOf(work)]);
      assert.ok((await eventsOf(sql, work.project_id)).includes("attempt.hinted"));
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "hint_attempt has fal asked once, however often it is repeated",
  onDatabase(async ({ db, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    const by = { token: work.attempt.attempt_token };
    await hintAttempt(db, requestOf(work), by);

    assert.equal(await hintAttempt(db, requestOf(work), by), false, "it is due already");
    const [asked] = await claim(db);
    assert.ok(asked);
    assert.equal(await hintAttempt(db, requestOf(work), by), false, "it is being asked");
    await recordAnswer(db, asked, { state: "in_progress" });
    assert.equal(await hintAttempt(db, requestOf(work), by), false, "it was asked");
    assert.deepEqual(await claim(db), []);
  }),
);

Deno.test(
  "hint_attempt does nothing about what is unknown, foreign, overdue or over",
  onDatabase(async ({ db, sql, aSubmittedClip, aClaimedClip }) => {
    const work = await aSubmittedClip();
    const other = await aSubmittedClip();
    const claimed = await aClaimedClip();
    const { attempt_token: token } = work.attempt;

    assert.equal(await hintAttempt(db, "req-nobody", { token: null }), false);
    assert.equal(await hintAttempt(db, requestOf(other), { token }), false);
    assert.equal(await hintAttempt(db, requestOf(work), { token: `${token}0` }), false);
    assert.equal(await hintAttempt(db, "req", { token: claimed.attempt.attempt_token }), false);
    await callback(db, other);
    assert.equal(await hintAttempt(db, requestOf(other), { token: null }), false);
    await moveClock(sql, 7200);
    assert.equal(await hintAttempt(db, requestOf(work), { token }), false);
  }),
);
