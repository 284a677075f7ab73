import assert from "node:assert/strict";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import {
  attemptsOf,
  brokenInvariants,
  errorsOf,
  eventsOf,
  only,
  projectOf,
  stepOf,
} from "./look.ts";
import { callback, claim, moveClock, submit } from "./verbs.ts";

const LOST = { state: "lost", message: "The connection broke" } as const;

Deno.test(
  "lose_attempt looks a call without an answer up again and again, and never repeats it",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    let work: StepWork = await aClaimedClip();
    for (let round = 0; round < 10; round++) {
      assert.equal(await recordAnswer(db, work, LOST), "applied");
      assert.deepEqual(await claim(db), [], "between two look-ups");
      await moveClock(sql, 16);
      const [lookup] = await claim(db);
      assert.equal(lookup?.mode, "lookup");
      work = lookup;
    }

    assert.deepEqual((await attemptsOf(sql, work.step_id)).map(({ status }) => status), ["lost"]);
    const events = await eventsOf(sql, work.project_id);
    assert.equal(events.filter((type) => type === "attempt.lost").length, 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "lose_attempt ends as outcome_unknown after lookup_seconds: the film fails and says so",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await recordAnswer(db, work, LOST);
    await moveClock(sql, 601);
    const [lookup] = await claim(db);
    assert(lookup);

    await recordAnswer(db, lookup, { state: "lost", message: "Not found there" });

    const said = "Cannot tell whether fal accepted the request: The connection broke";
    const film = await projectOf(sql, work.project_id);
    assert.deepEqual([film.status, film.error_message], ["failed", `Scene 1: ${said}`]);
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "outcome_unknown");
    assert.deepEqual(await errorsOf(sql, "step"), [`Cannot finish generate_clip: ${said}`]);
    await moveClock(sql, 100_000);
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "lose_attempt looks on past lookup_seconds while nobody can be asked, until give_up_seconds",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await recordAnswer(db, work, LOST);
    const unasked = { state: "lost", message: "HTTP 503", unasked: true } as const;
    for (const seconds of [601, 3600, 1800]) {
      await moveClock(sql, seconds);
      const lookup = only(await claim(db));
      assert.equal(lookup.mode, "lookup");
      await recordAnswer(db, lookup, unasked);
    }
    await moveClock(sql, 1800);
    await recordAnswer(db, only(await claim(db)), unasked);

    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "outcome_unknown");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "lose_attempt does not call an outcome unknown whose request id came meanwhile",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await recordAnswer(db, work, LOST);
    await moveClock(sql, 601);
    const [lookup] = await claim(db);
    assert(lookup);
    await submit(db, work, "req-late");

    await recordAnswer(db, lookup, { state: "lost", message: "Not found there" });

    assert.equal((await projectOf(sql, work.project_id)).status, "queued");
    await moveClock(sql, 16);
    const [asked] = await claim(db);
    assert.deepEqual([asked?.mode, asked?.attempt.request_id], ["ask", "req-late"]);
  }),
);

Deno.test(
  "lose_attempt leaves the film to the callback of a lost call: it completes the clip",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await recordAnswer(db, work, LOST);

    assert.equal((await callback(db, work)).outcome, "applied");

    assert.equal((await stepOf(sql, work.step_id)).status, "completed");
    assert.equal(only(await attemptsOf(sql, work.step_id)).status, "completed");
  }),
);
