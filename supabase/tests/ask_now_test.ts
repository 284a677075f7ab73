import assert from "node:assert/strict";
import { recordAnswer } from "../functions/_shared/transitions/steps.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants, chunksOf, only, projectOf } from "./look.ts";
import { callback, claim, complete, moveClock, requestOf, submit } from "./verbs.ts";

const UNREAD = { result: { state: "unread" } } as const;

Deno.test(
  "ask_now has the result fetched at once when the callback did not hold it",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip();
    assert.deepEqual(await claim(db), []);

    assert.equal((await callback(db, work, UNREAD)).outcome, "applied");

    const [asked] = await claim(db);
    assert.deepEqual([asked?.mode, asked?.attempt.request_id], ["ask", requestOf(work)]);
    assert(asked);
    await complete(db, asked);
    assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED");
  }),
);

Deno.test(
  "ask_now takes its turn right after the record of a submission that the callback overtook",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    assert.equal((await callback(db, work, UNREAD)).outcome, "applied");
    assert.deepEqual(await claim(db), [], "its submission is still being recorded");

    assert.equal(await submit(db, work), "applied");

    const [asked] = await claim(db);
    assert.equal(asked?.mode, "ask");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "ask_now lets a lost answer not make the outcome unknown",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await callback(db, work, UNREAD);

    await recordAnswer(db, work, { state: "lost", message: "The connection broke" });

    assert.equal((await projectOf(sql, work.project_id)).status, "queued");
    await moveClock(sql, 16);
    const [asked] = await claim(db);
    assert.deepEqual([asked?.mode, asked?.attempt.request_id], ["ask", requestOf(work)]);
  }),
);
