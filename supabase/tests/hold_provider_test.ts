import assert from "node:assert/strict";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { callback, claim, complete, fail, moveClock, submit } from "./verbs.ts";

Deno.test(
  "hold_provider does not hold a provider for one failure without a Retry-After",
  onDatabase(async ({ db, aClaimedClip, aProject }) => {
    await fail(db, await aClaimedClip(), { retryable: true });
    const projectId = await aProject({ video_id: "video-2" });

    const works = await claim(db);

    assert(works.some((work) => work.project_id === projectId));
  }),
);

Deno.test(
  "hold_provider gives a provider nothing new until its Retry-After is over",
  onDatabase(async ({ db, sql, aClaimedClip, aProject }) => {
    await fail(db, await aClaimedClip(), { retryable: true, retry_after: 30 });
    await aProject({ video_id: "video-2" });

    assert.deepEqual(await claim(db), []);
    await moveClock(sql, 31);
    assert.equal((await claim(db)).length, 2);
  }),
);

Deno.test(
  "hold_provider leaves a provider alone after failures in a row, then lets one step feel the way",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: ["cut", "cut", "cut", "cut", "cut", "cut"] });
    for (const work of (await claim(db)).slice(0, 5)) await fail(db, work, { retryable: true });
    await moveClock(sql, 20);
    assert.deepEqual(await claim(db), [], "held");

    await moveClock(sql, 11);
    const [feeler, ...others] = await claim(db);
    assert(feeler);
    assert.deepEqual(others, []);
    await submit(db, feeler);

    assert.equal((await claim(db)).length, 4, "released");
  }),
);

Deno.test(
  "hold_provider holds longer each time, up to breaker_cap_seconds",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: Array(5).fill("cut") });
    for (const work of await claim(db)) await fail(db, work, { retryable: true });

    for (const seconds of [30, 60, 120, 240, 300, 300]) {
      await moveClock(sql, seconds - 2);
      assert.deepEqual(await claim(db), [], `held for ${seconds} s`);
      await moveClock(sql, 3);
      await fail(db, only(await claim(db)), { retryable: true });
    }
  }),
);

Deno.test(
  "hold_provider learns nothing new of calls that were on their way when it was held",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: Array(10).fill("cut") });
    for (const work of await claim(db)) await fail(db, work, { retryable: true });

    await moveClock(sql, 31);

    assert.equal((await claim(db)).length, 1);
  }),
);

Deno.test(
  "hold_provider is for calls without an answer too: each of those may cost its film",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: Array(6).fill("cut") });
    for (const work of (await claim(db)).slice(0, 5)) {
      await recordAnswer(db, work, { state: "lost", message: "fal answered 502" });
    }
    await aProject({ video_id: "video-2" });
    assert.deepEqual(await claim(db), []);
    const [held] = await sql`select hold_reason from private.providers where name = 'fal'`;
    assert.equal(held?.hold_reason, "fal answered 502");
  }),
);

Deno.test(
  "hold_provider counts a look-up that finds nothing as no failure",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    await recordAnswer(db, await aClaimedClip(), { state: "lost", message: "fal answered 502" });
    for (let looked = 0; looked < 5; looked++) {
      await moveClock(sql, 61);
      const [lookup] = await claim(db);
      assert.equal(lookup?.mode, "lookup");
      await recordAnswer(db, lookup, { state: "lost", message: "It is not listed" });
    }
    const [row] = await sql`select failures_in_a_row from private.providers where name = 'fal'`;
    assert.equal(row?.failures_in_a_row, 1);
  }),
);

Deno.test(
  "hold_provider is not for requests that cannot be given up, and those that can release nobody",
  onDatabase(async ({ db, sql, aProject }) => {
    const projectId = await aProject({ scenes: Array(6).fill("cut") });
    for (const work of await claim(db)) await submit(db, work);
    await sql`select public.cancel_project(${projectId})`;
    const cancels = await claim(db);
    assert.deepEqual(cancels.map(({ step }) => step), Array(6).fill("cancel_request"));
    const failures = async () =>
      (await sql`select failures_in_a_row from private.providers where name = 'fal'`)[0]
        ?.failures_in_a_row;

    for (const work of cancels.slice(1)) await fail(db, work, { retryable: true });
    assert.equal(await failures(), 0);

    await sql`update private.providers set failures_in_a_row = 3 where name = 'fal'`;
    await complete(db, only(cancels.slice(0, 1)));
    assert.equal(await failures(), 3);
  }),
);

Deno.test(
  "a lost call that calls back was understood, and lets its provider go",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: Array(5).fill("cut") });
    const works = await claim(db);
    for (const work of works) await recordAnswer(db, work, { state: "lost", message: "No answer" });

    await callback(db, only(works.slice(0, 1)));

    const [row] = await sql`select failures_in_a_row from private.providers where name = 'fal'`;
    assert.equal(row?.failures_in_a_row, 0);
  }),
);
