import assert from "node:assert/strict";
import { regenerateScene } from "../functions/_shared/management/films.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import { announceCall, type StepWork } from "../functions/_shared/transitions/steps.ts";
import { driveToTheEnd } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { jobOf } from "./job_of.ts";
import { brokenInvariants, stepsOf } from "./look.ts";
import { ledgerOf, priceClips } from "./prices.ts";
import { callback, claim, fail, moveClock, outputOf, submit } from "./verbs.ts";

Deno.test(
  "the ledger reserves an estimate when an attempt begins, and settles what it cost when it ends",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    const { project_id, estimated_cost_usd } = await createProject(db, jobOf());
    assert.equal(estimated_cost_usd, 0.501, "five seconds, and the first frame");
    assert.deepEqual(await ledgerOf(sql, project_id), { reserved: 0, spent: 0 });

    const [clip] = await claim(db);
    assert(clip);
    assert.deepEqual(await ledgerOf(sql, project_id), { reserved: 0.5, spent: 0 });
    await submit(db, clip);
    await callback(db, clip, { result: { output: { ...outputOf(clip), cost_usd: 0.42 } } });
    assert.deepEqual(await ledgerOf(sql, project_id), { reserved: 0, spent: 0.42 });
    await driveToTheEnd(db, sql);
    assert.deepEqual(await ledgerOf(sql, project_id), { reserved: 0, spent: 0.421 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a claim of several steps reserves the estimate of each, and nothing for what has no price",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    const scenes = ["cut", "cut", "cut"] as const;
    const { project_id } = await createProject(db, jobOf({ scenes: [...scenes] }));
    await sql`
      update public.video_chunks set model = 'of-no-price' where chunk_id = (
        select max(chunk_id) from public.video_chunks where project_id = ${project_id}
      )`;

    assert.equal((await claim(db)).length, 3);

    const entries = await sql`select kind, usd::float8 from private.ledger`;
    assert.deepEqual(entries.map(({ kind, usd }) => [kind, usd]), [
      ["reserve", 0.5],
      ["reserve", 0.5],
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "what was refused before it was taken is released, and settles nothing",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await priceClips(sql, 0.1);
    const work = await aClaimedClip();
    await fail(db, work, { retryable: true });

    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0 });
    const entries = await sql`select kind, usd::float8 from private.ledger order by entry_id`;
    assert.deepEqual(entries.map(({ kind, usd }) => [kind, usd]), [
      ["reserve", 0.5],
      ["release", 0.5],
    ]);
    await moveClock(sql, 3);
    await claim(db);
    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0.5, spent: 0 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a submission that is recorded after its film was cancelled is settled all the same",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await priceClips(sql, 0.1);
    const work = await aClaimedClip();
    await sql`select public.cancel_project(${work.project_id})`;
    await submit(db, work);

    assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved: 0, spent: 0.5 });
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a request that is heard of after its call was recorded as refused is paid for, by the estimate too",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await priceClips(sql, 0.1);
    const heard = {
      receipt: { reserved: 0, hear: (work: StepWork) => submit(db, work) },
      callback: {
        reserved: 0.5,
        hear: async (work: StepWork) => {
          await moveClock(sql, 61);
          await claim(db);
          return (await callback(db, work)).outcome;
        },
      },
    };
    for (const [video_id, { reserved, hear }] of Object.entries(heard)) {
      const work = await aClaimedClip({ video_id, max_cost_usd: 1 });
      await fail(db, work, { retryable: true });

      assert.equal(await hear(work), "stale");

      assert.deepEqual(await ledgerOf(sql, work.project_id), { reserved, spent: 0.5 });
      const [film] = await sql`
        select status, awaiting_approval, estimated_cost_usd::float8 as usd
        from public.projects where project_id = ${work.project_id}`;
      // One more, and the first frame.
      assert.deepEqual({ ...film }, { status: "paused", awaiting_approval: "budget", usd: 1.001 });
      assert.deepEqual(await brokenInvariants(sql), []);
    }
  }),
);

Deno.test(
  "a service that tells how far it is with what it had refused is told to give it up",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    const work = await aClaimedClip();
    await fail(db, work, { retryable: true });

    await callback(db, work, { result: { state: "in_progress", progress: 10 } });

    assert.deepEqual(
      await stepsOf(sql, work.project_id),
      ["generate_clip queued", "cancel_request queued"],
    );
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a call that was never announced settles nothing where its film ends beneath it",
  onDatabase(async ({ sql, db, aProject }) => {
    await priceClips(sql, 0.1);
    const project_id = await aProject({ scenes: ["cut", "cut", "cut"] });
    const [refused, called, waiting] = await claim(db, { announced: ["fal"] });
    assert(refused && called && waiting);
    await announceCall(db, refused);
    await announceCall(db, called);

    await fail(db, refused);

    assert.deepEqual(await ledgerOf(sql, project_id), { reserved: 0, spent: 0.5 });
    assert.equal(await announceCall(db, waiting), "stale");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a film is refused where it costs more than it may, or where nobody knows what it costs",
  onDatabase(async ({ sql, db }) => {
    await assert.rejects(createProject(db, jobOf({ max_cost_usd: 9 })), /fal-ai\/some-model/);
    await priceClips(sql, 0.1);

    await assert.rejects(createProject(db, jobOf({ max_cost_usd: 0.5 })), /estimated at 0.501/);
    assert.equal((await sql`select from public.projects`).length, 0, "nothing was created");
    const model = jobOf({ max_cost_usd: 0.5, storyboard: "model" });
    await assert.rejects(
      createProject(db, model),
      /above max_cost_usd/,
      "even one clip is too dear",
    );
    assert.equal((await createProject(db, jobOf({ max_cost_usd: 0.501 }))).outcome, "created");
  }),
);

Deno.test(
  "the estimate of a film on its way is what was spent, what is reserved and what is left",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    const job = jobOf({ scenes: ["last_frame", "last_frame", "cut"], clips: 2 });
    const { project_id, estimated_cost_usd } = await createProject(db, job);
    // Six clips, a frame after all but the last of each chain, and the thumbnail.
    assert.equal(estimated_cost_usd, 3 + 5 * 0.001);

    for (let left = 20; left > 0; left--) {
      const [row] = await sql`
        select usd::float8 from private.estimate_film(${project_id})`;
      assert.equal(Math.round(row?.usd * 1e6) / 1e6, estimated_cost_usd);
      const works = await claim(db, { limit: 2 });
      for (const work of works) {
        await submit(db, work);
        await callback(db, work);
      }
    }
    const { spent } = await ledgerOf(sql, project_id);
    assert.equal(spent, estimated_cost_usd);
  }),
);

Deno.test(
  "an estimate takes the dearer one of a model and its fallback",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    await priceClips(sql, 0.3, "fal-ai/dear");
    await sql`select public.put_model_fallback('fal-ai/some-model', 'fal-ai/dear')`;
    try {
      assert.equal((await createProject(db, jobOf())).estimated_cost_usd, 1.501);
    } finally {
      await sql`select public.put_model_fallback('fal-ai/some-model', null)`;
    }
  }),
);

Deno.test(
  "a new take of a film whose first attempts are long pruned is estimated on top of what they cost",
  onDatabase(async ({ sql, db }) => {
    await priceClips(sql, 0.1);
    const { project_id } = await createProject(db, jobOf());
    await driveToTheEnd(db, sql);
    await moveClock(sql, 91 * 86_400);
    await sql`select private.housekeep()`;
    const attempts = await sql`select from private.attempts`;
    assert.equal(attempts.length, 0);

    const [scene] = await sql`select scene_id from public.scenes`;
    await regenerateScene(db, scene?.scene_id, {});
    await driveToTheEnd(db, sql);
    const [film] = await sql`
      select status, estimated_cost_usd::float8 as usd from public.projects`;
    const { spent } = await ledgerOf(sql, project_id);
    assert.deepEqual([film?.status, film?.usd], ["completed", spent]);
    assert(spent > 1, `${spent}`);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
