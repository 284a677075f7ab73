import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { callback, claim, moveClock, outputOf, setSetting, submit } from "./verbs.ts";

const CUTS = ["cut", "cut", "cut", "cut", "cut"] as const;

Deno.test(
  "spending cap: clips are begun until the day's cap is reached, also within one claim",
  onDatabase(async ({ sql, db, aProject }) => {
    await pricedAt(sql, 1);
    await setSetting(sql, "max_usd_per_day", 2.5);
    await aProject({ scenes: [...CUTS] });

    assert.equal((await claim(db)).length, 3, "the third begins below the cap");
    assert.deepEqual(await claim(db), []);
    assert.deepEqual(await claim(db), []);

    assert.deepEqual(await notes(sql), [
      "Cannot begin queued steps: today's spending has reached max_usd_per_day (2.5)",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "spending cap: the next day (UTC) begins anew, and is noted anew",
  onDatabase(async ({ sql, db, aProject }) => {
    await pricedAt(sql, 1);
    await setSetting(sql, "max_usd_per_day", 1);
    await aProject({ scenes: [...CUTS] });
    await claim(db);
    assert.deepEqual(await claim(db), []);

    await moveClock(sql, 86400);
    const next = await claim(db);
    assert.deepEqual(next.map(({ mode }) => mode).sort(), ["lookup", "start"]);
    await claim(db);

    assert.equal((await notes(sql)).length, 2);
  }),
);

Deno.test(
  "spending cap: what a provider says counts instead of the estimate",
  onDatabase(async ({ sql, db, aProject }) => {
    await pricedAt(sql, 1);
    await setSetting(sql, "max_usd_per_day", 1);
    await aProject({ scenes: [...CUTS] });
    const [work] = await claim(db);
    assert(work);
    await submit(db, work);
    await callback(db, work, { result: { output: { ...outputOf(work), cost_usd: 0.4 } } });

    assert.equal((await claim(db)).length, 1);
  }),
);

Deno.test(
  "spending cap: a film that is paid for is stored, and requests are given up, though it is reached",
  onDatabase(async ({ sql, db, aFilmInStitching, aSubmittedClip }) => {
    await pricedAt(sql, 1);
    const other = await aSubmittedClip({ video_id: "video-2" });
    const film = await aFilmInStitching();
    await setSetting(sql, "max_usd_per_day", 1);
    assert.deepEqual(await claim(db), [], "its thumbnail costs money");
    await sql`update private.steps set status = 'cancelled' where kind = 'extract_thumbnail'`;
    await sql`select private.store_film_when_ready(${film})`;
    await sql`select public.cancel_project(${other.project_id})`;

    const begun = await claim(db);

    assert.deepEqual(begun.map(({ step }) => step).sort(), ["cancel_request", "store_film"]);
  }),
);

Deno.test(
  "spending cap: what it holds back does not hide what goes on, however much there is of it",
  onDatabase(async ({ sql, db, aFilmToStore, aProject }) => {
    await pricedAt(sql, 1);
    const stored = await aFilmToStore();
    await setSetting(sql, "max_usd_per_day", 1);
    for (let n = 0; n < 4; n++) {
      await aProject({ user_id: `waits-${n}`, video_id: `video-${n}`, scenes: [...CUTS] });
    }
    const trial = await aProject({ user_id: "tries-out", execution_mode: "test" });
    await requeueLast(sql, stored.step_id);

    for (const limit of [2, 40]) {
      const begun = await claim(db, { limit });
      assert.deepEqual(
        begun.map(({ step, project_id }) => [step, project_id === trial]).sort(),
        [["generate_clip", true], ["store_film", false]],
        `of ${limit}`,
      );
      for (const { step_id } of begun) await requeueLast(sql, step_id);
    }

    const crowd = Array.from({ length: 25 }, (_, n) => `crowd-${n}`);
    for (const name of crowd) {
      await aProject({ user_id: name, video_id: name, scenes: [...CUTS] });
    }
    await sql`update private.steps set due_at = due_at - interval '1 minute'
      where kind = 'generate_clip' and project_id <> ${trial}`;
    assert.deepEqual(
      (await claim(db, { limit: 2 })).map(({ step, project_id }) => [step, project_id === trial])
        .sort(),
      [["generate_clip", true], ["store_film", false]],
      "where many are due",
    );
  }),
);

Deno.test(
  "spending cap: without one nothing is held back",
  onDatabase(async ({ sql, db, aProject }) => {
    await pricedAt(sql, 1000);
    await aProject({ scenes: [...CUTS] });

    assert.equal((await claim(db)).length, 5);
    assert.deepEqual(await notes(sql), []);
  }),
);

async function pricedAt(sql: Sql, usd: number): Promise<void> {
  await sql`
    insert into private.prices (model, kind, usd_per_call, as_of, source)
    values ('fal-ai/some-model', 'generate_clip', ${usd}, current_date, 'a test')`;
}

async function notes(sql: Sql): Promise<string[]> {
  const rows = await sql`select message from public.error_logs where type = 'spending'`;
  return rows.map(({ message }) => message);
}

async function requeueLast(sql: Sql, stepId: string): Promise<void> {
  await sql`
    update private.steps set status = 'queued', claim_token = null, due_at = private.clock()
    where step_id = ${stepId}`;
}
