import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { drive } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { aFailedFilm, giveUp, loseForGood } from "./late_films.ts";
import { brokenInvariants, projectOf } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { callback, claim, fail } from "./verbs.ts";

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
  "a clip that was refused, was made all the same, and holds its film by its price is used at once",
  onDatabase(async (given) => {
    const { db, sql, aClaimedClip } = given;
    await priceClips(sql, 0.1);
    const work = await aClaimedClip({ scenes: ["cut"], max_cost_usd: 0.6 });
    await fail(db, work);
    await retry(given, work.project_id);

    await callback(db, work);

    await drive(given, work.project_id);
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.501 });
    assert.deepEqual(await brokenInvariants(sql), []);
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
    await changeProject(db, "resume", { projectId: work.project_id, reason: null });
    await drive(given, work.project_id);
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.501 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a film that an operator paused before anything was asked for begins when it is resumed, once it fits",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    await priceClips(sql, 0.1);
    const projectId = await aProject({ scenes: ["cut"], max_cost_usd: 0.6, stop_at: "storyboard" });
    await price(sql, 1);
    const change = (verb: "approve" | "pause" | "resume") =>
      changeProject(db, verb, { projectId, reason: "It is looked into" });
    await change("approve");
    await change("pause");
    await change("pause");

    await price(sql, 0.1);

    const [paused] = await sql`
      select status, awaiting_approval from public.projects where project_id = ${projectId}`;
    assert.deepEqual({ ...paused }, { status: "paused", awaiting_approval: null });
    const [{ told = 0 } = {}] = await sql`
      select count(*)::int as told from public.pipeline_events where type = 'project.pause_reason'`;
    assert.equal(told, 1);
    await change("resume");
    await drive(given, projectId);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "an approval covers what was seen: a clip that ends while its film is held changes no estimate that does not fit",
  onDatabase(async (given) => {
    const { db, sql, aSubmittedClip } = given;
    await priceClips(sql, 0.1);
    const work = await aSubmittedClip({ scenes: ["cut", "last_frame"], max_cost_usd: 1.1 });
    await price(sql, 1);
    const read = async () => [
      ...await sql`
        select status, estimated_cost_usd::float8 as usd from public.projects
        where project_id = ${work.project_id}`,
    ];
    assert.deepEqual(await read(), [{ status: "paused", usd: 5.502 }]);
    await price(sql, 3);

    await callback(db, work);

    assert.deepEqual(await read(), [{ status: "paused", usd: 5.502 }]);
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
    await price(sql, 1);
    await changeProject(db, "pause", { projectId: isPaused, reason: null });

    await price(sql, 0.11);

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

async function price(sql: Given["sql"], usd: number): Promise<void> {
  await sql`update private.prices set usd_per_second = ${usd} where model = 'fal-ai/some-model'`;
}

function retry({ db }: Given, projectId: string) {
  return changeProject(db, "retry", { projectId, reason: null });
}
