import assert from "node:assert/strict";
import {
  type Answer,
  recordAnswer,
  type StepWork,
} from "../functions/_shared/transitions/steps.ts";
import { claimOf, drive, finish } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, only, projectOf } from "./look.ts";
import { callback, claim, moveClock, outliveLeases, setSetting, submit } from "./verbs.ts";

const NO_ANSWER: Answer = { state: "lost", message: "HTTP 502" };
/** What a look-up, and a question, hear of a provider that is away. */
const AWAY: Record<string, Answer> = {
  lookup: { state: "lost", message: "HTTP 502", unasked: true, away: true },
  ask: { state: "unreachable", message: "HTTP 502", away: true },
};

/** A film of two scenes whose frame is being asked for: the kind of work that is given up soonest. */
async function aClaimedFrame(given: Given): Promise<StepWork> {
  const projectId = await given.aProject({ scenes: ["cut", "last_frame"] });
  await finish(given, await claimOf(given, projectId, "generate_clip"));
  return await claimOf(given, projectId, "extract_last_frame");
}

/** The provider is away for so many half hours, and is asked in each. */
async function stayAway({ db, sql }: Given, halfHours: number): Promise<void> {
  for (let asked = 0; asked < halfHours; asked++) {
    await moveClock(sql, 1800);
    const work = only(await claim(db));
    const answer = AWAY[work.mode];
    assert(answer);
    assert.equal(await recordAnswer(db, work, answer), "applied");
  }
}

Deno.test(
  "an outage costs neither a call without an answer nor accepted work its film",
  onDatabase(async (given) => {
    const { db, sql, empty } = given;
    for (const isAccepted of [false, true]) {
      const work = await aClaimedFrame(given);
      if (isAccepted) await submit(db, work);
      else await recordAnswer(db, work, NO_ANSWER);

      await stayAway(given, 10);

      await moveClock(sql, 31);
      const back = only(await claim(db));
      assert.deepEqual([back.mode, back.attempt.number], [isAccepted ? "ask" : "lookup", 1]);
      if (!isAccepted) await submit(db, back);
      await callback(db, back);
      await drive(given, work.project_id);
      assert.equal((await attemptsOf(sql, work.step_id)).length, 1);
      assert.deepEqual(await brokenInvariants(sql), []);
      await empty();
    }
  }),
);

Deno.test(
  "a look-up has all of its time still when its provider is back: not there at once is not yet unknown",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aClaimedFrame(given);
    await recordAnswer(db, work, NO_ANSWER);
    await stayAway(given, 4);

    const notFound: Answer = { state: "lost", message: "It is not listed" };
    await moveClock(sql, 31);
    await recordAnswer(db, only(await claim(db)), notFound);
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
    await moveClock(sql, 570);
    await recordAnswer(db, only(await claim(db)), notFound);

    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "outcome_unknown");
    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
  }),
);

Deno.test(
  "who is back from an outage and still at it has time to finish",
  onDatabase(async (given) => {
    const { db, sql, empty } = given;
    const atIt: Answer = { state: "in_progress" };
    for (const isAccepted of [false, true]) {
      const work = await aClaimedFrame(given);
      if (isAccepted) await submit(db, work);
      else await recordAnswer(db, work, NO_ANSWER);
      await stayAway(given, 4);

      await moveClock(sql, 31);
      const back = only(await claim(db));
      if (!isAccepted) {
        await submit(db, back);
        await moveClock(sql, 31);
      }
      await recordAnswer(db, isAccepted ? back : only(await claim(db)), atIt);
      assert.equal((await projectOf(sql, work.project_id)).status, "generating");
      await moveClock(sql, 901);
      await recordAnswer(db, only(await claim(db)), atIt);

      assert.match(
        (await projectOf(sql, work.project_id)).error_message ?? "",
        /No result of extract_last_frame after 900 s/,
      );
      await empty();
    }
  }),
);

Deno.test(
  "a provider that is away for longer than outage_seconds is given up",
  onDatabase(async (given) => {
    const { db, sql, empty } = given;
    for (const isAccepted of [false, true]) {
      await setSetting(sql, "outage_seconds", 4000);
      const work = await aClaimedFrame(given);
      if (isAccepted) await submit(db, work);
      else await recordAnswer(db, work, NO_ANSWER);

      await stayAway(given, 2);
      assert.equal((await projectOf(sql, work.project_id)).status, "generating");
      await stayAway(given, 1);

      assert.equal((await projectOf(sql, work.project_id)).status, "failed");
      assert.deepEqual(await brokenInvariants(sql), []);
      await empty();
    }
  }),
);

Deno.test(
  "a runner that is lost in an outage does not end it",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const work = await aClaimedFrame(given);
    await submit(db, work);
    await stayAway(given, 4);
    await moveClock(sql, 31);
    assert.equal(only(await claim(db)).mode, "ask");
    await outliveLeases(sql);

    assert.equal(only(await claim(db)).mode, "ask");
    assert.equal((await projectOf(sql, work.project_id)).status, "generating");
  }),
);

Deno.test(
  "what a film does without is not waited for in an outage",
  onDatabase(async (given) => {
    const { db, sql } = given;
    const projectId = await given.aFilmInStitching();
    const thumbnail = await claimOf(given, projectId, "extract_thumbnail");
    await submit(db, thumbnail);

    await stayAway(given, 1);

    assert.equal((await attemptsOf(sql, thumbnail.step_id))[0]?.status, "failed");
    await drive(given, projectId);
  }),
);
