import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { Database } from "../functions/_shared/database.ts";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, eventsOf, only, projectOf, stepOf } from "./look.ts";
import { callback, claim, complete, fail, moveClock, setSetting, submit } from "./verbs.ts";

/** Longer than a provider is ever held after failures. */
const PAST_A_HOLD = 301;

/** The only film that is under way is tried, and refused, this often. */
async function refuse(db: Database, sql: Sql, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const work = only(await claim(db));
    assert.equal(await fail(db, work, { message: "fal is down", retryable: true }), "applied");
    await moveClock(sql, PAST_A_HOLD);
  }
}

Deno.test(
  "an outage costs a film time and none of its tries",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    await refuse(db, sql, 20);

    for (let accepted = 1; accepted <= 4; accepted++) {
      assert.notEqual((await projectOf(sql, projectId)).status, "failed", `${accepted}`);
      const work = only(await claim(db));
      await submit(db, work);
      await callback(db, work, {
        result: { state: "failed", error: { message: `Try ${accepted}`, retryable: true } },
      });
      await moveClock(sql, 61);
    }
    const film = await projectOf(sql, projectId);
    assert.deepEqual([film.status, film.error_message], ["failed", "Scene 1: Try 4"]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "an outage that outlasts outage_seconds fails a film, in the provider's words",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    await setSetting(sql, "outage_seconds", 5 * PAST_A_HOLD);
    await refuse(db, sql, 5);
    assert.notEqual((await projectOf(sql, projectId)).status, "failed");

    await refuse(db, sql, 1);

    const film = await projectOf(sql, projectId);
    assert.deepEqual([film.status, film.error_message], ["failed", "Scene 1: fal is down"]);
  }),
);

Deno.test(
  "a finished film waits for Storage as it waits for a provider",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    let work = await aFilmToStore();
    for (let i = 0; i < 10; i++) {
      await fail(db, work, { message: "Storage is away", retryable: true });
      await moveClock(sql, PAST_A_HOLD);
      work = only(await claim(db));
    }
    await complete(db, work);

    assert.equal((await projectOf(sql, work.project_id)).status, "completed");
  }),
);

Deno.test(
  "a refusal that was paid for is a try",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    for (let i = 0; i < 4; i++) {
      const error = { message: "Unusable", retryable: true, billed: true };
      await recordAnswer(db, only(await claim(db)), { state: "failed", error });
      await moveClock(sql, PAST_A_HOLD);
    }

    assert.equal((await projectOf(sql, projectId)).status, "failed");
  }),
);

Deno.test(
  "runners that die after an outage have as many tries as without one",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    let work = await aFilmToStore();
    for (let i = 0; i < 5; i++) {
      await fail(db, work, { message: "Storage is away", retryable: true });
      await moveClock(sql, PAST_A_HOLD);
      work = only(await claim(db));
    }

    for (let died = 1; died < 4; died++) {
      await moveClock(sql, 3600);
      work = only(await claim(db));
    }
    await moveClock(sql, 3600);
    assert.deepEqual(await claim(db), []);
    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
  }),
);

Deno.test(
  "a thumbnail is not waited for",
  onDatabase(async ({ db, sql, aFilmInStitching }) => {
    const projectId = await aFilmInStitching();
    for (let i = 0; i < 4; i++) {
      const works = await claim(db);
      const thumbnail = works.find(({ step }) => step === "extract_thumbnail");
      assert(thumbnail);
      await fail(db, thumbnail, { message: "fal is down", retryable: true });
      await moveClock(sql, PAST_A_HOLD);
    }

    assert.equal(only(await claim(db)).step, "store_film");
    assert((await eventsOf(sql, projectId)).includes("step.failed"));
  }),
);

Deno.test(
  "after an unknown outcome, with resubmit, refused calls use no try up either",
  onDatabase(async ({ db, sql, aProject }) => {
    await sql`
      insert into private.settings (name, value, description) values ('on_outcome_unknown', '"resubmit"', 'For a test')
      on conflict (name) do update set value = excluded.value`;
    await aProject();
    await refuse(db, sql, 6);
    const work = only(await claim(db));
    await recordAnswer(db, work, { state: "lost", message: "No answer" });
    await setSetting(sql, "lookup_seconds", 0);
    await moveClock(sql, 3600);
    const lookup = only(await claim(db));
    await recordAnswer(db, lookup, { state: "lost", message: "It is not listed" });

    assert.equal((await stepOf(sql, work.step_id)).status, "queued");
    assert.equal((await attemptsOf(sql, work.step_id)).at(-1)?.status, "outcome_unknown");
  }),
);

Deno.test(
  "what was refused for good is not tried again, however young the outage",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    await fail(db, only(await claim(db)), { message: "No such model" });

    assert.equal((await projectOf(sql, projectId)).status, "failed");
  }),
);

Deno.test(
  "an outage begins anew after hours without a call",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject();
    await refuse(db, sql, 5);
    await moveClock(sql, 86_400);

    await refuse(db, sql, 1);

    assert.notEqual((await projectOf(sql, projectId)).status, "failed");
  }),
);
