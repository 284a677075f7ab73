import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import {
  announceCall,
  type StepWork,
  withdrawCall,
} from "../functions/_shared/transitions/steps.ts";
import { type Given, onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, only, stepOf } from "./look.ts";
import { callback, claim, moveClock, outliveLeases, submit } from "./verbs.ts";

const FAL = { announced: ["fal"] } as const;

/** A clip whose announcement was committed, though its runner never heard so. */
async function anAnnouncedClip({ db, aProject }: Given): Promise<StepWork> {
  await aProject();
  const work = only(await claim(db, FAL));
  await announceCall(db, work);
  return work;
}

Deno.test(
  "withdraw_call queues the step again, before its lease is over and while it is looked up",
  onDatabase(async (given) => {
    const { db, sql, empty } = given;
    for (const isLookedUp of [false, true]) {
      await empty();
      const work = await anAnnouncedClip(given);
      if (isLookedUp) {
        await outliveLeases(sql);
        assert.equal(only(await claim(db, FAL)).mode, "lookup");
      }

      assert.equal(await withdrawCall(db, work), "applied");
      assert.equal(await withdrawCall(db, work), "stale", "once is enough");

      assert.equal((await stepOf(sql, work.step_id)).status, "queued");
      assert.equal(await announceCall(db, work), "stale", "what was withdrawn is not made");
      await moveClock(sql, 60);
      const again = only(await claim(db, FAL));
      assert.deepEqual([again.mode, again.attempt.number], ["start", 2]);
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "withdraw_call changes nothing where the call was made after all, or the film has ended",
  onDatabase(async (given) => {
    const { db, sql, empty } = given;
    const made = await anAnnouncedClip(given);
    await submit(db, made);
    assert.equal(await withdrawCall(db, made), "stale");
    await callback(db, made);
    assert.equal(await withdrawCall(db, made), "stale");
    assert.equal((await stepOf(sql, made.step_id)).status, "completed");

    await empty();
    const work = await anAnnouncedClip(given);
    await changeProject(db, "cancel", { projectId: work.project_id, reason: null });
    assert.equal(await withdrawCall(db, work), "stale");
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "cancelled");
  }),
);

Deno.test(
  "withdraw_call in a paused film: the step waits for its resumption",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await anAnnouncedClip(given);
    await changeProject(db, "pause", { projectId: work.project_id, reason: null });

    await withdrawCall(db, work);
    await moveClock(sql, 3600);

    assert.deepEqual(await claim(db, FAL), []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
