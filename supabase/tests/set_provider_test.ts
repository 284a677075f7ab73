import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { listProviders, setProvider } from "../functions/_shared/management/installation.ts";
import { refusalOf } from "./drive.ts";
import { onDatabase } from "./given.ts";
import { callback, claim, fail, submit } from "./verbs.ts";

Deno.test(
  "set_provider pauses everything and lets it go on; what is under way is not held back",
  onDatabase(async ({ db, sql, aProject, aSubmittedClip }) => {
    const running = await aSubmittedClip();
    await aProject({ video_id: "video-2" });

    const paused = await setProvider(db, "*", { is_paused: true });

    assert.equal(paused.is_paused, true);
    assert.equal((await callback(db, running)).outcome, "applied");
    assert.deepEqual(await claim(db), []);
    await sql`update private.bell set unanswered_since = null`;
    await sql`delete from net.http_request_queue`;
    await setProvider(db, "*", { is_paused: false });
    assert.equal((await sql`select from net.http_request_queue`).length, 1, "the bell rang");
    assert.equal((await claim(db)).length, 2);
  }),
);

Deno.test(
  "set_provider changes what it is told and nothing else; null takes a limit away",
  onDatabase(async ({ db, aProject }) => {
    await aProject({ scenes: ["cut", "cut", "cut"] });
    await setProvider(db, "fal", { max_in_flight: 1, max_in_flight_per_user: 5 });

    const set = await setProvider(db, "fal", { max_in_flight: 2 });
    assert.deepEqual([set.max_in_flight, set.max_in_flight_per_user], [2, 5]);
    assert.equal((await claim(db)).length, 2);

    const freed = await setProvider(db, "fal", { max_in_flight: null });
    assert.deepEqual([freed.max_in_flight, freed.in_flight], [null, 2]);
    assert.equal((await claim(db)).length, 1);
  }),
);

Deno.test(
  "set_provider lets go of a provider that is held",
  onDatabase(async ({ db, aProject, aClaimedClip }) => {
    await fail(db, await aClaimedClip(), { retryable: true, retry_after: 600 });
    await aProject({ video_id: "video-2" });
    assert.deepEqual(await claim(db), []);

    const provider = await setProvider(db, "fal", { is_held: false });

    assert.deepEqual(
      [provider.held_until, provider.hold_reason, provider.failures_in_a_row],
      [null, null, 0],
    );
    assert.equal((await claim(db)).length, 2);
  }),
);

Deno.test(
  "set_provider makes what a provider put off due where it lets go of it, but for paused films",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    const paused = await aClaimedClip({ video_id: "video-2" });
    await changeProject(db, "pause", { projectId: paused.project_id, reason: null });
    await fail(db, work, { retryable: true, retry_after: 600 });
    await fail(db, paused, { retryable: true, retry_after: 600 });
    assert.deepEqual(await claim(db), []);

    await setProvider(db, "fal", { is_held: false });

    assert.deepEqual((await claim(db)).map(({ step_id }) => step_id), [work.step_id]);
    const [held] = await sql`
      select due_at::text from private.steps where step_id = ${paused.step_id}`;
    assert.equal(held?.due_at, "infinity");
  }),
);

Deno.test(
  "set_provider refuses an unknown provider, and limits for the switch",
  onDatabase(async ({ db }) => {
    const before = await listProviders(db);

    assert.equal(
      await refusalOf(setProvider(db, "nobody", { is_paused: true })),
      'RL404 Cannot set provider "nobody": no such provider',
    );
    assert.equal(
      await refusalOf(setProvider(db, "*", { max_in_flight: 1 })),
      'RL400 Cannot set provider "*": it is the switch that pauses everything, and has no limits',
    );
    assert.deepEqual(await listProviders(db), before);
  }),
);

Deno.test(
  "list_providers shows limits, what is in use, and holds",
  onDatabase(async ({ db, aProject }) => {
    await aProject({ scenes: ["cut", "cut"] });
    const [one, two] = await claim(db);
    assert(one && two);
    await submit(db, one);
    await fail(db, two, { message: "Too many", retryable: true, retry_after: 60 });

    const providers = await listProviders(db);

    assert.deepEqual(providers.map(({ name }) => name), [
      "*",
      "fal",
      "lastframe",
      "openai",
      "stitch",
      "storage",
      "test",
      "video",
    ]);
    const fal = providers.find(({ name }) => name === "fal");
    assert.deepEqual([fal?.in_flight, fal?.hold_reason, fal?.failures_in_a_row], [
      1,
      "Too many",
      1,
    ]);
    assert.notEqual(fal?.held_until, null);
  }),
);
