import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { claim, fail, moveClock, submit } from "./verbs.ts";

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
