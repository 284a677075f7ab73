import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { driveToTheEnd } from "./film_players.ts";

const PROGRESS = "video.generation.progress";

Deno.test(
  "projects__tell_progress tells those who asked for it each time that a film has come further",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({
      scenes: ["last_frame", "cut"],
      events: [PROGRESS, "video.generation.completed"],
    });
    await driveToTheEnd(db, sql);

    const told = await sql`
      select type, (body::jsonb -> 'data' ->> 'progress')::integer as progress
      from public.webhook_deliveries order by created_at`;
    assert.equal(told.at(-1)?.type, "video.generation.completed");
    const steps = told.filter(({ type }) => type === PROGRESS).map(({ progress }) => progress);
    assert.ok(steps.length >= 2);
    assert.deepEqual(steps, steps.toSorted((a, b) => a - b));
    assert.ok(steps.every((progress) => progress < 100));
  }),
);

Deno.test(
  "projects__tell_progress is silent where a job did not ask",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ scenes: ["last_frame", "cut"] });
    await driveToTheEnd(db, sql);

    const told = await sql`select type from public.webhook_deliveries`;
    assert.deepEqual(told.map(({ type }) => type), ["video.generation.completed"]);
  }),
);
