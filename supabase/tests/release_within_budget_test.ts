import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { drive } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { aFailedFilm, giveUp, loseForGood } from "./late_films.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { callback, claim } from "./verbs.ts";

Deno.test(
  "a retry for which a clip has come too late is not held: it costs no more than its film did",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await priceClips(sql, 0.1);
    const work = await aFailedFilm(given, loseForGood, { scenes: ["cut"], max_cost_usd: 0.501 });
    await callback(db, work);

    assert.equal((await retry(given, work.project_id)).status, "stitching");

    await drive(given, work.project_id);
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.501 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a retry that is held for its budget goes on by itself when the clip comes that it was to pay for again",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await priceClips(sql, 0.1);
    for (const failFor of [loseForGood, giveUp]) {
      const options = { scenes: ["cut" as const], video_id: failFor.name, max_cost_usd: 0.501 };
      const work = await aFailedFilm(given, failFor, options);
      assert.equal((await retry(given, work.project_id)).status, "paused");

      assert.equal((await callback(db, work)).outcome, "stale");

      await drive(given, work.project_id);
      assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.501 });
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "a film that an operator paused is not let go on by a clip that makes its approval needless",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await priceClips(sql, 0.1);
    const work = await aFailedFilm(given, loseForGood, { scenes: ["cut"], max_cost_usd: 0.501 });
    await retry(given, work.project_id);
    await changeProject(db, "pause", { projectId: work.project_id, reason: "It is looked into" });

    await callback(db, work);

    assert.equal((await projectOf(sql, work.project_id)).status, "paused");
    await changeProject(db, "approve", { projectId: work.project_id, reason: null });
    await drive(given, work.project_id);
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.501 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a clip that is asked for again once its budget is approved need not be, when it comes before that",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    await priceClips(sql, 0.1);
    await sql`update private.settings set value = '"resubmit"' where name = 'on_outcome_unknown'`;
    const work = await aClaimedClip({ scenes: ["cut"], max_cost_usd: 0.501 });
    await loseForGood(given, work);
    assert.equal((await projectOf(sql, work.project_id)).status, "paused");

    assert.equal((await callback(db, work)).outcome, "applied");

    await drive(given, work.project_id);
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.501 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a price that was mistyped holds films only until it is put right; who was paused, or is too dear still, stays",
  onDatabase(async ({ db, sql, aProject }) => {
    await priceClips(sql, 0.1);
    const [fits, isPaused, isDear] = [
      await aProject({ max_cost_usd: 0.6 }),
      await aProject({ video_id: "paused", max_cost_usd: 0.6 }),
      await aProject({ video_id: "dear", max_cost_usd: 0.501 }),
    ];
    const price = (usd: number) =>
      sql`update private.prices set usd_per_second = ${usd} where model = 'fal-ai/some-model'`;
    await price(1);
    await changeProject(db, "pause", { projectId: isPaused, reason: null });

    await price(0.11);

    const films = await sql`
      select status, estimated_cost_usd::float8 as usd from public.projects
      where project_id in ${sql([fits, isPaused, isDear])} order by project_id`;
    assert.deepEqual([...films], [
      { status: "queued", usd: 0.551 },
      { status: "paused", usd: 0.551 },
      { status: "paused", usd: 5.001 },
    ]);
    assert.deepEqual((await claim(db)).map(({ project_id }) => project_id), [fits]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

function retry({ db }: Given, projectId: string) {
  return changeProject(db, "retry", { projectId, reason: null });
}
