import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { brokenInvariants, only, projectOf, scenesOf } from "./look.ts";
import { callback, claim, complete, requestOf } from "./verbs.ts";

Deno.test(
  "cancel_project ends a film with all that is open below it, and gives its request up",
  onDatabase(async ({ db, sql, aSubmittedClip }) => {
    const work = await aSubmittedClip({ scenes: ["last_frame", "last_frame"] });

    const [row] =
      await sql`select public.cancel_project(${work.project_id}, 'Changed my mind') as answer`;

    assert.deepEqual(row?.answer, {
      project_id: work.project_id,
      was: "generating",
      status: "cancelled",
      requests_given_up: 1,
    });
    assert.deepEqual(await scenesOf(sql, work.project_id), ["cancelled", "cancelled"]);
    assert.equal((await projectOf(sql, work.project_id)).error_message, "Changed my mind");
    const given = only(await claim(db));
    assert.deepEqual([given.step, given.attempt.input.request_id], [
      "cancel_request",
      requestOf(work),
    ]);
    assert.equal((await callback(db, work)).outcome, "stale");
    const types = await sql`select type from public.webhook_deliveries`;
    assert.deepEqual([...types], [{ type: "video.generation.cancelled" }]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "cancel_project again changes nothing and tells the client once",
  onDatabase(async ({ sql, aProject }) => {
    const projectId = await aProject();
    await sql`select public.cancel_project(${projectId})`;

    const [row] = await sql`select public.cancel_project(${projectId}) as answer`;

    assert.deepEqual([row?.answer.was, row?.answer.status], ["cancelled", "cancelled"]);
    assert.equal((await sql`select from public.webhook_deliveries`).length, 1);
  }),
);

Deno.test(
  "cancel_project refuses a film that has ended, and one that does not exist",
  onDatabase(async ({ db, sql, aFilmToStore }) => {
    const work = await aFilmToStore();
    await complete(db, work);

    for (const [id, code] of [[work.project_id, "RL409"], ["proj_x", "RL404"]] as const) {
      await assert.rejects(async () => {
        await sql`select public.cancel_project(${id})`;
      }, { code });
    }
    assert.equal((await projectOf(sql, work.project_id)).status, "completed");
  }),
);
