import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { attemptsOf, brokenInvariants, errorsOf, eventsOf, projectOf, stepOf } from "./look.ts";
import { callback, claim, moveClock, setSetting } from "./verbs.ts";
import { type Database } from "../functions/_shared/database.ts";
import { recordAnswer, type StepWork } from "../functions/_shared/transitions/steps.ts";

Deno.test(
  "end_unknown fails the film unless the operator said otherwise",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    const work = await aClaimedClip();

    await loseForGood(sql, db, work);

    assert.equal((await attemptsOf(sql, work.step_id)).at(-1)?.status, "outcome_unknown");
    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
    assert(!(await eventsOf(sql, work.project_id)).includes("attempt.resubmitted_unknown"));
    const [event] = await sql`
      select data ->> 'deadline' as deadline, data ->> 'seconds' as seconds
      from public.pipeline_events where type = 'attempt.outcome_unknown'`;
    assert.deepEqual({ ...event }, { deadline: "lookup_seconds", seconds: "600" });
  }),
);

Deno.test(
  "end_unknown with on_outcome_unknown = resubmit asks once more, and says so where people look",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await resubmit(sql);
    const work = await aClaimedClip();

    await loseForGood(sql, db, work);

    assert.equal((await stepOf(sql, work.step_id)).status, "queued");
    assert((await eventsOf(sql, work.project_id)).includes("attempt.resubmitted_unknown"));
    assert.match(
      (await errorsOf(sql, "step")).at(-1) ?? "",
      /^Cannot finish generate_clip: Cannot tell whether fal accepted the request/,
    );
    assert.deepEqual(await brokenInvariants(sql), []);

    await moveClock(sql, 3);
    const [again] = await claim(db);
    assert.deepEqual([again?.mode, again?.attempt.number], ["start", 2]);
    assert.equal(
      (await callback(db, work)).outcome,
      "stale",
      "the first one's callback comes late",
    );
    assert(again && (await callback(db, again)).outcome === "applied");
    assert.deepEqual(
      (await attemptsOf(sql, work.step_id)).map(({ status }) => status),
      ["outcome_unknown", "completed"],
    );
  }),
);

Deno.test(
  "end_unknown with resubmit gives up after max_attempts",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await resubmit(sql);
    await setSetting(sql, "max_attempts", 2);
    const work = await aClaimedClip();
    await loseForGood(sql, db, work);
    await moveClock(sql, 61);
    const [again] = await claim(db);
    assert.equal(again?.mode, "start");

    await loseForGood(sql, db, again);

    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
    assert.deepEqual(
      (await attemptsOf(sql, work.step_id)).map(({ status }) => status),
      ["outcome_unknown", "outcome_unknown"],
    );
  }),
);

Deno.test(
  "end_unknown with resubmit waits while the film is paused",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await resubmit(sql);
    const work = await aClaimedClip();
    await sql`select public.pause_project(${work.project_id})`;

    await loseForGood(sql, db, work);

    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await brokenInvariants(sql), []);
    await sql`select public.resume_project(${work.project_id})`;
    assert.equal((await claim(db))[0]?.attempt.number, 2);
  }),
);

async function resubmit(sql: Sql): Promise<void> {
  await sql`update private.settings set value = '"resubmit"' where name = 'on_outcome_unknown'`;
}

/** Loses the answer, and every look-up until its time is over. */
async function loseForGood(sql: Sql, db: Database, work: StepWork): Promise<void> {
  await recordAnswer(db, work, { state: "lost", message: "The connection broke" });
  await moveClock(sql, 601);
  const lookUp = (await claim(db)).find(({ step_id }) => step_id === work.step_id);
  assert.equal(lookUp?.mode, "lookup");
  await recordAnswer(db, lookUp, { state: "lost", message: "Not found" });
}
